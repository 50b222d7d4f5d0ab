"""On any rows at all, Great Expectations' count and the SQL pass agree: the one refuses what the other finds."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations import check
from expectations.batch import look_over
from expectations.checks import checks
from expectations.standard import Return, standard
from ingest import identity, loading, tables
from ingest.context import prepare
from ingest.reading import Table
from ingest.vault import nowhere

SEEDS = Path(__file__).parent.parent / "seeds"
STRANGE = (
    "",
    " ",
    "0",
    "-1",
    "X",
    "~",
    "2024-02-30",
    "31/12/2024",
    "1e3",
    "5.7",
    "999999999999999999999",
    "caf\u00e9",
    "'; --",
)


def values(r: Return) -> dict[str, list[str]]:
    """For each column what its examples hold, and what nobody should send."""
    pool = {c: {*STRANGE, str(r.accepted.get(c, ""))} for c in r.column_names}
    for example in r.refused:
        for column, value in example.change.items():
            pool[column] |= {
                "" if v is None else str(v) for v in (value if isinstance(value, list) else [value])
            }
    return {c: sorted(v) for c, v in pool.items()}


def rows(r: Return):
    pool = values(r)
    good = {c: str(r.accepted.get(c, "")) for c in r.column_names}
    changes = st.dictionaries(st.sampled_from(r.column_names), st.integers(0, 10**6), max_size=4)
    return st.lists(
        changes.map(lambda d: good | {c: pool[c][n % len(pool[c])] for c, n in d.items()}),
        min_size=1,
        max_size=60,
    )


@pytest.mark.parametrize(
    "name", ["la_missing", "lac_episode", "sc_protection_event", "pol_investigation_outcome"]
)
def test_the_two_ways_agree_on_any_rows(name, tmp_path):
    r = standard()[name]
    with duckdb.connect() as connection:
        tables.create(connection, standard())
        now = datetime(2024, 6, 10, tzinfo=UTC)
        context = prepare(connection, SEEDS, identity.throwaway(), nowhere(tmp_path), tmp_path, "test", now)
        parents = sorted({k.resource for k in r.foreign_keys})
        ruled = checks(r, context.lists, frozenset(parents), context.area_of)

        @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
        @given(sent=rows(r))
        def agree(sent):
            data = tmp_path / "rows.csv"
            with data.open("w", newline="", encoding="utf-8") as f:
                write = csv.writer(f, quoting=csv.QUOTE_ALL, lineterminator="\n")
                write.writerow([*loading.PLACE, *r.column_names])
                write.writerows(["f", "", n, "", *row.values()] for n, row in enumerate(sent, 2))
            loading.start(connection, r, parents)
            table = Table(name, data, r.column_names, len(sent), "f")
            one = loading.Load(1, table, "ROT", date(2024, 5, 1), date(2024, 5, 31))
            loading.add(connection, r, one, context.aliases, dict.fromkeys(parents, True))
            look_over(connection, r)
            verdict = check.run(connection, name, ruled)
            assert verdict.rows == len(sent)

        agree()
