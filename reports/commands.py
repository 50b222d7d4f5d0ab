"""Commands that make reports: each cuts a release, then reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Reports, each read from a release.", no_args_is_help=True)


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
    for path in annual_report(cut, out):
        print(path)
