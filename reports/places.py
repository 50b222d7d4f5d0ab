"""Which area a reader means: a council, or South Yorkshire."""

from __future__ import annotations

from dataclasses import dataclass

from refusal import Refusal


@dataclass(frozen=True)
class Place:
    """One area: its lasting code (`372`, `SY`), short code (`ROT`) and name."""

    code: str
    short: str
    name: str


def find_place(connection, wanted: str) -> Place:
    """The area named by any of its codes or its name; Refusal, with the areas there are, where there is none."""
    places = connection.execute(
        """select distinct area_code, short_code, area_name from core.dim_areas
        where area_level in ('district', 'force') order by all"""
    ).fetchall()
    for place in places:
        if wanted.upper() in (text.upper() for text in place):
            return Place(*place)
    raise Refusal(f"There is no area {wanted}. The areas are {', '.join(p[1] for p in places)}.")
