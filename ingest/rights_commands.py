"""Commands about what is kept and whose it is: purge, erase, lineage. Each only tells, unless it is told to do."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from refusal import Refusal

app = typer.Typer()
Do = Annotated[bool, typer.Option("--do", help="Do it. Without this, only what would be done is shown.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]
KeyGiven = Annotated[
    str, typer.Argument(metavar="KEY", help="The pseudonym; - reads it from standard input.")
]
Scheme = Annotated[
    str | None, typer.Option(help="The scheme the pseudonym was made under; all where not given.")
]


@dataclass(frozen=True)
class Shown:
    """Rows to be shown."""

    columns: tuple[str, ...]
    rows: list[tuple]


def _key(given: str, scheme: str | None):
    import re

    from ingest.persons import Key

    text = (sys.stdin.readline() if given == "-" else given).strip().lower()
    if not re.fullmatch(r"[0-9a-f]{16,64}", text):
        raise Refusal("A key is 16 to 64 digits from 0 to 9 and a to f.")
    return Key(text, scheme)


def _active(home) -> list:
    from ingest import rights

    today = datetime.now(UTC).date()
    return [hold for hold in rights.holds(home.seeds / "retention_holds.csv") if hold.on(today)]


@app.command()
def purge(context: typer.Context, do: Do = False, as_json: Json = False):
    """Delete what has stood its time, but for what is held; write a certificate."""
    from expectations.standard import standard
    from ingest import certificates, rights

    home = context.obj

    def plan_on(connection, today):
        return rights.plan_purge(
            connection, standard(), _active(home), today, home.vault, home.releases, home.findings
        )

    if not do:
        with home.reading() as connection:
            plan = plan_on(connection, datetime.now(UTC).date())
        home.note("purge planned", rows=plan.rows, vault_files=len(plan.vault_files))
        _show_purge(home, plan, as_json)
        return
    with home.changing(compact=True) as change:
        if change.doubt:  # what has stood its time by a wrong clock has not
            raise Refusal(f"{change.doubt} Nothing was deleted.", 4)
        plan = plan_on(change.connection, change.now.date())
        deleted = rights.purge(change.connection, plan, change.run_id, change.now)
        change.connection.execute("checkpoint")
    rights.clear(plan, home.vault)
    told = certificates.of_purge(plan, deleted)
    path = certificates.write(home.certificates, "purge", change.run_id, told)
    home.note("purge", run_id=change.run_id, rows=plan.rows, vault_files=len(plan.vault_files))
    _show_purge(home, plan, as_json)
    print(
        f"{plan.rows:,} rows and {len(plan.vault_files)} files of the vault deleted. Certificate: {path}",
        file=sys.stderr,
    )


def _show_purge(home, plan, as_json: bool) -> None:
    rows = [
        (
            line.schema_name,
            line.return_code,
            line.organisation_code,
            line.rule,
            line.rows_due,
            ", ".join(f"{n} by {hold_id}" for hold_id, n in line.rows_held.items()) or None,
            line.oldest,
            line.newest,
        )
        for line in plan.lines
    ]
    columns = ("where", "return", "organisation", "kept for", "rows due", "rows held", "oldest", "newest")
    home.terminal.show_rows(Shown(columns, rows), as_json)
    told = (
        f"{plan.rows:,} rows are due. {len(plan.vault_files)} files of the vault go with them, {len(plan.vault_held)} "
        f"are held. {len(plan.workbooks)} findings workbooks are as old as their quarantine. "
        f"{len(plan.releases)} releases stay: they hold aggregates only."
    )
    print(told, file=sys.stderr)


@app.command()
def erase(
    context: typer.Context,
    key: KeyGiven,
    instruction: Annotated[str, typer.Option(help="The controller's instruction, by its reference.")],
    scheme: Scheme = None,
    linked: Annotated[bool, typer.Option("--linked", help="Every key linked to the same child too.")] = False,
    do: Do = False,
    as_json: Json = False,
):
    """Erase a person on a controller's instruction; write a certificate."""
    from expectations.standard import standard
    from ingest import certificates, rights

    home, wanted = context.obj, _key(key, scheme)
    if not do:
        with home.reading() as connection:
            plan = rights.plan_erase(connection, standard(), wanted, linked, _active(home))
        home.note("erase planned", key=wanted.short, instruction=instruction, rows=sum(plan.rows.values()))
        _show_erasure(home, plan, as_json)
        return
    with home.changing(compact=True) as change:
        plan = rights.plan_erase(change.connection, standard(), wanted, linked, _active(home))
        deleted = rights.erase(change.connection, plan, standard(), instruction, change.run_id, change.now)
        change.connection.execute("checkpoint")
    rights.clear_workbooks(plan, home.findings)
    told = certificates.of_erasure(plan, deleted, instruction, change.now.date())
    path = certificates.write(home.certificates, "erase", change.run_id, told)
    home.note(
        "erase", run_id=change.run_id, key=wanted.short, instruction=instruction, rows=sum(deleted.values())
    )
    _show_erasure(home, plan, as_json)
    print(f"{sum(deleted.values()):,} rows erased. Certificate: {path}", file=sys.stderr)


def _show_erasure(home, plan, as_json: bool) -> None:
    rows = [*plan.rows.items(), *([("landing.links", plan.links)] if plan.links else [])]
    home.terminal.show_rows(Shown(("table", "rows"), rows), as_json)
    print(f"{len(plan.keys)} keys, from {len(plan.submissions)} submissions.", file=sys.stderr)
    for sha256, until in plan.vault_files:
        print(f"The vault holds it until {until}: {sha256}", file=sys.stderr)
    for name in plan.identities:
        print(f"Who holds the key `identity` must look into it: identity/{name}", file=sys.stderr)
    if plan.held_by:
        print(f"It is held by {', '.join(plan.held_by)}: nothing can be erased.", file=sys.stderr)


@app.command()
def lineage(context: typer.Context, key: KeyGiven, scheme: Scheme = None, as_json: Json = False):
    """Show where every row of a person came from, and which facts of the core hold it."""
    import json

    from expectations.standard import standard
    from ingest import rights

    home, wanted = context.obj, _key(key, scheme)
    with home.reading() as connection:
        found = rights.lineage(connection, standard(), wanted)
    home.note("lineage", key=wanted.short, rows=len(found.rows))
    if as_json:
        facts = [dict(zip(("table", "rows", "known_by"), fact, strict=True)) for fact in found.facts]
        print(
            json.dumps({"rows": [asdict(row) for row in found.rows], "facts": facts}, indent=1, default=str)
        )
        return
    rows = [tuple(asdict(row).values()) for row in found.rows]
    columns = ("table", "submission", "organisation", "period", "file", "sheet", "line", "received")
    home.terminal.show_rows(Shown(columns, rows), False)
    home.terminal.show_rows(Shown(("fact", "rows", "known by"), list(found.facts)), False)
