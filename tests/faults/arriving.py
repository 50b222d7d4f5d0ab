"""What counts in an open warehouse, asked as the night's build asks it, without the build."""

from __future__ import annotations

import re
from pathlib import Path

STAGED = Path(__file__).parents[2] / "dbt_project" / "models" / "staging" / "stg_submissions.sql"


def counted(connection, as_at: str = "9999-12-31") -> list[tuple]:
    """Every row of R04 that counts as at a moment: whose, for when, and its columns, but no number of ours."""
    model = re.sub(r"\{\{ source\(\"(\w+)\", \"(\w+)\"\) \}\}", r"\1.\2", STAGED.read_text("utf-8"))
    model = model.replace("{{ as_at() }}", f"timestamptz '{as_at}'")
    assert "{{" not in model
    found = connection.execute(
        "select record_ref, incident_ref, organisation_code, period, route, a.* exclude (submission_id, file, sheet, line) "
        f"from ({model}) as s join accepted.pol_incident as a using (submission_id) order by all"
    ).fetchall()
    return [tuple(tuple(v) if isinstance(v, list) else v for v in row) for row in found]
