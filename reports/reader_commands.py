"""Commands of those who read: reconcile, quality, evidence, compare, explain, explore, site."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reports.commands import AsAt, Named, Restricted
from reports.shelf import given

readers = typer.Typer()  # joined to the command itself, not below `report`
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]


@readers.command()
def reconcile(
    context: typer.Context,
    la: Annotated[str, typer.Option(help="The council: BAR, DON, ROT or SHE.")],
    month: Annotated[str, typer.Option(help="The month, e.g. 2024-05.")],
    out: Annotated[
        Path | None, typer.Option(help="The folder of the worklists; the home's, where none.")
    ] = None,
    as_json: Json = False,
    as_at: Annotated[str | None, typer.Option(help="The moment whose submissions count.")] = None,
):
    """Children missing from care over 24 hours, council against police, with a worklist for each."""
    from reports import reconciliation
    from reports.worklists import write_worklists

    with context.obj.reading(as_at) as connection:
        cut = reconciliation.release(connection, la, month, as_at, context.obj.releases)
    context.obj.note("reconcile", area=la, month=month, as_at=as_at, release=cut.name)
    found = reconciliation.read(cut)
    reconciliation.show(found, write_worklists(found, out or context.obj.root / "worklists"), as_json)


@readers.command()
def quality(
    context: typer.Context,
    area: Annotated[str | None, typer.Option(help="BAR, DON, ROT, SHE or SY; all where not given.")] = None,
    as_json: Json = False,
    out: Annotated[Path | None, typer.Option(help="A folder to write every row into, as CSV.")] = None,
):
    """How good the data is: what needs acting on first, then the rest."""
    from reports import quality as told

    with context.obj.reading() as connection:
        found = told.data_quality(connection, area)
    context.obj.note("quality", area=area)
    told.show(found, as_json)
    if out is not None:
        typer.echo(told.write(found, out), err=True)


@readers.command()
def evidence(
    context: typer.Context,
    area: Annotated[str, typer.Option(help="BAR, DON, ROT, SHE or SY.")] = "SY",
    year: Annotated[
        str | None, typer.Option(help="The financial year, e.g. 2024-25; the latest if none.")
    ] = None,
    as_json: Json = False,
):
    """Each recommendation, where it stands, and what the data now says of it."""
    from reports import evidence as told

    with context.obj.reading() as connection:
        found = told.evidence(connection, area, year)
    context.obj.note("evidence", area=area, year=year)
    told.show(found, as_json)


@readers.command()
def compare(
    context: typer.Context,
    indicator: Annotated[str, typer.Argument(help="The indicator, e.g. I20.")],
    areas: Annotated[
        str,
        typer.Option(help="BAR, DON, ROT, SHE, SY, all, neighbours, region, england; separated by commas."),
    ] = "all,SY",
    since: Annotated[str | None, typer.Option("--from", help="The first period, e.g. 2019-20.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="The last period.")] = None,
    by: Annotated[str, typer.Option(help="year, quarter, month, calendar or academic.")] = "year",
    unit: Annotated[str | None, typer.Option(help="The unit, where an indicator has several.")] = None,
    breakdown: Annotated[str | None, typer.Option(help="By its parts, e.g. age.")] = None,
    form: Annotated[str, typer.Option("--format", help="table, csv, json or html.")] = "table",
    across_breaks: Annotated[bool, typer.Option(help="Compare across a break in the series.")] = False,
    without_coverage: Annotated[bool, typer.Option(help="Compare although returns are missing.")] = False,
    as_at: AsAt = None,
    release: Named = None,
    restricted: Restricted = False,
):
    """Areas beside one another, each figure with its interval, what was received, and what may be said of it."""
    from reports import comparison

    drawn_from = given(context.obj, None, as_at, release, restricted, (by,), since)
    found = comparison.compare(
        drawn_from,
        indicator,
        unit=unit,
        areas=areas,
        since=since or drawn_from.first_year,
        until=until,
        by=by,
        breakdown=breakdown,
        across_breaks=across_breaks,
        without_coverage=without_coverage,
    )
    context.obj.note("compare", indicator=indicator, areas=areas, release=drawn_from.name)
    comparison.show(found, form)


@readers.command()
def explain(
    context: typer.Context,
    indicator: Annotated[str, typer.Argument(help="The indicator, e.g. I03.")],
    area: Annotated[str, typer.Option(help="BAR, DON, ROT, SHE or SY.")],
    period: Annotated[str, typer.Option(help="A year, quarter or month, e.g. 2024-25.")],
    unit: Annotated[str | None, typer.Option(help="The unit, where an indicator has several.")] = None,
    breakdown: Annotated[str | None, typer.Option(help="A part of it, e.g. age=13-15.")] = None,
    against: Annotated[str | None, typer.Option(help="An earlier release: what changed since.")] = None,
    role: Annotated[
        str | None, typer.Option(help="As this role: the rows that make it, where it may.")
    ] = None,
    purpose: Annotated[str, typer.Option(help="What the rows are needed for; it stands in the audit.")] = "",
    as_json: Json = False,
    as_at: AsAt = None,
    release: Named = None,
    restricted: Restricted = False,
):
    """What a figure is, what it rests on, and what changed it."""
    from reports import explanation
    from reports.periods import KINDS, span
    from reports.reading import named

    home, kind = context.obj, span(period).kind
    kinds = tuple(word for word, of in KINDS.items() if of == kind)
    drawn_from = given(home, None, as_at, release, restricted or role is not None, kinds, period)
    asked = {"unit": unit, "area": area, "period": period, "breakdown": breakdown}
    asked["against"] = named(home.releases, against) if against else None
    if role is None:
        found = explanation.explain(drawn_from, indicator, **asked)
    else:
        with home.reading(as_at) as connection:
            _refuse_ungranted(
                home, role, purpose, explanation.rows_of(drawn_from, indicator, unit, connection)
            )
            rows = {"warehouse": connection, "may_see_rows": True}
            found = explanation.explain(drawn_from, indicator, **asked, **rows)
    facts = {"role": role, "purpose": purpose} if role else {}
    home.note("explain", indicator=indicator, area=area, period=period, release=drawn_from.name, **facts)
    explanation.show(found, as_json)


def _refuse_ungranted(home, role: str, purpose: str, rows: tuple[str, tuple[str, ...]]) -> None:
    """Refusal where the role may not see what names these rows, or nobody says what they are needed for."""
    from refusal import Refusal

    if not purpose.strip():
        raise Refusal("Say what the rows are needed for: --purpose.")
    if not home.may_see(role, *rows):
        home.note("explain refused", role=role, table=rows[0], purpose=purpose)
        raise Refusal(f"{role} may not see the rows of {rows[0]}. Who may: docs/who-sees-what.md.", 3)


@readers.command()
def explore(
    context: typer.Context,
    port: Annotated[int | None, typer.Option(help="The port; a free one where not given.")] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    release: Named = None,
    restricted: Restricted = False,
):
    """A page to look around in: indicators, areas, periods; on this machine alone."""
    from reports.explore import run

    drawn_from = given(context.obj, None, None, release, restricted)
    context.obj.note("explore", release=drawn_from.name)
    run(drawn_from.folder, port, browser)


@readers.command()
def site(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The folder to write into.")],
    release: Named = None,
    restricted: Restricted = False,
):
    """A page for each indicator, the data dictionary and last night's quality, as files that need no server."""
    from reports import quality as told
    from reports.site import write_site

    home, found = context.obj, None
    drawn_from = given(home, None, None, release, restricted)
    if drawn_from.is_restricted:  # the page of quality counts records
        with home.reading() as connection:
            found = told.data_quality(connection, None)
    written = write_site(drawn_from, out, quality=found, dictionary=home.dictionary)
    home.note("site", release=drawn_from.name, pages=len(written))
    print(out / "index.html")
