"""Manifests (R00): the police list every file of theirs; one council says of one return that it is nil."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from demo.returns import NIL, YEARS, Sent, period, place, received
from expectations.standard import find


def write(folder: Path, sent: list[Sent]) -> list[Sent]:
    """Write the manifests of files already sent; answers with them and with the nil return they tell of."""
    written = []
    for y in YEARS:
        files = [s for s in sent if s.organisation_code == "SYP" and s.y == y]
        written.append(_write(folder, "SYP", y, [_row(folder, s) for s in files]))
    org, code, y = NIL
    written.append(_write(folder, org, y, [_nil()]))
    return [*written, Sent(org, code, y, (), 0, status="nil")]


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


def _nil() -> dict:
    return {**_common(*NIL), "row_count": 0, "status": "NIL"}


def _common(org: str, code: str, y: int) -> dict:
    made = received(org, code, y) - timedelta(days=1)
    return {
        "return_code": code,
        "spec_version": find(code).version,
        "submitting_org": org,
        "la_scope": "370;371;372;373" if org == "SYP" else "370",
        "period_start": date(y, 4, 1),
        "period_end": date(y + 1, 3, 31),
        "period_type": "Y",
        "submission_seq": 1,
        "extracted_at": f"{made}T09:00:00+01:00",
        "contact_role": "DATA_OFFICER",
        "legal_basis_code": "CA1989_S47",
        "isa_ref": "ISA-1",
    }
