"""Commands about the night and what it left, who watches it, and what it is made of."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from refusal import Refusal

app = typer.Typer()
schedule_app = typer.Typer(help="When the machine runs what.", no_args_is_help=True)
notify_app = typer.Typer(help="Who is told of a night, by e-mail.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]


@app.command()
def status(
    context: typer.Context,
    max_age: Annotated[str, typer.Option(help="Only say whether the last good night is older: 26h.")] = "",
    tell: Annotated[bool, typer.Option("--tell", help="Where it is, send the notice of it too.")] = False,
    as_json: Json = False,
):
    """What was expected, received, late, nil, refused; with --max-age, whether nights still end well."""
    from operations import standing, terminal, watch

    if max_age:
        raise typer.Exit(watch.look(context.obj, watch.allowed(max_age), tell, as_json))
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


@app.command()
def sbom(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="The file to write, instead of printing it.")] = None,
):
    """Every package this is made of, with hashes and licence: a bill of materials (CycloneDX JSON)."""
    from operations import sbom as bills

    told = bills.bill(context.obj.here)
    if out is None:
        print(told)
        return
    out.write_text(told + "\n", "utf-8")
    print("{}: {:,} packages, {:,} hashes.".format(out, *bills.counted(told)))


@schedule_app.command("print")
def schedule(
    context: typer.Context,
    kind: Annotated[str, typer.Option("--for", help="systemd, cron or windows.")],
    at: Annotated[str, typer.Option(help="When the night begins.")] = "03:15",
    user: Annotated[str, typer.Option(help="The account it runs as (systemd).")] = "warehouse",
    to: Annotated[
        Path | None, typer.Option(help="Where copies are kept: another disk, another house.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A folder to write the files into.")] = None,
):
    """Print what has the machine run the night, its backup, and the watch over both."""
    from operations import jobs
    from operations import schedule as schedules

    home = context.obj
    command = (sys.executable, str(home.here / "warehouse.py"))
    plan = jobs.Plan(command, home.root, user, jobs.moment(at), home.settings, to and to.resolve())
    for name, text in schedules.written(kind, plan).items():
        if out is None:
            print(f"# {name}\n{text}")
        else:
            out.mkdir(parents=True, exist_ok=True)
            # PowerShell takes a script without this mark for one in the code page of its machine.
            (out / name).write_text(text, "utf-8-sig" if name.endswith(".ps1") else "utf-8")
            print(out / name)


@notify_app.command("test")
def notify(context: typer.Context):
    """Send a test, and with it whatever waits to be sent."""
    from operations import notify as notices

    if context.obj.settings.notify is None:
        raise Refusal("Nobody is to be told: settings.toml has no [notify]. See docs/the-night-shift.md.")
    if failed := notices.deliver(context.obj, notices.trial()):
        raise Refusal(failed, 1)
    print("Sent.")


@notify_app.command()
def password(context: typer.Context):
    """Keep the password of the mail server among the keys; it is asked for, or read from a pipe."""
    from operations import notify as notices

    given = typer.prompt("Password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    if not given.strip():
        raise Refusal("No password was given; nothing was changed.")
    context.obj.keys.put(notices.PASSWORD, given.strip())
    print("The password is kept. Next: warehouse notify test")
