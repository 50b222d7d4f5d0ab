"""The county itself: children, crimes, cases and posts, and the rows each agency would send of them."""

from __future__ import annotations

from pathlib import Path

import duckdb

SQL = Path(__file__).parent / "sql"
# Children at scale 1, so that the returns about them come to some thirty thousand rows in five years.
REPORTED, OTHERS = 1_700, 1_700


def build(connection: duckdb.DuckDBPyConnection, scale: float, seed: int) -> None:
    """Make the tables `m_…` (what happened) and `r_<return>` (what is sent of it, and in which year's file).

    Every `r_` table has the columns of its return as text, and `org`, `y` (the year the file's financial
    year begins), `sort`, and `last`: whether this is the last time the record is told.
    """
    reported, others = (max(30, round(n * scale)) for n in (REPORTED, OTHERS))
    settings = {"seed": seed, "cse_children": reported, "children": reported + others}
    settings["teams"] = max(1, round(scale))
    for name, value in settings.items():
        connection.execute(f"set variable {name} = {value}")
    for path in sorted(SQL.glob("*.sql")):
        connection.execute(path.read_text("utf-8"))
