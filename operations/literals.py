"""What somebody wrote, without what could be a value: strings, quoted names, comments, long numbers."""

from __future__ import annotations

import re

# Digits with what people write between them: five of them may be a child's number, a year is four.
NUMBER = r"\d(?:[_. -]*\d){4,}"
# One pass from left to right, so that a quote in a comment or a comment in a string ends nothing. Where
# something is not closed, the rest of the text goes; from a first /* to the last */ everything goes.
LITERALS = re.compile(
    rf"""
      (?P<text>(?<!\w)[eE]'(?:[^'\\]|\\.|'')*(?:'|\\?\Z) | '(?:[^']|'')*(?:'|\Z)
               | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))
    | (?P<name>"(?:[^"]|"")*(?:"|\Z))
    | (?P<comment>--[^\n]* | /\*.*\*/ | /\*.*\Z)
    | (?P<number>(?<!\w){NUMBER})
    """,
    re.VERBOSE | re.DOTALL,
)
STRUCK = {"text": "'…'", "name": '"…"', "comment": "", "number": "…"}


def without_literals(sql: str) -> str:
    """SQL with every literal struck out; rather more than less, since nobody runs it again."""
    return LITERALS.sub(lambda found: STRUCK[found.lastgroup or "text"], sql)


def without_numbers(words: str) -> str:
    """Words with every long number struck out."""
    return re.sub(NUMBER, "…", words)
