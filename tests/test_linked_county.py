"""A few children known to three agencies under keys of their own, from their identities to the figures.

Ada is known to the police, to Rotherham and to Doncaster; Ben to the police and to Rotherham by likeness alone;
Cleo, whom the police know, and Dora, whom Rotherham does, are twins; of Fay nobody sends an identity.
"""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

import warehouse
from expectations.standard import standard
from ingest import link_history, link_review

YEAR = "2023-24"
SURNAME = "Quillfeather"
R05, R25 = standard()["pol_missing_episode"], standard()["person_identity"]
HOME = {"surname": SURNAME, "postcode": "S99 9ZZ", "valid_from": "2023-04-01"}
ADA = {
    **HOME,
    "forenames": "Adastra Maria",
    "birth_date": "2009-03-14",
    "sex": "F",
    "nhs_number": "9990000018",
}
BEN = {**HOME, "forenames": "Benvolio", "surname": "Thistlewick", "birth_date": "2010-06-02", "sex": "M"}
CLEO = {**HOME, "forenames": "Cleopatra", "birth_date": "2011-11-30", "sex": "F", "surname": "Umbersmith"}
DORA = {**CLEO, "forenames": "Dorabella"}
FORBIDDEN = (
    SURNAME,
    "Adastra",
    "Benvolio",
    "Thistlewick",
    "Cleopatra",
    "Dorabella",
    "Umbersmith",
    "9990000018",
    "S99 9ZZ",
)
HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
MISSING = "CHILD,DOB,MISSING,MIS_START,MIS_END\n"


def key(letter: str) -> str:
    return letter * 16


def police(name: str, letter: str, start: str, end: str, born: str) -> dict:
    good = {k: str(v) for k, v in R05.accepted.items()}
    times = {
        c: f"{start}T20:00:00+01:00" for c in ("last_seen_at", "reported_at", "la_notified_at") if c in good
    }
    times |= dict.fromkeys(("found_at", "returned_at"), f"{end}T21:00:00+01:00")
    return {
        **good,
        **times,
        **{"record_ref": name, "episode_ref": name, "person_key": key(letter), "person_key_scheme": "SY1"},
        **{
            "placing_la": "372",
            "area_la": "372",
            "missing_from": "FOSTER",
            "placement_urn": "",
            "category": "MISSING",
        },
        **{"closed_state": "FOUND_SAFE", "birth_month": born},
    }


