"""Commands that make reports: each is drawn from a release, and says from which."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reports.shelf import given, year_of

app = typer.Typer(help="Reports, each drawn from a release.", no_args_is_help=True)
Area = Annotated[str, typer.Option(help="BAR, DON, ROT, SHE or SY.")]
Year = Annotated[str, typer.Option(help="The financial year, e.g. 2024-25.")]
Out = Annotated[Path, typer.Option(help="The folder to write into.")]
AsAt = Annotated[str | None, typer.Option(help="The moment whose submissions count.")]
Named = Annotated[str | None, typer.Option("--release", help="Draw from this release.")]
Restricted = Annotated[bool, typer.Option("--restricted", help="Small numbers, for the partnership alone.")]


@app.command()
def annual(
    context: typer.Context,
    area: Annotated[str, typer.Option(help="BAR, DON, ROT, SHE or SY; several by commas.")],
    year: Year,
    out: Out,
    as_at: AsAt = None,
    release: Named = None,
    restricted: Restricted = False,
):
    """The annual report of an area: a page, a PDF, a workbook and open data."""
    from reports.annual import annual_report, annual_reports

    drawn_from = given(context.obj, year, as_at, release, restricted)
    areas = [word.strip() for word in area.split(",") if word.strip()]
    # Each area in a process of its own pays for itself from the second on.
    several = len(areas) > 1
    written = (
        annual_reports(drawn_from, areas, year, out)
        if several
        else annual_report(drawn_from, area, year, out)
    )
    context.obj.note("report annual", area=area, year=year, as_at=as_at, release=drawn_from.name)
    _print(written)


@app.command()
def gold(
    context: typer.Context,
    month: Annotated[str, typer.Option(help="The month, e.g. 2025-03.")],
    out: Out,
    as_at: AsAt = None,
    release: Named = None,
):
    """The Gold Group's monthly pack: two pages, restricted and provisional."""
    from reports.gold import gold_pack

    drawn_from = given(context.obj, year_of(month), as_at, release, is_restricted=True)
    written = gold_pack(drawn_from, month, out)
    context.obj.note("report gold", month=month, as_at=as_at, release=drawn_from.name)
    _print(written)


@app.command()
def ceop(
    context: typer.Context,
    year: Year,
    out: Out,
    as_at: AsAt = None,
    release: Named = None,
    restricted: Restricted = False,
):
    """The extract for CEOP in the National Crime Agency: cases and outcomes, by force and council area."""
    from reports.exchanges.ceop import ceop_extract

    drawn_from = given(context.obj, year, as_at, release, restricted)
    written = ceop_extract(drawn_from, year, out)
    context.obj.note("report ceop", year=year, as_at=as_at, release=drawn_from.name)
    _print(written)


@app.command()
def monitoring(
    context: typer.Context,
    year: Year,
    out: Out,
    mapping: Annotated[Path | None, typer.Option(help="Another list of fields than ours.")] = None,
    as_at: AsAt = None,
    release: Named = None,
    restricted: Restricted = False,
):
    """Figures in the fields another body asks for, as a mapping file says."""
    from reports.exchanges.monitoring import monitoring_extract

    home = context.obj
    drawn_from = given(home, year, as_at, release, restricted)
    written = monitoring_extract(drawn_from, year, out, mapping or home.seeds / "monitoring_mapping.csv")
    home.note("report monitoring", year=year, as_at=as_at, release=drawn_from.name)
    _print(written)


@app.command()
def inspection(
    context: typer.Context,
    preset: Annotated[str, typer.Argument(help="annex-a or jtai.")],
    area: Area,
    purpose: Annotated[str, typer.Option(help="What it is needed for; it stands in the audit.")],
    out: Out,
    as_at: AsAt = None,
):
    """The lists inspectors ask for: children under their pseudonyms, restricted."""
    from refusal import Refusal
    from reports.exchanges.inspection import inspection_lists

    home = context.obj
    if not purpose.strip():
        raise Refusal("Say what it is needed for: --purpose.")
    with home.reading(as_at) as connection:
        written = inspection_lists(connection, preset, area, as_at, home.releases, out)
    home.note("report inspection", preset=preset, area=area, as_at=as_at, purpose=purpose)
    _print(written)


def _print(written: list[Path]) -> None:
    for path in written:
        print(path)
