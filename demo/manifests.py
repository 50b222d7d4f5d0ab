"""Manifests (R00): the police list every file of theirs; others say which of their returns are nil."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from demo.returns import AREA, DUE, NEVER_CAME, YEARS, Sent, period, place, received
from expectations.standard import find


def write(folder: Path, sent: list[Sent]) -> list[Sent]:
    """Write the manifests of files already sent; answers with them and with the nil returns they tell of."""
    there = {(s.organisation_code, s.return_code, s.y) for s in sent}
    owed = {(org, code, y) for org, codes in DUE.items() for code in codes for y in YEARS}
    nil = sorted(owed - there - {NEVER_CAME})
    written = []
    for org in DUE:
        for y in YEARS:
            rows = [_row(folder, s) for s in sent if org == "SYP" == s.organisation_code and s.y == y]
            rows += [_nil(*which) for which in nil if (which[0], which[2]) == (org, y)]
            if rows:
                written.append(_write(folder, org, y, rows))
    return [*written, *(Sent(*which, (), 0, status="nil") for which in nil)]


def _write(folder: Path, org: str, y: int, rows: list[dict]) -> Sent:
    path = place(folder, org, "R00", y) / f"SYCSE_R00_{org}_{period(y)}_v01.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, find("R00").column_names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return Sent(org, "R00", y, ((path.relative_to(folder).as_posix(), len(rows)),), len(rows))


def _row(folder: Path, s: Sent) -> dict:
    ((file, _),) = s.files
    digest = sha256()
    with (folder / file).open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    what = {
        "row_count": s.rows,
        "sha256": digest.hexdigest(),
        "file_name": Path(file).name,
        "status": "FINAL",
    }
    return {**_common(s.organisation_code, s.return_code, s.y), **what}


def _nil(org: str, code: str, y: int) -> dict:
    return {**_common(org, code, y), "row_count": 0, "status": "NIL"}


def _common(org: str, code: str, y: int) -> dict:
    made = received(org, code, y) - timedelta(days=1)
    return {
        "return_code": code,
        "spec_version": find(code).version,
        "submitting_org": org,
        "la_scope": AREA.get(org, ";".join(AREA.values())),
        "period_start": date(y, 4, 1),
        "period_end": date(y + 1, 3, 31),
        "period_type": "Y",
        "submission_seq": 1,
        "extracted_at": f"{made}T09:00:00+01:00",
        "contact_role": "DATA_OFFICER",
        "legal_basis_code": "CA1989_S47",
        "isa_ref": "ISA-1",
    }
