"""Commands about returns: receive, check, confirm, findings."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer

from refusal import Refusal

app = typer.Typer()
Period = Annotated[str | None, typer.Option(help="When for: 2023-24, 2024-05, 2024-25-Q1, 2024-03-31.")]
As = Annotated[str | None, typer.Option("--as", help="Which return: R05 or pol_missing_episode.")]


@app.command()
def receive(
    context: typer.Context,
    sender: Annotated[str, typer.Option("--from", help="Who sent it, by its code: ROT, SYP, RHI …")],
    paths: Annotated[list[Path] | None, typer.Argument(help="Files, or folders of files.")] = None,
    period: Period = None,
    as_return: As = None,
    day: Annotated[str | None, typer.Option("--received", help="The day it came, if not today.")] = None,
    nil: Annotated[bool, typer.Option("--nil", help="There is nothing to report.")] = False,
):
    """Put files into the inbox with who sent them and when for."""
    from ingest import receiving
    from ingest.inbox import plain

    sender, inbox = _organisation(sender, context.obj.seeds), context.obj.inbox
    if nil:
        print(f"nil return noted: {receiving.nil_return(inbox, sender, period, as_return, day)}")
        return
    if not paths:
        raise Refusal("Give the files or folders to receive.")
    for target, done in receiving.receive(paths, inbox, sender, period, as_return, day):
        print(f"{done}: {plain(str(target.relative_to(inbox)))}")
    print("Next: warehouse nightly", file=sys.stderr)


def _organisation(given: str, seeds: Path) -> str:
    with (seeds / "agencies.csv").open(encoding="utf-8") as f:
        known = [row["organisation_code"] for row in csv.DictReader(f)]
    if given.upper() not in known:
        raise Refusal(f"{given!r} is no organisation we know. Known: {', '.join(known)}.")
    return given.upper()


@app.command()
def check(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="The files to check.")],
    sender: Annotated[str | None, typer.Option("--from", help="Who sends it.")] = None,
    period: Period = None,
    as_return: As = None,
    workbooks: Annotated[Path | None, typer.Option(help="Write findings workbooks into this folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")] = False,
):
    """Check files alone: no warehouse, no key; the same rules, the same words."""
    from ingest import alone

    organisation = _organisation(sender, context.obj.seeds) if sender else None
    outcomes, findings = alone.check(files, context.obj.seeds, organisation, period, as_return, workbooks)
    context.obj.terminal.show_check(outcomes, findings, as_json)
    raise typer.Exit(context.obj.terminal.exit_code(outcomes))


@app.command()
def confirm(
    context: typer.Context,
    submission_id: Annotated[int, typer.Argument(help="The number of a held submission.")],
    because: Annotated[
        str, typer.Option(help="Why it is right as it is, and who said so; no names of children.")
    ],
    inbox: Annotated[Path | None, typer.Option(help="Another inbox than the home's own.")] = None,
):
    """Let a held file count from the next night on: somebody asked, and it is right."""
    from ingest import held
    from ingest.inbox import plain

    home = context.obj
    if not because.strip():
        raise Refusal("Say why it is right: --because TEXT.")
    with home.locked(), home.reading() as connection:
        target = held.confirm(
            connection,
            submission_id,
            inbox or home.inbox,
            lambda sha256: home.note(
                "confirm", submission_id=submission_id, sha256=sha256, purpose=because.strip()
            ),
        )
    print(plain(str(target)))
    print("Next: warehouse nightly", file=sys.stderr)


@app.command()
def findings(
    context: typer.Context,
    submission_id: Annotated[int, typer.Argument(help="A number from `warehouse status`.")],
    out: Annotated[Path, typer.Option(help="The workbook to write.")] = Path("findings.xlsx"),
):
    """Write the findings workbook of one submission, to go back to its sender."""
    from ingest.findings_workbook import write_findings

    with context.obj.reading() as connection:
        write_findings(connection, submission_id, out)
    context.obj.note("findings", submission_id=submission_id, file=out.name)
    print(out)
