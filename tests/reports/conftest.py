"""A warehouse in memory that holds what a release is cut from, and nothing else."""

import duckdb
import pytest

from ingest.tables import create

AREAS = [("370", "Barnsley", "BAR"), ("371", "Doncaster", "DON"), ("372", "Rotherham", "ROT")]
AREAS += [("373", "Sheffield", "SHE"), ("SY", "South Yorkshire", "SY")]
AREAS += [("U", "Place in South Yorkshire not known", "U"), ("OUT", "Outside South Yorkshire", "OUT")]
LEVELS = {"SY": "force", "U": "unknown", "OUT": "outside"}
BREAKS = [
    ("I02", "372", "all", "2024-07-01", "A new form was used."),
    ("I02", "SY", "all", "2024-07-01", "A new form was used."),
    ("I02", "372", "all", "2016-04-01", "Too long ago to be crossed."),
    ("I02", "372", "sex", None, "Only where it is split by sex."),
    ("I05", "372", "all", None, "The day is not known."),
    ("I30", "372", "all", "2024-07-01", "Not in this report."),
]
SUBMISSIONS = [
    # id, organisation, return, period, received, version, status
    (1, "SYP", "R04", "2023-24", "2024-05-01T09:00:00Z", "1.0", "superseded"),
    (2, "SYP", "R04", "2023-24", "2024-06-01T09:00:00Z", "1.1", "accepted"),
    (3, "ROT", "R09", "2024-25", "2025-05-02T10:30:00Z", "1.0", "accepted with findings"),
    (4, "ROT", "R09", "2024-25", "2025-06-02T10:30:00Z", "9.9", "refused"),
]
STAGED = """
    create table staging.stg_submissions as
    select submission_id, return_code, organisation_code, period, received_at as submission_received_at,
        provisional as is_provisional
    from landing.submissions where submission_id in (2, 3)"""  # as dbt chose them


@pytest.fixture
def warehouse():
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    create(connection, {})
    connection.execute(
        "create table core.dim_areas (area_code varchar, area_name varchar, short_code varchar, area_level varchar, "
        "ons_code varchar, parent_code varchar, valid_from date, valid_to date)"
    )
    for code, name, short in AREAS:
        level = LEVELS.get(code, "district")
        connection.execute(
            "insert into core.dim_areas by name select ? as area_code, ? as area_name, ? as short_code, ? as area_level",
            [code, name, short, level],
        )
    connection.execute(
        """create table marts.mart_series_notes (indicator_code varchar, area_code varchar, breakdown varchar,
            break_date date, note varchar)"""
    )
    connection.executemany("insert into marts.mart_series_notes values (?, ?, ?, ?, ?)", BREAKS)
    for submission in SUBMISSIONS:
        submit(connection, *submission)
    connection.execute(STAGED)
    yield connection
    connection.close()


def submit(connection, number, organisation, code, period, received, version, status):
    connection.execute(
        """insert into landing.submissions (submission_id, organisation_code, return_code, period, received_at,
            sha256, file_name, standard_version, status, rows_read, rows_accepted, rows_quarantined,
            rows_skipped, run_id, provisional)
        values (?, ?, ?, ?, ?::timestamptz, 'a', 'a.csv', ?, ?, 0, 0, 0, 0, 'run', false)""",
        [number, organisation, code, period, received, version, status],
    )
