"""Commands that make reports: each cuts a release, then reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Reports, each read from a release.", no_args_is_help=True)
readers = typer.Typer()  # joined to the command itself, not below `report`
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]


@app.callback()
def report():
    """Keeps `annual` a command of its own while it is the only one."""


@app.command()
def annual(
    context: typer.Context,
    area: Annotated[str, typer.Option(help="BAR, DON, ROT, SHE or SY.")],
    year: Annotated[str, typer.Option(help="The financial year, e.g. 2024-25.")],
    out: Annotated[Path, typer.Option(help="The folder to write into.")],
    as_at: Annotated[str | None, typer.Option(help="The moment whose submissions count.")] = None,
):
    """The seven counts of the annual report, as a workbook and a page."""
    from reports.annual_report import annual_report
    from reports.release import release

    with context.obj.reading(as_at) as connection:
        cut = release(connection, area, year, as_at, context.obj.releases)
    context.obj.note("report annual", area=area, year=year, as_at=as_at, release=cut.name)
    for path in annual_report(cut, out):
        print(path)


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
