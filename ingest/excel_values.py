"""A cell of a sheet, and its text."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import NamedTuple


class Cell(NamedTuple):
    """A cell: its value, its formula where one is without its result, and its style's number format."""

    value: object = None
    formula: str = ""
    format: str = "General"


# A cell as handed on: most hold text, which stands for itself.
Given = str | Cell
EMPTY = Cell()


class Texts(list):
    """A row of texts alone; what has no cell, or an empty one, is an empty text."""


def text_of(cell: Given) -> str:
    """A cell as text: dates as ISO, whole numbers without a point; a formula never worked out shows itself."""
    if isinstance(cell, str):
        return cell
    match cell.value:
        case None:
            return cell.formula
        case bool():
            return "Y" if cell.value else "N"
        case datetime():
            value = cell.value
            return value.date().isoformat() if value.time() == time() else value.isoformat()
        case date():
            return cell.value.isoformat()
        case float():
            value = cell.value
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case _:
            return str(cell.value)
