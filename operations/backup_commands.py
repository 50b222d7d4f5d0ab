"""Commands about copies: make one, verify what there are, put one back."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from refusal import Refusal

app = typer.Typer()
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]
KeysIn = Annotated[Path | None, typer.Option("--keys", help="The folder with the secret half, backup.key.")]


@app.command()
def backup(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option(help="Where copies are kept: another disk; else where the last one is.")
    ] = None,
    as_json: Json = False,
):
    """Copy all that cannot be made again, encrypted; keep 7 daily, 4 weekly and 12 monthly copies."""
    from operations import backup as copying

    home = context.obj
    folder = (to or copying.folder(home)).resolve()
    made = copying.make(home, folder, home.terminal.step)
    if as_json:
        print(json.dumps(asdict(made), indent=1, default=str))
    else:
        print(
            f"{folder}: {made.path.stem}, {made.files:,} files, {made.new_files:,} of them new ({made.new_bytes / 1e6:,.1f} MB)."
        )
        for name in made.thrown_away:
            print(f"{name}: its time is over, thrown away.")
    print(*made.act_on, sep="\n", end="\n" if made.act_on else "", file=sys.stderr)
    raise typer.Exit(1 if made.act_on else 0)


@app.command()
def verify(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="Where copies are kept.")] = None,
    opened: Annotated[
        bool, typer.Option("--open", help="Open each and count its tables: needs the key.")
    ] = False,
    keys: KeysIn = None,
    as_json: Json = False,
):
    """Read every byte of every copy; one that was changed is named."""
    from operations import backup as copying
    from operations import backup_verify

    home = context.obj
    folder = folder or copying.folder(home)
    secret = _secret(home, keys) if opened or keys else None
    verdicts = backup_verify.verify(home, folder.resolve(), secret, home.terminal.step)
    damaged = [v.name for v in verdicts if v.problems]
    home.note("verify", copies=len(verdicts), damaged=len(damaged), opened=secret is not None)
    if as_json:
        print(json.dumps([asdict(v) for v in verdicts], indent=1))
    else:
        for v in verdicts:
            state = "damaged" if v.problems else "ok"
            print(f"{state:<8} {v.name}  {v.files:,} files, {v.bytes / 1e6:,.1f} MB, {v.rows:,} rows")
            for says in (*v.problems, *([v.remark] if v.remark else [])):
                print(f"{'':<8} {says}")
    if damaged:
        raise Refusal(f"{len(damaged)} of {len(verdicts)} copies are damaged: {', '.join(damaged)}.", 4)


@app.command()
def restore(
    context: typer.Context,
    source: Annotated[
        Path | None,
        typer.Argument(metavar="FROM", help="Where copies are kept (its newest), or one of copies/*.json."),
    ] = None,
    to: Annotated[Path | None, typer.Option(help="The home to make; else this one.")] = None,
    previous: Annotated[
        bool, typer.Option("--previous", help="The night before, kept beside the live file.")
    ] = False,
    over: Annotated[bool, typer.Option("--over", help="Move a living home's data aside first.")] = False,
    keys: KeysIn = None,
):
    """Put a copy, or the night before, in its place again."""
    from operations import backup_restore
    from operations import previous as before

    home = type(context.obj)(to.resolve()) if to else context.obj
    if previous == (source is not None):
        raise Refusal("Say which: warehouse restore --previous, or warehouse restore DIR --to HOME.")
    if previous:
        told = before.restore_previous(home)
        home.note("restore", copy="previous")
        print(told)
        return
    restored = backup_restore.restore(home, source.resolve(), _secret(home, keys), over, home.terminal.step)
    print(f"{home.root}: {restored.name}, {restored.files:,} files, {restored.rows:,} rows, as copied.")
    if restored.aside:
        print(f"What was there is {restored.aside}: delete it when nobody needs it.")
    if restored.act_on:
        print(restored.act_on, file=sys.stderr)
        raise typer.Exit(1)


def _secret(home, folder: Path | None) -> str:
    """The secret half of the key `backup`, from a folder that is named or from where keys are; none is made."""
    from operations.keys import Keys

    keys = Keys(folder) if folder else replace(home.keys, made_at_first_use=False)
    if not keys.has("backup"):
        where = keys.folder if keys.source == "file" else f"the {keys.source}"
        raise Refusal(
            f"The secret half of the key backup is not in {where}: its keeper has it. Name its folder: --keys DIR.",
            4,
        )
    return keys.secret("backup")
