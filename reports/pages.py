"""Pages: a template and what it tells become one file of HTML that asks nothing of any network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import unescape
from pathlib import Path

from reports.charts import inline, style

TEMPLATES = Path(__file__).parent / "templates"
# What stands in a column of figures: a number with its unit or interval, a mark in brackets, or nothing at all.
FIGURE = re.compile(r"[+−-]?£?\d[\d,.]*( ?%| to [\d,.]+)?|\[[a-z]\]|[cxzu*–]|")


def render(template: str, **told: object) -> str:
    """The page a template under `templates/` makes of what it is told; the same telling gives the same text.

    Text is escaped; what a template names and is not told raises jinja2.UndefinedError.
    """
    return _environment().get_template(template).render(**told) + "\n"


@cache
def _environment():
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["quoted"] = quoted
    environment.globals |= {"colours": COLOURS, "drawing": drawing, "of_figures": of_figures}
    return environment


def drawing(picture, name: str):
    """A chart as an <svg> of the page, already safe; `name` begins its ids and must stand once on the page."""
    from markupsafe import Markup

    return Markup(inline(picture, name))


def of_figures(rows: Sequence[Sequence]) -> set[int]:
    """Which columns, counted from 0, hold figures alone, and so stand to the right."""
    columns = zip(*rows, strict=True)
    return {n for n, cells in enumerate(columns) if any(cells) and all(map(_is_figure, cells))}


def _is_figure(cell: object) -> bool:
    return FIGURE.fullmatch("" if cell is None else str(cell).strip()) is not None


def quoted(text: str) -> str:
    """Text as a string of CSS; a style sheet knows no `&amp;`, and nothing in it may end the sheet."""
    said = " ".join(unescape(str(text)).split())
    return '"' + re.sub(r'[\\"<>&]', lambda m: f"\\{ord(m[0]):x} ", said) + '"'


# The custom properties of page.css: the charts' own colours, by the names they have there.
COLOURS = {
    "dark-blue": style.DARK_BLUE,
    "turquoise": style.TURQUOISE,
    "dark-pink": style.DARK_PINK,
    "orange": style.ORANGE,
    "dark-grey": style.DARK_GREY,
    "light-purple": style.LIGHT_PURPLE,
    "ink": style.INK,
    "paper": style.PAPER,
    "pale": style.PALE,
    "grid": style.GRID,
    "font": style.FONT,
}
