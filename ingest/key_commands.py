"""Commands about keys: make one, change one, tell which it is; none ever shows one."""

from __future__ import annotations

from typing import Annotated

import typer

from refusal import Refusal

app = typer.Typer(help="Keys: make one, change one, tell which it is.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="pseudonym, warehouse, vault, identity or backup.")]
NAMES = ("pseudonym", "warehouse", "vault", "identity")
PAIRS = ("vault", "identity", "backup")
OF_COPIES = (
    "Copies stay locked to the key backup of their day. Take keys/backup.key and keys/backup.pub away, keep them for "
    "a year, and run: warehouse key new backup. The next backup copies everything anew."
)


@app.command()
def new(context: typer.Context, name: Name):
    """Make a key where there is none."""
    from ingest.identity import key_id

    keys = context.obj.keys
    keys.new(name)
    made = key_id(keys.secret(name))
    context.obj.note("key new", key=name, id=made)
    print(f"key {name} {made}: made.")
    if name in PAIRS:
        print(
            f"Nights need {name}.pub only. Who may open what it locks keeps the secret half, elsewhere if need be."
        )


@app.command("show-id")
def show(context: typer.Context, name: Name):
    """Print eight digits that name a key without telling it."""
    from ingest.identity import key_id

    print(key_id(context.obj.keys.secret(name)))


@app.command()
def rotate(context: typer.Context, name: Name):
    """Change a key: lock anew what it locks, prove it the same, then put the new key in place."""
    from ingest import next_keys

    if name == "backup":
        raise Refusal(OF_COPIES)
    if name not in NAMES:
        raise Refusal(f"There is no key {name}. There are {', '.join((*NAMES, 'backup'))}.")
    home = context.obj
    if next_keys.ended(home.keys, name):
        print(f"key {name}: the rotation that was cut short is ended.")
        return
    home.note("key rotate", key=name, state="begun")
    told = _rotate(home, name)
    home.note("key rotate", key=name, state="done", old=told.old, new=told.new)
    print(told)


def _rotate(home, name: str):
    from ingest import rekeying, rotation
    from ingest.scratch import scratch
    from ingest.vault import locked_files

    if name == "pseudonym":
        return rekeying.pseudonyms(home, home.terminal.step)
    if name == "warehouse":
        with home.locked():
            told = rotation.warehouse(home)
            home.forget_previous()  # it lies under the old key, or under none
            return told
    folder = home.vault if name == "vault" else home.identity
    largest = max((path.stat().st_size for path in locked_files(folder)), default=0)
    with home.locked(), scratch(home.work, largest, home.settings.encryption == "required") as plain:
        return rotation.pair(home.keys, name, folder, plain)
