"""Which release a reader is given: the public one of the year, else one cut now, and it is said which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from refusal import Refusal
from reports.periods import financial_year, span

if TYPE_CHECKING:  # what reads a release loads the engine, which `--help` need not wait for
    from reports.reading import Release


def given(
    home,
    year: str | None = None,
    as_at: str | None = None,
    name: str | None = None,
    is_restricted: bool = False,
    kinds: tuple[str, ...] = ("year",),
    since: str | None = None,
) -> Release:
    """The release of that name; else the one of the financial year published last, as at the moment; else one of
    small numbers, cut from the warehouse for the partnership alone, and whoever asked is told so.

    Without a year, the last one with figures. `kinds`: the periods it must have; `since`: from when on.
    """
    from reports.reading import named, public

    if name is not None:
        return named(home.releases, name)
    found = None if is_restricted else public(home.releases, year, as_at, kinds)
    if found:
        typer.echo(f"Drawn from {found.name}, as published.", err=True)
        return found
    found = _restricted(home, year, as_at, since)
    home.note("release restricted", name=found.name, year=year, as_at=as_at)
    why = "" if is_restricted else f"No release with these figures ({', '.join(kinds)}) has been published. "
    typer.echo(
        f"{why}Drawn from {found.name}: small numbers stand in it. Do not publish it. To publish: "
        "warehouse release propose",
        err=True,
    )
    return found


def _restricted(home, year: str | None, as_at: str | None, since: str | None) -> Release:
    from reports.reading import Release
    from reports.releases.restricted import YEARS, last_year, restricted

    with home.reading(as_at) as connection:
        year = year or last_year(connection)
        years = max(YEARS, int(year[:4]) - span(since).first.year + 1) if since else YEARS
        return Release(restricted(connection, home.releases, home.seeds, year, years=years))


def year_of(month: str) -> str:
    """The financial year a month belongs to: `2025-03` to 2024-25; Refusal where it is no month."""
    asked = span(month)
    if asked.kind != "month":
        raise Refusal(f"{month} is no month. Write it as 2025-03.")
    return financial_year(asked.first)