def put(path: Path, columns, rows: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as f:
        write = csv.DictWriter(f, columns, restval="", extrasaction="ignore", lineterminator="\n")
        write.writeheader()
        write.writerows(rows)


def ssda903(folder: Path, children: list[tuple[str, str, str]], missing: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    header = "".join(f"{child},{sex},{born},WBRI,,,\n" for child, sex, born in children)
    episodes = "".join(
        f"{child},01/04/2023,S,C2,N1,U1,PR1,,,,ZZ1 2AB,ZZ99 3CD,1234567\n" for child, _, _ in children
    )
    (folder / "header.csv").write_text(HEADER + header)
    (folder / "episodes.csv").write_text(EPISODES + episodes)
    (folder / "missing.csv").write_text(MISSING + missing)


def send(inbox: Path) -> None:
    """What the three agencies send; nobody but the identities says who is who."""
    episodes = [
        police("ADA1", "a", "2023-05-03", "2023-05-05", "2009-03"),
        police("BEN1", "b", "2023-05-10", "2023-05-12", "2010-06"),
        police("CLEO1", "c", "2023-05-20", "2023-05-22", "2011-11"),
        police("FAY1", "f", "2023-05-25", "2023-05-27", "2009-03"),
    ]
    put(inbox / "SYP" / YEAR / "r05.csv", R05.column_names, episodes)
    known = [("a", ADA), ("b", BEN), ("c", CLEO)]
    rows = [
        {"record_ref": f"P{k}", "person_key": key(k), "person_key_scheme": "SY1", **who} for k, who in known
    ]
    put(inbox / "SYP" / YEAR / "r25.csv", R25.column_names, rows)
    missing = "1001,14/03/2009,M,03/05/2023,05/05/2023\n1003,30/11/2011,M,20/05/2023,22/05/2023\n"
    rotherham = [("1001", "2", "14/03/2009"), ("1002", "1", "02/06/2010"), ("1003", "2", "30/11/2011")]
    ssda903(inbox / "ROT" / YEAR / "903", rotherham, missing)
    known = [("1001", ADA), ("1002", BEN), ("1003", DORA)]
    rows = [{"record_ref": f"R{child}", "local_id": child, **who} for child, who in known]
    put(inbox / "ROT" / YEAR / "identity" / "r25.csv", R25.column_names, rows)
    ssda903(inbox / "DON" / YEAR / "903", [("2001", "2", "14/04/2009")], "")
    rows = [{"record_ref": "D2001", "local_id": "2001", **ADA, "forenames": "Adastra"}]
    put(inbox / "DON" / YEAR / "identity" / "r25.csv", R25.column_names, rows)


@pytest.fixture(scope="module")
def home(tmp_path_factory, parsed) -> warehouse.Home:
    """A home in which the county's first night has been run; dbt need not parse the project for it again."""
    found = warehouse.Home(tmp_path_factory.mktemp("linked") / "home")
    shutil.copytree(parsed, found.parsed)
    send(found.inbox)
    warehouse.night(found, None, lambda *_: None)
    return found


def ask(home: warehouse.Home, sql: str, as_at: str | None = None) -> list[tuple]:
    with home.reading(as_at) as connection:
        return connection.execute(sql).fetchall()


CHILDREN = "select organisations, pseudonyms_count, link_confidence from core.dim_children order by organisations, link_confidence"


def test_one_row_for_each_child_with_who_knows_it_and_how_surely(home):
    assert ask(home, CHILDREN) == [
        ("DON, ROT, SYP", 3, "certain"),
        ("ROT", 1, "alone"),
        ("ROT, SYP", 2, "high"),
        ("SYP", 1, "alone"),
        ("SYP", 1, "alone"),
    ]
    index = ask(
        home,
        "select person_key_scheme[1:3], alias_of is null, link_confidence from core.dim_person_keys order by all",
    )
    assert len(index) == 8
    assert [scheme for scheme, _, _ in index].count("SY1") == 4


def test_what_the_police_and_a_council_tell_of_one_child_is_compared(home):
    told = ask(
        home,
        "select council_ref is not null, police_refs, status, is_comparable from core.fct_missing_reconciliation",
    )
    assert sorted(told, key=str) == sorted(
        [
            (True, ["ADA1"], "FULL", True),
            (False, ["BEN1"], "POL_ONLY", True),
            (False, ["CLEO1"], "POL_ONLY", True),
            (False, ["FAY1"], "POL_ONLY", False),
            (True, [], "LA_ONLY", False),
        ],
        key=str,
    )


def test_rules_that_look_across_agencies_see_the_child_and_not_the_key(home):
    found = ask(
        home, "select rule_code, record from core.fct_cross_return_findings where rule_code in ('X15', 'X20')"
    )
    assert sorted(rule for rule, _ in found) == ["X15", "X20"]
    (both,) = (record for rule, record in found if rule == "X15")
    assert "371 " in both
    assert "372 " in both


def test_a_name_rests_nowhere_but_in_what_only_its_key_opens(home):
    """Every byte of the home but the two locked folders, packed files opened."""
    words = [word.encode() for word in FORBIDDEN]
    seen = 0
    for path in (p for p in home.root.rglob("*") if p.is_file()):
        for content in everything_in(path.read_bytes()):
            seen += 1
            assert [w for w in words if w in content] == [], path.relative_to(home.root)
    assert seen > 20
    assert len(list(home.identity.glob("*.age"))) == 3


def everything_in(content: bytes):
    yield content
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from everything_in(archive.read(name))


def test_a_workbook_of_names_is_the_owners_alone_and_others_have_none(home, tmp_path):
    with home.reading() as connection:
        pairs, known = link_review.queue(connection), link_review.names(connection, home)
    assert [pair["why"] for pair in pairs].count("twins") >= 1
    for out, names in ((tmp_path / "plain.xlsx", None), (tmp_path / "names.xlsx", known)):
        link_review.write(out, pairs, home.seeds / "codes.csv", names)
        content = b"".join(everything_in(out.read_bytes()))
        assert (b"Cleopatra" in content) is (names is not None)
        assert out.stat().st_mode & 0o777 == 0o600
        assert key("c")[:8] + "…" in str(list(openpyxl.load_workbook(out)["Compare"].values))
    assert "1003" in str(list(openpyxl.load_workbook(tmp_path / "names.xlsx")["Compare"].values))


def test_the_queue_filled_in_and_sent_is_taken_and_nothing_before_it_changes(home, tmp_path):
    """The round trip, then as at the moment between: Ada parted from her Doncaster key from then on, the twins settled."""
    out = tmp_path / "queue.xlsx"
    with home.reading() as connection:
        link_review.write(out, link_review.queue(connection), home.seeds / "codes.csv")
    book = openpyxl.load_workbook(out)
    sheet = book["Data"]
    place = {cell.value: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        for column, value in (
            ("decision", "DIFFERENT"),
            ("decided_by", "DQ-1"),
            ("decided_on", "2024-03-20"),
            ("reason", "TWINS"),
        ):
            sheet.cell(row, place[column], value)
    (home.inbox / "ROT").mkdir(parents=True, exist_ok=True)
    book.save(home.inbox / "ROT" / "queue.xlsx")
    ((scheme, doncaster),) = ask(
        home, "select person_key_scheme, person_key from landing.links where organisation_code = 'DON'"
    )
    parted = {
        "record_ref": "L1",
        "left_scheme": scheme,
        "left_key": doncaster,
        "right_scheme": "SY1",
        "right_key": key("a"),
    }
    parted |= {
        "decision": "DIFFERENT",
        "decided_by": "DQ-2",
        "decided_on": "2024-03-21",
        "reason": "SAME_NAME",
    }
    put(home.inbox / "DON" / "decisions.csv", standard()["link_decision"].column_names, [parted])
    between = datetime.now(UTC).isoformat()
    before = ask(home, CHILDREN)
    outcomes = warehouse.night(home, None, lambda *_: None)
    assert {(o.return_code, o.fate.status) for o in outcomes} == {("R32", "accepted")}
    after = ask(home, CHILDREN)
    assert ("DON, ROT, SYP", 3, "certain") not in after
    assert ("ROT, SYP", 2, "high") in after
    assert ask(home, "select count(*) from landing.link_reviews where why = 'twins'") == [(0,)]
    assert ask(home, CHILDREN, between) == before
    with home.reading() as connection:
        lines = link_history.lines(link_history.history(connection, key("a")))
    assert {"now", "until then"} <= {line[18:28].strip() for line in lines}
