"""Commands about the night and what it left: status, query."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]


@app.command()
def status(context: typer.Context, as_json: Json = False):
    """What was expected, received, late, nil, refused."""
    from operations import standing, terminal

    with context.obj.reading() as connection:
        terminal.show_rows(standing.standing(connection), as_json)


@app.command()
def query(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(help="One statement of SQL.")],
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_at: Annotated[str | None, typer.Option(help="The moment whose submissions count.")] = None,
):
    """Ask in SQL, read only: landing, accepted, quarantine, reference, staging, core, marts."""
    from operations import readonly, terminal

    with context.obj.reading(as_at) as connection:
        answer = readonly.ask(connection, sql)
    context.obj.note("query", sql=sql, rows=len(answer.rows), as_at=as_at)
    terminal.show_rows(answer, as_json, as_csv)


@app.command()
def doctor(context: typer.Context, as_json: Json = False):
    """What protects the data: each layer, whether it is on, and what mends it."""
    from operations import doctor as examiner

    raise typer.Exit(examiner.show(examiner.examine(context.obj), as_json))
