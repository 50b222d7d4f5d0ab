"""A chart as it is handed on: the drawing, its words, and the table that stands beside it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from html import escape

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Picture:
    """One chart: `svg` (a whole file), `alt` (its text alternative), `title`, and `table` (its figures in rows)."""

    svg: str
    alt: str
    title: str
    table: list[dict]


def as_data_uri(picture: Picture) -> str:
    """The drawing as the `src` of an <img>; its `alt` belongs beside it."""
    return "data:image/svg+xml;base64," + base64.b64encode(picture.svg.encode("utf-8")).decode("ascii")


def inline(picture: Picture, name: str) -> str:
    """The drawing as an <svg> to stand in a page, with its title and alternative inside.

    `name` must be the only one of its kind on the page: all ids are made from it. ValueError if it cannot be an id.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be an id: letters, digits, - and _, a letter first")
    said = (
        f'<title id="{name}-title">{escape(picture.title)}</title>'
        f'<desc id="{name}-desc">{escape(picture.alt)}</desc>'
    )
    svg = re.sub(r'(\bid="|url\(#|href="#)(drawn-)', rf"\1{name}-\2", picture.svg)
    head, rest = svg.split(">", 1)
    return f'{head} role="img" aria-labelledby="{name}-title {name}-desc">{said}{rest}'


def as_png(picture: Picture, scale: float = 2) -> bytes:
    """The drawing as a PNG of `scale` times its size."""
    import vl_convert

    return vl_convert.svg_to_png(picture.svg, scale=scale)
