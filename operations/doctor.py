"""What stands between the data and the world: each layer, whether it is on, and the command that mends it.

It says what can be seen from here and no more: DuckDB's encryption is a second layer, and whether the disk
itself is encrypted only the machine's keeper knows.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from operations import audit, backup, doctor_nights, previous, readonly, warehouse_file
from operations.doctor_line import Line
from operations.keys import NAMES, PAIRS, Keys
from operations.swap import Swap, swap
from refusal import Refusal

REGISTER = "seeds/sharing_agreements.csv"
GONE = ("It was published and is gone.", "warehouse restore --previous")


def examine(home) -> list[Line]:
    """Every layer of a home, outermost first; then its nights and its copies.

    `home` gives its paths, `settings`, `keys`, `waiting_keys`, `key_id`, `agreements` and `open`.
    """
    lines = [*_disk(), *swapping(swap()), *_settings(home), *_keys(home), *_waiting(home.waiting_keys)]
    lines += [*_warehouse(home), *_spill(home), *_locked_away(home, "vault", home.vault)]
    lines += [*_locked_away(home, "identity", home.identity), *_scratch(home), *_audit(home.audit)]
    return [*lines, *_agreements(home), *doctor_nights.examine(home, datetime.now(UTC))]


def _disk() -> Iterator[Line]:
    says = "Whether the disk is encrypted cannot be seen from here; it is the layer all others rest on."
    yield Line("disk", "warn", says, "Ask the machine's keeper: BitLocker or LUKS must be on.")


def swapping(found: Swap | None) -> Iterator[Line]:
    """Whether what is in memory may come to lie on a disk in plain; None where the machine does not tell."""
    mend = "Ask the machine's keeper: the disk with the swap or page file must be encrypted."
    if found is None:
        says = "Whether memory is written to disk, and how, this machine does not tell."
        yield Line("swap", "warn", says, mend)
    elif found.plain:
        says = (
            f"Memory may be written to disk in plain: {', '.join(found.plain)} is not known to be encrypted."
        )
        yield Line(
            "swap", "warn", says, "swapoff -a; or swap to zram, or to an encrypted device (crypttab: swap)."
        )
    elif found.kept:
        says = f"In memory or encrypted, as far as can be seen: {', '.join(found.kept)}."
        yield Line("swap", "ok", says)
    else:
        yield Line("swap", "ok", "None: memory is not written to disk.")


def _settings(home) -> Iterator[Line]:
    if home.settings.is_demo:
        says = "Demo settings: made-up data only. Keys are made at first use, the warehouse file is not encrypted."
        yield Line(
            "settings", "warn", says, 'Before real data: write encryption = "required" into settings.toml.'
        )
    else:
        yield Line("settings", "ok", f"encryption {home.settings.encryption}, keys in {home.settings.keys}.")


def _keys(home) -> Iterator[Line]:
    keys: Keys = home.keys
    for name in NAMES:
        try:
            if keys.has(name):
                secret = keys.secret(name)
                yield Line(f"key {name}", "ok", f"id {home.key_id(secret)}.")
            elif name == warehouse_file.NAME and home.settings.encryption != "required":
                yield Line(f"key {name}", "ok", "Not needed: the warehouse file is not encrypted.")
            elif name in PAIRS and (keys.folder / f"{name}.pub").exists():
                yield Line(
                    f"key {name}", "ok", "Only the public half is here: files can be locked away, not read."
                )
            elif home.settings.is_demo:
                yield Line(f"key {name}", "ok", "Not made yet; it is when it is first needed.")
            elif name == backup.NAME:
                yield Line(
                    f"key {name}", "warn", "Without it no copy can be made.", "warehouse key new backup"
                )
            else:
                yield Line(f"key {name}", "fail", "The key is missing.", f"warehouse key new {name}")
        except Refusal as problem:
            yield Line(f"key {name}", "fail", *_split(problem))
    if keys.source == "file" and keys.folder.exists() and any(keys.folder.glob("*.key")):
        says = "Keys lie beside the data: whoever takes the disk has both."
        yield Line("keys", "warn", says, 'Set keys = "keyring" or "credential" in settings.toml.')


def _waiting(following: Keys) -> Iterator[Line]:
    """A change of a key that was begun: old and new are both needed until it is ended."""
    for name in NAMES:
        try:
            if following.has(name):
                says = f"A change of the key {name} was begun and not ended: the new one waits in keys/next."
                yield Line(f"next {name}", "warn", says, f"warehouse key rotate {name}")
        except Refusal as problem:
            yield Line(f"next {name}", "fail", *_split(problem))


def _split(problem: Refusal) -> tuple[str, str]:
    says, _, mend = str(problem).partition(" Run: ")
    return says, mend


def _warehouse(home) -> Iterator[Line]:
    if not home.live.exists():
        gone = home.live.with_name(previous.SEAL).exists()
        yield Line("warehouse file", *(("fail", *GONE) if gone else ("ok", "There is none yet.")))
        return
    if os.name == "posix" and home.live.stat().st_mode & 0o077:
        yield Line("warehouse file", "fail", "Others may read it.", f"chmod 600 {home.live}")
    try:
        with closing(home.open(home.live, read_only=True)) as connection:
            readonly.refuse_newer(connection)
        previous.check(home)
    except Refusal as problem:
        yield Line("warehouse file", "fail", *_split(problem))
        return
    if home.settings.encryption == "required":
        says = "Encrypted with AES-GCM by DuckDB, which does not claim to meet the NIST requirements."
        yield Line("warehouse file", "ok", says)
    else:
        says = "Not encrypted, as the settings have it."
        yield Line(
            "warehouse file", "warn", says, 'Before real data: encryption = "required" in settings.toml.'
        )


def _spill(home) -> Iterator[Line]:
    """What does not fit in memory: encrypted with the file, or as readable as the file is."""
    if home.settings.encryption != "required":
        yield Line("spilled rows", "warn", "Not encrypted, as the warehouse file.")
        return
    try:
        warehouse_file.extension()
    except Refusal as problem:
        yield Line("spilled rows", "fail", *_split(problem))
    else:
        yield Line("spilled rows", "ok", "Encrypted; wiped at the start and the end of every night.")


def _locked_away(home, name: str, folder: Path) -> Iterator[Line]:
    files = [p for p in folder.rglob("*") if p.is_file()] if folder.exists() else []
    plain = [p for p in files if p.suffix != ".age"]
    if plain:
        says = f"{len(plain)} of {len(files)} files are not encrypted."
        yield Line(name, "fail", says, "warehouse nightly")
        return
    who = "here too" if home.keys.has(name) else "kept elsewhere"
    yield Line(name, "ok", f"{len(files)} files, each encrypted with age; the key that opens them is {who}.")


def _scratch(home) -> Iterator[Line]:
    if Path("/dev/shm").is_dir():
        yield Line("files being read", "ok", "In memory only, and gone when the night ends or dies.")
    elif home.settings.encryption == "required":
        says = "This machine has no memory disk for rows being read, and the night does not begin without."
        yield Line("files being read", "fail", says, "Run the nights on Linux, with /dev/shm.")
    else:
        says = "This machine has no memory disk: rows being read lie on the disk for the length of a night."
        yield Line("files being read", "warn", says, "Run the nights on Linux, with /dev/shm.")


def _audit(folder: Path) -> Iterator[Line]:
    verdict = audit.verify(folder)
    if verdict.broken:
        yield Line(
            "audit", "fail", verdict.broken, "Keep both files as they are and find out who changed them."
        )
    else:
        yield Line("audit", "ok", f"{verdict.head.seq:,} lines, in one unbroken chain.")


def _agreements(home) -> Iterator[Line]:
    try:
        found = home.agreements
    except Refusal as problem:
        yield Line("agreements", "fail", *_split(problem))
    else:
        yield from sharing(found, datetime.now(UTC).date())


def sharing(agreements, day: date) -> Iterator[Line]:
    """One line for each agreement that ended with none in its place, or ends within a month; else one that says so.

    `agreements` gives `every`, `covers` and `warnings`, as ingest has them.
    """
    ended = [a for a in agreements.every if a.expires_on < day and _is_missed(agreements, a, day)]
    for a in sorted(ended, key=lambda a: (a.expires_on, a.agreement_ref)):
        says = f"{a.agreement_ref} ended on {a.expires_on} and no other covers all it did: the rest is refused from {a.party}."
        yield Line(
            "agreement", "fail", says, f"Renew it in {REGISTER}, or take it out if nothing more is to come."
        )
    ending = agreements.warnings(day)
    for says in ending:
        yield Line("agreement", "warn", says, f"The register is {REGISTER}.")
    if not (ended or ending):
        yield Line("agreements", "ok", f"{len(agreements.every)}, none of them ending within a month.")


def _is_missed(agreements, ended, day: date) -> bool:
    """Whether anything it covered is covered no more; what is called `*` only one without a list covers."""
    columns = ended.fields or {"*"}
    return any(agreements.covers(ended.party, code, columns, day) for code in ended.return_codes or {"*"})


def show(lines: list[Line], as_json: bool) -> int:
    """Print every line, and the mending command below what needs one → exit code: 4 where anything fails."""
    if as_json:
        print(json.dumps([asdict(line) for line in lines], indent=1))
    else:
        wide = max(len(line.layer) for line in lines)
        for line in lines:
            print(f"{line.state:<5} {line.layer:<{wide}} {line.says}")
            if line.mend and line.state != "ok":
                print(f"{'':<{wide + 6}} {line.mend}")
    return 4 if any(line.state == "fail" for line in lines) else 0
