"""Files into the inbox, with who sent them, when for and when they came."""

from __future__ import annotations

import csv
import filecmp
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from expectations.standard import find, standard
from ingest import periods
from refusal import Refusal


def receive(
    paths: list[Path],
    inbox: Path,
    organisation: str,
    period: str | None,
    as_return: str | None,
    day: str | None,
) -> Iterator[tuple[Path, str]]:
    """Copy files, or folders of files, into the inbox: (where, what was done) for each."""
    place = _place(inbox, organisation, period, as_return, day)
    for path in paths:
        if not path.exists():
            raise Refusal(f"{path} is not there.")
        for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
            below = path.name / file.relative_to(path) if path.is_dir() else Path(file.name)
            yield _put(file, place / below)


def _place(
    inbox: Path, organisation: str, period: str | None, as_return: str | None, day: str | None
) -> Path:
    place = inbox / organisation
    if period:
        if not periods.parse(period):
            raise Refusal(f"{period!r} is no period. Write 2024-05, 2024-25-Q1, 2024-25 or 2024.")
        place /= period
    if as_return:
        try:
            place /= find(as_return).code
        except KeyError:
            known = ", ".join(r.code for r in standard().values())
            raise Refusal(f"{as_return!r} is no return of the standard. There are {known}.") from None
    if day:
        try:
            place /= f"received-{date.fromisoformat(day)}"
        except ValueError:
            raise Refusal(f"{day!r} is not a real date. Use YYYY-MM-DD.") from None
    return place


def _put(file: Path, target: Path) -> tuple[Path, str]:
    """Never over another file: the same bytes are left, other bytes of one name get a name of their own."""
    number, wanted = 1, target
    while target.exists():
        if filecmp.cmp(file, target, shallow=False):
            return target, "already in the inbox"
        number += 1
        target = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".partial-{os.getpid()}")  # a name may be as long as a name can be
    try:
        shutil.copyfile(file, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target, "received"


def nil_return(inbox: Path, organisation: str, period: str | None, as_return: str | None, day: str | None):
    """Put a manifest into the inbox that says: for this return and period there is nothing."""
    told = periods.parse(period) if period else None
    if not (told and as_return):
        raise Refusal("A nil return needs --as and --period: which return, and when for.")
    place = _place(inbox, organisation, period, None, day)
    kinds = {"month": "M", "quarter": "Q", "snapshot": "SNAPSHOT"}
    r = find(as_return)
    row = {
        "return_code": r.code,
        "spec_version": r.version,
        "submitting_org": organisation,
        "period_start": told.start.isoformat(),
        "period_end": told.end.isoformat(),
        "period_type": kinds.get(told.kind, "Y"),
        "status": "NIL",
        "submission_seq": "1",
        "row_count": "0",
        "extracted_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "legal_basis_code": "NIL",
    }
    place.mkdir(parents=True, exist_ok=True)
    target = place / f"manifest_{r.code}_{organisation}_{period}.csv"
    with target.open("w", encoding="utf-8", newline="") as f:
        write = csv.DictWriter(
            f, [c.name for c in standard()["manifest"].fields if c.required or c.name in row]
        )
        write.writeheader()
        write.writerow(row)
    return target
