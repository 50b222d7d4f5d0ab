"""What may happen to what was received, at random: corrections, new periods, withdrawals, new links."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import duckdb

TOLD_OF = (
    "person_key",
    "sex",
    "status",
    "area_la",
    "ethnicity_code",
    "cse_flag",
    "placing_la",
    "outcome",
)
NAMED = (
    "crime_ref",
    "episode_ref",
    "police_episode_ref",
    "case_ref",
    "referral_id",
    "linked_event_id",
    "rhi_ref",
)
NAMES = re.compile("(?<!isa)(?<!plan)(?<!recommendation)_(ref|id|key)$").search
# No case has assessments or what became of them: each referral is assessed, discussed and conferred on.
EVENT = (
    "submission_id + {0} as submission_id, file, line, record_ref || '{0}' as record_ref, la, person_key, "
    "person_key_scheme, birth_month, sex"
)
ASSESSED = f"""
insert into accepted.sc_assessment by name
select {EVENT.format(400)}, referral_id || 'a' as assessment_id, referral_id, referral_date + 3 as start_date,
    referral_date + 40 as authorised_date, ['11A'] as factors from accepted.sc_contact_referral;
insert into accepted.sc_protection_event by name
select {EVENT.format(600).replace(" as record_ref", " || step as record_ref")}, referral_id || step as event_id, referral_id,
    kind as event_type, referral_date + 5 * step as event_date,
    nullif(referral_id || (step - 1), referral_id || 0) as linked_event_id
from accepted.sc_contact_referral cross join
    (select unnest(['STRAT', 'S47', 'ICPC']) as kind, unnest([1, 2, 3]) as step) as steps;
insert into landing.submissions
select submissions.* replace (submission_id + n as submission_id, code as return_code, name as return_name)
from landing.submissions as submissions cross join
    (select unnest(['R10', 'R11']) as code, unnest(['sc_assessment', 'sc_protection_event']) as name,
    unnest([400, 600]) as n)
