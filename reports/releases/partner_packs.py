"""A partner's copy: small numbers as they are, under an agreement, with a watermark in every file; never public."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from refusal import Refusal
from reports.cutting import named, standing
from reports.releases import frozen, proposals
from reports.releases.restricted import unprotected
from reports.releases.rows import COLUMNS

WATERMARK = "PARTNER COPY under {}. Small numbers. No onward sharing."


def partner_pack(
    connection,
    out: Path,
    agreements: Path,
    area: str,
    year: str,
    reference: str,
    person: str,
    note: Callable[..., None],
    as_at: str | None = None,
    today: date | None = None,
) -> Path:
    """Write an area's figures of a year, whole, for the party to an agreement → its folder below `out`/partner."""
    party = _agreed(agreements, reference, today or datetime.now(UTC).date())
    code, short = _area(connection, area)
    figures = frozen.freeze(
        connection, frozen.financial_years(year, 1), ("year", "quarter", "month"), below=True, area=code
    )
    resting = standing(connection, as_at)
    name = named(("partner", party, short, year), resting)
    watermark = WATERMARK.format(reference)
    with proposals.new_folder(out / "partner" / name) as draft:
        rows = [row | {"watermark": watermark} for row in unprotected(figures)]
        proposals.write_figures(draft, rows, COLUMNS | {"watermark": "VARCHAR"})
        told = {"name": name, "watermark": watermark, "agreement": reference, "party": party, "area": code}
        told |= {"year": year, **resting, "made_by": person, "made_at": datetime.now(UTC).isoformat()}
        proposals.write_manifest(draft, told)
        for path in draft.iterdir():
            path.chmod(0o600)
    note("partner pack made", name=name, agreement=reference, party=party, area=code)
    return out / "partner" / name


def _agreed(agreements: Path, reference: str, today: date) -> str:
    """The party to an agreement in force; Refusal (exit 3) where there is none."""
    if not agreements.exists():
        raise Refusal("There is no list of agreements. No partner's copy can be made.", 3)
    with agreements.open(encoding="utf-8", newline="") as file:
        found = [row for row in csv.DictReader(file) if row["agreement_ref"] == reference]
    if not found:
        raise Refusal(f"There is no agreement {reference}. See seeds/sharing_agreements.csv.", 3)
    valid = [
        r for r in found if (r["valid_from"] or "0001") <= today.isoformat() <= (r["expires_on"] or "9999")
    ]
    if not valid:
        raise Refusal(
            f"The agreement {reference} was in force from {found[-1]['valid_from']} to {found[-1]['expires_on']}. "
            "Nothing was written. Renew the agreement, then run this again.",
            3,
        )
    return valid[0]["party"]


def _area(connection, wanted: str) -> tuple[str, str]:
    """(code, short code) of the area asked for by either, or by name."""
    rows = connection.execute(
        "select distinct area_code, short_code, area_name from core.dim_areas where area_level in ('district', 'force')"
    ).fetchall()
    for row in rows:
        if wanted.upper() in (text.upper() for text in row):
            return row[:2]
    raise Refusal(f"There is no area {wanted}. The areas are {', '.join(sorted(r[1] for r in rows))}.")
