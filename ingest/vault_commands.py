"""Commands about the vault: what is in it, and one file out of it, for who holds the secret half of its key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from refusal import Refusal

app = typer.Typer(help="Files as received, locked away.", no_args_is_help=True)
KNOWN = """
select f.sha256, s.organisation_code as organisation, s.return_code as return, s.period,
    cast(s.received_at as date) as received, f.file, f.bytes
from landing.submission_files as f join landing.submissions as s using (submission_id)
order by s.received_at, f.file, s.return_code
"""


@dataclass(frozen=True)
class Listed:
    """What is in the vault, to be shown."""

    columns: tuple[str, ...]
    rows: list[tuple]


@app.command()
def get(
    context: typer.Context,
    sha256: Annotated[str, typer.Argument(help="The file's SHA-256, from `warehouse vault list`.")],
    out: Annotated[Path, typer.Option(help="The file to write; only you may read it.")],
):
    """Write one file as it was received. Needs the secret half of the key; is written into the audit."""
    from ingest import next_keys, vault

    if not vault.SHA256.fullmatch(sha256):
        raise Refusal(f"{sha256!r} is no SHA-256: 64 digits from 0 to 9 and a to f.")
    if out.exists():
        raise Refusal(f"{out} is there already. Name another file.")
    secrets = next_keys.secrets(context.obj.keys, "vault")
    context.obj.note("vault get", sha256=sha256, out=str(out))
    size = vault.write_kept(context.obj.vault, sha256, out, *secrets)
    print(f"{out}: {size:,} bytes, as received.")


@app.command("list")
def listed(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")] = False,
):
    """List what is in the vault: from whom, as what, when it came. Needs no key of the vault's."""
    from ingest import vault

    home = context.obj
    there = {path.stem for path in vault.locked_files(home.vault)}
    known = []
    if home.live.exists():
        with home.reading() as connection:
            known = connection.execute(KNOWN).fetchall()
    rows = [(*row, "yes" if row[0] in there else "no") for row in known]
    unknown = sorted(there - {row[0] for row in known})
    rows += [(sha256, None, None, None, None, None, None, "yes") for sha256 in unknown]
    columns = ("sha256", "organisation", "return", "period", "received", "file", "bytes", "in_vault")
    home.terminal.show_rows(Listed(columns, rows), as_json)
