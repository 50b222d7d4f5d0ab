"""The social work workforce census as made-up XML: posts by role, and nothing about anyone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from expectations.standard import standard
from ingest import identity, inbox, readers, tables
from ingest.context import prepare
from ingest.national import read_csww_xml, recognise
from ingest.night import take_in
from ingest.readers import Parcel
from ingest.reading import Unreadable
from ingest.vault import nowhere

SEEDS = Path(__file__).parents[3] / "seeds"
MESSAGE = """<?xml version="1.0" encoding="utf-8"?>
<Message>
<Header><CollectionDetails><Collection>CSWW</Collection><Year>{year}</Year>
<ReferenceDate>{year}-09-30</ReferenceDate></CollectionDetails>
<Source><SourceLevel>L</SourceLevel><LEA>{lea}</LEA></Source></Header>
{inside}
</Message>
"""
VACANCIES = """<LALevelVacancies><NumberOfVacancies>7.50</NumberOfVacancies><NoAgencyFTE>{fte}</NoAgencyFTE>
<NoAgencyHeadcount>{heads}</NoAgencyHeadcount></LALevelVacancies>"""


def worker(role: str | None, fte: str = "1", agency: str = "0", more: str = "") -> str:
    told = f"<OrgRole>{role}</OrgRole>" if role else ""
    return (
        f"<CSWWWorker><AgencyWorker>{agency}</AgencyWorker><SWENo>SW7777777777</SWENo><FTE>{fte}</FTE>"
        f"<PersonBirthDate>1980-01-31</PersonBirthDate><Ethnicity>WBRI</Ethnicity>{told}{more}</CSWWWorker>"
    )


WORKERS = (
    *(worker("5"), worker("5", "0.6"), worker("6", "0.5", "1")),
    *(worker("1"), worker("4", "0.25")),
    worker("5", more="<RoleEndDate>2022-09-30</RoleEndDate>"),
    worker("5", "0.1", more="<RoleEndDate>2022-10-01</RoleEndDate>"),
    worker(None),
)


@pytest.fixture
def read(send, out):
    def reading(*inside: str, year="2022", lea="372"):
        return read_csww_xml(
            send("csww.xml", MESSAGE.format(year=year, lea=lea, inside="\n".join(inside))), out
        )

    return reading


def test_workers_become_posts_by_role(read, rows_of):
    reading = read(VACANCIES.format(fte="0.5", heads="1"), *WORKERS)
    assert (reading.format, reading.organisation_code, reading.period) == ("csww xml", "ROT", "2022-09-30")
    first, second = sorted(rows_of(reading, "wkf_post"), key=lambda row: row["role"])
    shared = {"agency": "ROT", "la": "372", "scope": "ALL_CHILDREN", "snapshot_date": "2022-09-30"}
    assert shared.items() <= first.items() and shared.items() <= second.items()
    names = ("role", "fte_in_post", "headcount", "fte_agency", "fte_vacant")
    assert tuple(first[n] for n in names) == ("SW", "2.2", "4", "0.5", "7.50")
    assert tuple(second[n] for n in names) == ("SW_SENIOR", "1.25", "2", "0", "")
    assert {(s.reason.partition(":")[2].strip()[:17], s.rows) for _, s in reading.skipped} == {
        ("counted in the po", 6),
        ("the role ended by", 1),
        ("no role in OrgRol", 1),
        ("joined to the pos", 1),
    }
    assert [f.rule_code for _, f in reading.findings] == ["C220", "CSWW01"]


def test_nothing_about_a_worker_leaves_the_reader(read, out):
    reading = read(*WORKERS, worker("9"), worker("5", "2"))
    kept = "".join(path.read_text("utf-8") for path in out.iterdir()) + repr(reading)
    assert not [word for word in ("7777", "1980", "WBRI", "2022-10-01") if word in kept]


@pytest.mark.parametrize(
    ("one", "column"),
    [
        (worker("9"), "OrgRole"),
        (worker("5", agency="x"), "AgencyWorker"),
        (worker("5", "1.5"), "FTE"),
        (worker("5", "nan"), "FTE"),
        (worker("5", more="<RoleEndDate>31/02/2022</RoleEndDate>"), "RoleEndDate"),
    ],
)
def test_a_worker_that_cannot_be_read_is_told_and_in_no_post(read, one, column):
    reading = read(one)
    assert reading.tables[0].rows == 0
    assert [(f.rule_code, f.column_name, f.value) for _, f in reading.findings] == [("C212", column, None)]
    assert sum(s.rows for _, s in reading.skipped) == 1


def test_agency_staff_told_and_not_listed_are_in_no_post(read, rows_of):
    reading = read(VACANCIES.format(fte="3", heads="3"), worker("5", agency="1"))
    assert [f.says for _, f in reading.findings if f.rule_code == "CSWW02"] == [
        "The census says 3 agency workers and lists 1; those not listed are in no post."
    ]
    (row,) = rows_of(reading, "wkf_post")
    assert (row["headcount"], row["fte_agency"]) == ("1", "1")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<Message><CSWWWorker/></Message>", "X503"),
        ("<Message></Message>", "X503"),
        (MESSAGE.format(year="1999", lea="372", inside=""), "X503"),
        (MESSAGE.format(year="x", lea="372", inside=""), "X503"),
        (MESSAGE.format(year="2022", lea="", inside=""), "X503"),
        (MESSAGE.format(year="2022", lea="372", inside="<CSWWWorker>"), "X504"),
        ('<!DOCTYPE Message [<!ENTITY a "b">]><Message/>', "X501"),
    ],
)
def test_bad_xml_is_refused(send, out, text, code):
    with pytest.raises(Unreadable) as refused:
        read_csww_xml(send("csww.xml", text), out)
    assert refused.value.code == code


def test_it_is_recognised_beside_the_other_census(send, out):
    text = MESSAGE.format(year="2022", lea="372", inside=worker("5"))
    assert recognise(text.encode(), None) == "csww xml"
    assert recognise(b"<Message><CSWWWorker>", None) == "csww xml"
    assert recognise(b"<Message><Header><Collection>CIN</Collection>", None) == "cin census xml"
    sent = send("c.xml", text)
    assert readers.read(Parcel((sent,), None, None, readers.peek(sent.path)), out).format == "csww xml"


@pytest.fixture
def night(tmp_path):
    """Take in what lies in an inbox: outcomes, and the connection that holds them."""
    with duckdb.connect() as connection:
        tables.create(connection, standard())

        def run(place: str, text: str):
            folder = tmp_path / "inbox" / place
            folder.mkdir(parents=True)
            (folder / "csww.xml").write_text(text)
            now = datetime(2023, 1, 1, tzinfo=UTC)
            context = prepare(
                connection, SEEDS, identity.throwaway(), nowhere(tmp_path / "r"), tmp_path / "r", "x", now
            )
            arrived = inbox.arrivals(tmp_path / "inbox", set(context.organisations))
            return connection, take_in(connection, arrived, context, lambda *_: None)

        yield run


def test_the_posts_are_accepted_whole(night):
    inside = VACANCIES.format(fte="0.5", heads="1") + "".join(WORKERS)
    connection, (outcome,) = night("ROT", MESSAGE.format(year="2022", lea="372", inside=inside))
    assert (outcome.return_code, outcome.period, outcome.fate.status) == (
        "R19",
        "2022-09-30",
        "accepted with findings",
    )
    assert (outcome.fate.rows_read, outcome.fate.rows_accepted, outcome.fate.rows_skipped) == (11, 2, 9)
    found = connection.execute(
        "select role, scope, headcount from accepted.wkf_post order by role"
    ).fetchall()
    assert found == [("SW", "ALL_CHILDREN", 4), ("SW_SENIOR", "ALL_CHILDREN", 2)]


@pytest.mark.parametrize(
    ("lea", "says"),
    [
        ("373", "S120 The inbox says it comes from ROT, its content says SHE."),
        ("975", "S120 The inbox says it comes from ROT, its content says 975."),
    ],
)
def test_the_census_of_another_council_is_refused(night, lea, says):
    _, (outcome,) = night("ROT", MESSAGE.format(year="2022", lea=lea, inside=worker("5")))
    assert (outcome.fate.status, outcome.fate.says) == ("refused", says)
