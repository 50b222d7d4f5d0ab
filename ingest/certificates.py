"""Certificates: what was taken out, by which rule, and what still holds it until when; written once, never over."""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from pathlib import Path

from ingest.retention import Purge
from ingest.rights import Erasure

# How long a backup lives; the last copy of what is gone today goes with the last monthly one.
BACKUPS = (("daily", 7, 1), ("weekly", 4, 7), ("monthly", 12, 31))
RELEASES = "aggregates only; no row of a person stands in a release, and none is computed again"


def write(folder: Path, what: str, run_id: str, told: dict) -> Path:
    """Write `<what>-<run>.json`, safely on disk, only its owner may read it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{what}-{run_id}.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"run_id": run_id, **told}, file, indent=1, default=str)
        file.flush()
        os.fsync(file.fileno())
    return path


def of_purge(plan: Purge, deleted: dict[str, int]) -> dict:
    """What a purge did."""
    return {
        "day": plan.day,
        "rows_deleted": deleted,
        "by_rule": [
            {
                "table": f"{line.schema_name} {line.return_code}",
                "organisation_code": line.organisation_code,
                "rule": line.rule,
                "rows_deleted": line.rows_due,
                "rows_held_by": line.rows_held,
                "oldest": line.oldest,
                "newest": line.newest,
            }
            for line in plan.lines
        ],
        "vault_files_removed": plan.vault_files,
        "vault_files_held_by": plan.vault_held,
        "findings_workbooks_removed": [p.name for p in plan.workbooks],
        "backups_hold_it_until": backups(plan.day),
        "releases_untouched": {"names": plan.releases, "why": RELEASES},
    }


def of_erasure(plan: Erasure, deleted: dict[str, int], instruction: str, today: date) -> dict:
    """What an erasure did; the keys only as eight digits of their hash."""
    return {
        "day": today,
        "instruction": instruction,
        "keys": [{"sha256_begins": k.short, "scheme": k.scheme or "all"} for k in plan.keys],
        "rows_deleted": deleted,
        "links_deleted": plan.links,
        "submissions": plan.submissions,
        "vault_files_hold_it_until": dict(plan.vault_files),
        "identity_files_to_look_into": plan.identities,
        "backups_hold_it_until": backups(today),
        "releases_untouched": {"why": RELEASES},
        "comes_again": "A row of these keys that is sent again is skipped: erased on instruction.",
    }


def backups(today: date) -> dict[str, str]:
    """The day the last copy of each kind that still holds today's deletions is thrown away."""
    return {kind: str(today + timedelta(days=kept * every)) for kind, kept, every in BACKUPS}
