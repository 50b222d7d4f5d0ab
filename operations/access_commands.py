"""Commands about who may see what, and who saw it: export role; audit show, audit verify."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Annotated

import typer

from refusal import Refusal

export = typer.Typer(help="Files built for one reader.", no_args_is_help=True)
audit = typer.Typer(help="Who did what.", no_args_is_help=True)


@export.callback()
def exports():
    """Keeps `role` a command of its own while it is the only one."""


@export.command()
def role(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(help="core_analyst, data_officer, auditor …: docs/who-sees-what.md.")
    ],
    purpose: Annotated[str, typer.Option(help="What it is needed for; it stands in the audit.")],
    out: Annotated[Path, typer.Option(help="The DuckDB file to write.")],
    area: Annotated[str | None, typer.Option(help="BAR, DON, ROT, SHE or SY.")] = None,
    organisation: Annotated[str | None, typer.Option(help="The agency, by its code: ROT, SYP …")] = None,
    key_file: Annotated[Path | None, typer.Option(help="Encrypt it with the key in this file.")] = None,
):
    """Build the file of a role: all it may see and nothing else."""
    from operations import role_file, roles

    home = context.obj
    wanted = roles.find(home.seeds, name)
    wanted.check({"area": area, "organisation": organisation})
    if not purpose.strip():
        raise Refusal("Say what it is needed for: --purpose.")
    key = _key(key_file, out, home)

    def note(copied: list[role_file.Copied]) -> None:
        facts = {"role": name, "area": area, "organisation": organisation, "purpose": purpose}
        rows = {c.table: c.rows for c in copied}
        home.note("export role", **facts, file=out.name, encrypted=key is not None, rows=rows)

    with (
        home.reading() as connection,
        role_file.beside(wanted, home.releases / "public", home.audit) as others,
    ):
        given = roles.whose(connection, area, organisation)
        copied = role_file.build(wanted, role_file.Sources(connection, others), given, out, key, note)
    rows = sum(c.rows for c in copied)
    print(f"{out}: {rows:,} rows of {len(copied)} tables, for {name}.")


def _key(path: Path | None, out: Path, home) -> str | None:
    """The 64 hex digits of a key file; none where no file is named and the house does not encrypt."""
    if path is None:
        if home.settings.encryption == "required":
            raise Refusal(
                "This house encrypts. Make a key for the reader (64 hexadecimal digits, chmod 600) away from "
                "the file, and give it: --key-file.",
                4,
            )
        return None
    if not path.is_file():
        raise Refusal(f"There is no key file {path}.", 4)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise Refusal(f"The key file {path} may be read by others. Run: chmod 600 {path}", 4)
    if path.resolve().parent in (out.resolve().parent, (home.root / "keys").resolve()):
        raise Refusal("Give the reader a key of its own, and do not keep it beside the file it opens.", 4)
    key = path.read_text("ascii", errors="replace").strip()
    if not re.fullmatch(r"[0-9a-f]{64}", key):
        raise Refusal(f"The key file {path} does not hold 64 hexadecimal digits.", 4)
    return key


@audit.command()
def show(
    context: typer.Context,
    last: Annotated[int, typer.Option(help="How many lines; 0 for all.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")] = False,
):
    """The last lines of the audit."""
    from operations import audit as kept
    from operations.readonly import Answer

    columns = ("seq", "at", "person", "action", "facts")
    rows = [tuple(record[c] for c in columns) for record in kept.told(context.obj.audit, last)]
    if not as_json:
        rows = [(*row[:-1], json.dumps(row[-1], ensure_ascii=False)) for row in rows]
    context.obj.terminal.show_rows(Answer(columns, rows), as_json)


@audit.command()
def verify(context: typer.Context):
    """Whether any line of the audit was changed, removed or moved."""
    from operations import audit as kept

    verdict = kept.verify(context.obj.audit)
    if verdict.broken:
        raise Refusal(verdict.broken, 3)
    print(f"The audit is whole: {verdict.head.seq:,} lines. The last is {verdict.head.sha256}.")
