"""Text as it may leave the house: nothing in it steers a terminal, passes for another line, or is worked out."""

from __future__ import annotations

import re

# What a spreadsheet takes for the beginning of a formula; the full-width forms are taken for the same in East Asia.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")
DOUBTFUL = ("'", *FORMULA)
NUMBER = re.compile(r"-?[0-9][0-9,]*(\.[0-9]+)?%?")


def text(value: object) -> str:
    """One line without control characters, so that a file's name cannot steer the terminal."""
    return "".join(c if c.isprintable() else "\ufffd" for c in str(value))


def lines(value: object) -> str:
    """The same of several lines; all but the first stand further in, so that none passes for a line of ours."""
    return "\n  ".join(text(line) for line in str(value).split("\n"))


def cell(value: object) -> object:
    """A cell of a CSV: text without control characters, and no formula where a spreadsheet opens it."""
    if not isinstance(value, str) or len(value) < 2:  # one sign alone is no formula
        return value
    # Nearly all cells are harmless as they stand, and a release has millions: seen from the whole and its first sign.
    if value.isprintable() and value[0] not in DOUBTFUL:
        return value
    if NUMBER.fullmatch(value):
        return value
    told = "\n".join(text(line) for line in value.split("\n"))
    return f"'{told}" if _is_formula(value) else told


def of_cell(told: str) -> str:
    """The text a cell was made of."""
    return told[1:] if told.startswith("'") and _is_formula(told) else told


def _is_formula(value: str) -> bool:
    """Whether a spreadsheet would work it out, or was kept from that by an apostrophe already."""
    return value.lstrip("'").startswith(FORMULA)
