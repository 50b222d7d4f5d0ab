"""Commands about the night and what it left: status, query."""

from __future__ import annotations

from typing import Annotated

import typer

from refusal import Refusal

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
    purpose: Annotated[str, typer.Option(help="What it is needed for; it stands in the audit.")] = "",
):
    """Ask in SQL, read only: landing, accepted, quarantine, reference, staging, core, marts."""
    from operations import readonly, terminal

    home, purpose = context.obj, purpose.strip()
    if not purpose and home.settings.encryption == "required":
        raise Refusal('Say what the query is needed for; it stands in the audit: --purpose "…".')
    asked = {"sql": sql, "purpose": purpose or "not given", "as_at": as_at}
    with home.reading(as_at) as connection:
        try:
            answer = readonly.ask(connection, sql)
        except Refusal:  # what DuckDB says of it may tell a value too
            home.note("query", **asked, failed=True)
            raise
    home.note("query", **asked, rows=len(answer.rows))
    terminal.show_rows(answer, as_json, as_csv)


@app.command()
def doctor(context: typer.Context, as_json: Json = False):
    """What protects the data: each layer, whether it is on, and what mends it."""
    from operations import doctor as examiner

    raise typer.Exit(examiner.show(examiner.examine(context.obj), as_json))