where return_name = 'sc_contact_referral'
"""
KINDS = ("corrected", "corrected", "corrected", "anew", "withdrawn", "back", "linked", "apart")


def pool(into: Path, others: list[Path], copies: int = 2) -> None:
    """Put what several warehouses received into one, and so many times more of it under other names."""
    with duckdb.connect(str(into)) as connection:
        for n, other in enumerate(others, 1):
            connection.execute(f"attach '{other}' as other (read_only)")
            _take(connection, "other", n * 1000)
            connection.execute("detach other")
        connection.execute(ASSESSED)
        own = connection.execute("select current_database()").fetchone()[0]
        for n in range(1, copies + 1):
            _take(connection, own, n * 100_000, f"~{n}")


def _take(connection: duckdb.DuckDBPyConnection, source: str, on: int, suffix: str = "") -> None:
    """The rows of a warehouse, each period as one of its own; `suffix` goes behind what names a record or person."""
    number = f"submission_id + {on} as submission_id"
    for (name,) in connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'accepted' group by all "
        "having bool_or(database_name = ?) and bool_or(database_name = current_database()) order by 1",
        [source],
    ).fetchall():
        named = [
            f"{c} || '{suffix}' as {c}" for c, k in _columns(connection, name) if NAMES(c) and k == "VARCHAR"
        ]
        connection.execute(
            f"insert into accepted.{name} by name select * replace ({', '.join([number, *named])}) "
            f"from {source}.accepted.{name} where submission_id < 100_000"
        )
    connection.execute(
        f"insert into landing.submissions by name select * replace ({number}, period || '/{on}' as period) "
        f"from {source}.landing.submissions where submission_id < 100_000"
    )
    for name in ("findings", "rule_results"):
        connection.execute(
            f"insert into landing.{name} by name select * replace ({number}) "
            f"from {source}.landing.{name} where submission_id < 100_000"
        )


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str]]:
    """The columns of a return and their kinds."""
    return connection.execute(
        "select column_name, data_type from duckdb_columns() "
        "where schema_name = 'accepted' and table_name = ? "
        "and database_name = current_database() order by column_index",
        [name],
    ).fetchall()


def vary(database: Path, random: Random, times: int) -> list[tuple]:
    """Have so much happen to what was received; what happened."""
    with duckdb.connect(str(database)) as connection:
        told = [_one(connection, random) for _ in range(times)]
    return told


def _one(connection: duckdb.DuckDBPyConnection, random: Random) -> tuple:
    kind = random.choice(KINDS)
    if kind in ("linked", "apart"):
        return kind, link(connection, random, kind == "linked")
    status = "= 'refused'" if kind == "back" else "not in ('refused', 'duplicate')"
    numbers = one_of(connection, random, f"status {status} and rows_accepted > 0")
    if numbers is None:
        return (kind,)
    match kind:
        case "corrected":
            return kind, *numbers, send_again(connection, *numbers, random.randrange(1000))
        case "anew":
            return (
                kind,
                *numbers,
                send_again(connection, *numbers, random.randrange(1000), random.choice((1, 2))),
            )
    status = "refused" if kind == "withdrawn" else "accepted"
    connection.execute(
        "update landing.submissions set status = ? where submission_id = ?", [status, numbers[0]]
    )
    return kind, *numbers


def one_of(connection: duckdb.DuckDBPyConnection, random: Random, where: str) -> tuple[int, str] | None:
    """A submission of one return or another, each return as likely as the next."""
    found = connection.execute(
        f"select return_name, list(submission_id order by submission_id) from landing.submissions where {where} and "
        "return_name in (select table_name from duckdb_tables() where schema_name = 'accepted') "
        "group by all order by 1"
    ).fetchall()
    if not found:
        return None
    name, numbers = random.choice(found)
    return random.choice(numbers), name


def send_again(
    connection: duckdb.DuckDBPyConnection, number: int, name: str, odd: int, years: int = 0
) -> int:
    """A later submission of the same, or for a period years on: a sixth of the rows gone, a fifth told otherwise."""
    (new,) = connection.execute("select max(submission_id) + 1 from landing.submissions").fetchone()
    told = ", ".join(_told_otherwise(*column, new, odd) for column in _columns(connection, name))
    connection.execute(
        f"insert into accepted.{name} select {told} from accepted.{name} "
        f"where submission_id = {number} and hash(line * 7 + {odd}) % 6 <> 0"
    )
    later = f"interval {years} year"
    connection.execute(
        f"insert into landing.submissions select * replace ({new} as submission_id, 'accepted' as status, "
        f"cast(period_start + {later} as date) as period_start, cast(period_end + {later} as date) as period_end, "
        f"period || if({years} > 0, '+{years}', '') as period, received_at + interval 1 day + {later} as received_at) "
        f"from landing.submissions where submission_id = {number}"
    )
    return new


def _told_otherwise(column: str, kind: str, new: int, odd: int) -> str:
    """A column of the new submission: another day, another row's word, or as it was."""
    if column == "submission_id":
        return str(new)
    if kind == "DATE" and column not in ("birth_month", "snapshot_date", "month", "quarter_start"):
        other = f"{column} - {(1, 40, 400)[odd % 3]}"
    elif kind.startswith("TIMESTAMP"):
        other = f"{column} - interval {(1, 3, 40)[odd % 3]} day"
    elif column in (*TOLD_OF, *NAMED):
        other = f"lag({column}, 1, {column}) over (order by line)"
    else:
        return column
    return f"case when hash(line + {odd}) % 5 = 0 then {other} else {column} end"


def link(connection: duckdb.DuckDBPyConnection, random: Random, together: bool) -> int:
    """Link some pseudonyms of a return by twos and threes, or one apart from the others; how many."""
    name = random.choice(
        ("pol_missing_episode", "la_missing", "sc_cse_case", "lac_episode", "vic_support", "rhi")
    )
    part, odd = random.randrange(20), random.randrange(1000)
    child = (
        f"md5('child ' || hash(person_key || '{odd}') % 40)"
        if together
        else "md5(person_key_scheme || ':' || person_key)"
    )
    return connection.execute(
        "insert into landing.links (person_key, person_key_scheme, child_key, rule, confidence, linked_at, run_id) "
        f"select distinct person_key, person_key_scheme, {child}, 'L1', 'high', (select coalesce(max(linked_at), "
        "timestamptz '2024-01-01') + interval 1 second from landing.links), '' "
        f"from accepted.{name} where hash(person_key) % 20 = {part} and person_key is not null"
    ).fetchone()[0]


def differing(one: Path, other: Path) -> dict[str, int]:
    """How many rows of each model two warehouses have otherwise."""
    found = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only); attach '{other}' as other (read_only)")
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where schema_name in ('staging', 'core', 'marts') and database_name = 'one'"
        ).fetchall()
        for (table,) in tables:
            (rows,) = connection.execute(
                f"select count(*) from ((from one.{table} except all from other.{table}) "
                f"union all (from other.{table} except all from one.{table}))"
            ).fetchone()
            if rows:
                found[table.split(".")[1]] = rows
    return found
