from collections import Counter

import pytest

from expectations.standard import standard
from ingest.national import read_ssda903_csv, read_ssda903_xml
from ingest.reading import Sent, Unreadable

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
MISSING = "CHILD,DOB,MISSING,MIS_START,MIS_END\n"
GOOD_HEADER = HEADER + "a1,2,05/02/2010,WBRI,UN1,,\n"
GOOD_EPISODE = "a1,01/04/2017,S,C2,N1,U1,PR1,30/06/2017,X1,CARPL,ZZ1 2AB,ZZ99 3CD,1234567\n"


@pytest.fixture
def read(send, out):
    """Reads files given as name=text, as a council's return of 2017-18."""

    def reading(year: int = 2018, organisation: str = "ROT", **texts):
        files = [send(f"{name}.csv", text) for name, text in texts.items()]
        return read_ssda903_csv(files, organisation, year, out)

    return reading


def findings(reading) -> list[tuple]:
    return [(name, f.rule_code, f.file, f.line, f.column_name) for name, f in reading.findings]


def test_an_episode_takes_the_child_from_header_and_nothing_that_names_it(read, rows_of):
    row = rows_of(read(header=GOOD_HEADER, episodes=EPISODES + GOOD_EPISODE), "lac_episode")[0]
    assert row == {
        "file": "episodes.csv",
        "sheet": "",
        "line": "2",
        "raw": "",
        "record_ref": "372|A1|2017-04-01",
        "la": "372",
        "person_key": "372|A1",
        "person_key_scheme": "LACHILD1",
        "birth_month": "2010-02",
        "sex": "F",
        "ethnicity_code": "WBRI",
        "ethnicity_scheme": "DFE",
        "disability_any": "U",
        "child_id_903": "372|A1",
        "decom": "2017-04-01",
        "rne": "S",
        "ls": "C2",
        "cin": "N1",
        "place": "U1",
        "place_provider": "PR1",
        "dec": "2017-06-30",
        "rec": "X1",
        "reason_place_change": "CARPL",
        "home_post_sector": "ZZ1 2",
        "pl_post_sector": "ZZ99 3",
        "urn": "1234567",
        "unaccompanied": "",
    }


def test_every_column_is_one_of_the_standard_and_its_fixed_values_are_in_the_lists(read):
    reading = read(header=GOOD_HEADER, episodes=EPISODES + GOOD_EPISODE, missing=MISSING)
    for table in reading.tables:
        declared = standard()[table.return_name]
        assert set(table.columns) <= set(declared.column_names)
        required = {f.name for f in declared.fields if f.required}
        assert required <= set(table.columns)
        assert set(table.local_ids) <= set(table.columns)


def test_a_bad_date_costs_its_row_alone(read, rows_of):
    bad = GOOD_EPISODE.replace("01/04/2017", "31/02/2017")
    reading = read(header=GOOD_HEADER, episodes=EPISODES + bad + GOOD_EPISODE)
    assert [row["decom"] for row in rows_of(reading, "lac_episode")] == ["31/02/2017", "2017-04-01"]


def test_a_bad_date_of_birth_costs_the_month_of_birth_and_is_not_repeated(read, rows_of):
    header = GOOD_HEADER.replace("05/02/2010", "31/02/2010")
    reading = read(header=header, episodes=EPISODES + GOOD_EPISODE)
    assert rows_of(reading, "lac_episode")[0]["birth_month"] == ""
    assert findings(reading) == [("lac_episode", "C205", "header.csv", 2, "DOB")]
    assert "2010" not in str(reading.findings)


def test_a_child_without_header_goes_on_and_is_named(read, rows_of):
    reading = read(header=GOOD_HEADER, episodes=EPISODES + GOOD_EPISODE.replace("a1", "b2"))
    row = rows_of(reading, "lac_episode")[0]
    assert (row["person_key"], row["birth_month"], row["sex"]) == ("372|B2", "", "U")
    assert findings(reading) == [("lac_episode", "903INT04", "episodes.csv", 2, "CHILD")]


def test_a_set_without_header_is_told_so_once(read):
    reading = read(episodes=EPISODES + GOOD_EPISODE * 3)
    assert findings(reading) == [("lac_episode", "903INT04", None, None, None)]


def test_a_child_twice_in_header_does_not_double_its_episodes(read, rows_of):
    reading = read(header=GOOD_HEADER + "A1,1,01/01/2011,MWBC,UN1,,\n", episodes=EPISODES + GOOD_EPISODE)
    assert [row["sex"] for row in rows_of(reading, "lac_episode")] == ["F"]
    assert findings(reading) == [("lac_episode", "903INT32", "header.csv", 3, "CHILD")]


def test_missing_takes_its_own_date_of_birth_where_header_has_none(read, rows_of):
    missing = (
        MISSING + "A1,05/02/2010,M,03/04/2017,\nA1,06/02/2010,A,03/05/2017,04/05/2017\nc3,01/03/2009,M,x,\n"
    )
    reading = read(header=GOOD_HEADER, missing=missing)
    found = rows_of(reading, "la_missing")
    assert [row["birth_month"] for row in found] == ["2010-02", "2010-02", "2009-03"]
    assert [row["mis_start"] for row in found] == ["2017-04-03", "2017-05-03", "x"]
    assert [row["record_ref"] for row in found][:2] == ["372|A1|M|2017-04-03", "372|A1|A|2017-05-03"]
    assert {(row["setting"], row["definition_version"], row["rhi_required"]) for row in found} == {
        ("CARE", "M_AND_A", "U")
    }
    assert findings(reading) == [
        ("la_missing", "903INT04", "missing.csv", 4, "CHILD"),
        ("la_missing", "903INT13", "missing.csv", 3, "DOB"),
    ]


def test_asylum_ends_with_the_status(read, rows_of):
    later = GOOD_EPISODE.replace("01/04/2017", "01/07/2017").replace("30/06/2017", "")
    uasc = "CHILD,SEX,DOB,DUC\nA1,2,05/02/2010,30/06/2017\n"
    other = GOOD_EPISODE.replace("a1", "b2")
    reading = read(
        header=GOOD_HEADER + "b2,1,05/02/2010,WBRI,UN1,,\n",
        uasc=uasc,
        episodes=EPISODES + GOOD_EPISODE + later + other,
    )
    assert [row["unaccompanied"] for row in rows_of(reading, "lac_episode")] == ["Y", "N", "N"]


def test_rows_are_conserved_with_blank_and_broken_lines(read, rows_of):
    reading = read(
        header=GOOD_HEADER + "short,1\n",
        episodes=EPISODES + GOOD_EPISODE + "\n" + "a1,01/07/2017,S\n" + GOOD_EPISODE,
        missing=MISSING + "a1,05/02/2010\n",
        reviews="CHILD,DOB,REVIEW,REVIEW_CODE\na1,05/02/2010,01/05/2017,PN1\n",
    )
    found = rows_of(reading, "lac_episode")
    assert [(row["line"], bool(row["raw"])) for row in found] == [("2", False), ("4", True), ("5", False)]
    assert [bool(row["raw"]) for row in rows_of(reading, "la_missing")] == [True]
    assert "05/02/2010" not in str([row["raw"] for row in rows_of(reading, "la_missing")])
    assert Counter((s.file, s.rows) for _, s in reading.skipped) == Counter(
        [("header.csv", 1), ("header.csv", 1), ("episodes.csv", 1), ("reviews.csv", 1)]
    )
    assert ("lac_episode", "S103", "header.csv", 3, None) in findings(reading)


def test_letters_for_sex_are_taken_and_named_before_their_year(read, rows_of):
    header = GOOD_HEADER.replace("a1,2", "a1,F")
    early = read(header=header, episodes=EPISODES + GOOD_EPISODE)
    assert rows_of(early, "lac_episode")[0]["sex"] == "F"
    assert findings(early) == [("lac_episode", "C215", "header.csv", 2, "SEX")]
    assert findings(read(2025, header=header, episodes=EPISODES + GOOD_EPISODE)) == []
    late = read(2025, header=GOOD_HEADER, episodes=EPISODES + GOOD_EPISODE)
    assert late.findings[0][1].says == "SEX holds 1/2 in 1 rows; in 2024-25 its codes are M, F, U."


def test_a_table_and_a_column_out_of_their_year_are_named(read):
    workers = "CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON,EXTRA\na1,05/02/2010,x,01/04/2017,,,\n"
    assert [f[1] for f in findings(read(header=GOOD_HEADER, workers=workers))] == ["S106", "S106"]
    assert [f[1] for f in findings(read(2024, header=GOOD_HEADER, workers=workers))] == ["S106"]


@pytest.mark.parametrize(
    ("texts", "code", "words"),
    [
        ({"header": "CHILD,SEX,DOB,ETHNIC,UPN,SURNAME\n"}, "S107", "header.csv: The column SURNAME"),
        ({"header": "CHILD,SEX,DOB,ETHNIC,UPN,upn\n"}, "S104", "header.csv: The column 'UPN'"),
        ({"header": GOOD_HEADER, "other": "a,b\n1,2\n"}, "F010", "other.csv: "),
    ],
)
def test_a_file_that_must_not_come_is_refused_by_name(read, texts, code, words):
    with pytest.raises(Unreadable) as refused:
        read(**texts)
    assert refused.value.code == code and refused.value.says.startswith(words)


@pytest.mark.parametrize(("organisation", "year", "code"), [("SYP", 2018, "F010"), (None, 2018, "F010")])
def test_whose_they_are_must_be_said(read, organisation, year, code):
    with pytest.raises(Unreadable) as refused:
        read(year, organisation, header=GOOD_HEADER)
    assert refused.value.code == code


@pytest.mark.parametrize(("year", "code"), [(None, "F010"), (2016, "X503"), (2028, "X503")])
def test_the_year_must_be_said_and_one_we_read(read, year, code):
    with pytest.raises(Unreadable) as refused:
        read(year, header=GOOD_HEADER)
    assert refused.value.code == code


def test_the_published_set_is_read_whole(samples, out, rows_of):
    files = [Sent(path, path.name) for path in sorted(samples("ssda903").glob("*.csv"))]
    reading = read_ssda903_csv(files, "ROT", 2018, out)
    assert {table.return_name: table.rows for table in reading.tables} == {
        "lac_episode": 5050,
        "la_missing": 43,
    }
    assert {s.file: s.rows for _, s in reading.skipped} == {
        "header.csv": 2675,
        "oc2.csv": 2675,
        "reviews.csv": 12582,
        "uasc.csv": 132,
    }
    assert reading.findings == ()
    assert (reading.organisation_code, reading.period, reading.encoding) == (None, None, "utf-8")
    found = rows_of(reading, "lac_episode")
    assert [int(row["line"]) for row in found] == list(range(2, 5052))
    assert all(row["birth_month"] and row["sex"] in "MF" for row in found)


XML = """<?xml version="1.0" encoding="UTF-8"?>
<EXPSSDA903>
<CHILD><HEADER><CHILDID>a1</CHILDID><UPN>UN1</UPN><SEX>2</SEX><DOB>05/02/2010</DOB><ETHNIC>WBRI</ETHNIC>
<UASC>0</UASC><AMISSING><MISSING>M</MISSING><MIS_START>03/04/2017</MIS_START></AMISSING>
<AREVIEW><REVIEW>03/04/2017</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW></HEADER>
<EPISODE><DECOM>01/04/2017</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U1</PL><PL_POST>ZZ99 3CD</PL_POST>
<HOME_POST>ZZ1 2AB</HOME_POST><URN>1234567</URN><PLACE_PROVIDER>PR1</PLACE_PROVIDER><DEC>30/06/2017</DEC>
<REC>X1</REC><REASON_PLACE_CHANGE>CARPL</REASON_PLACE_CHANGE></EPISODE>
<NOVELTY/></CHILD>
</EXPSSDA903>
"""


def test_xml_gives_the_row_the_csv_set_gives(send, out, read, rows_of):
    reading = read_ssda903_xml(send("all.xml", XML), "ROT", 2018, out)
    by_xml = rows_of(reading, "lac_episode")[0]
    assert (by_xml["line"], by_xml["sheet"]) == ("6", "/EXPSSDA903/CHILD[1]/EPISODE[1]")
    assert rows_of(reading, "la_missing")[0]["record_ref"] == "372|A1|M|2017-04-03"
    assert [s.rows for _, s in reading.skipped] == [1, 1, 1]
    assert findings(reading) == [("lac_episode", "S106", "all.xml", 9, "NOVELTY")]
    by_csv = rows_of(read(header=GOOD_HEADER, episodes=EPISODES + GOOD_EPISODE), "lac_episode")[0]
    differ = {name for name in by_csv if by_csv[name] != by_xml[name]}
    assert differ == {"file", "sheet", "line", "unaccompanied"}
    assert not list(out.glob("*.raw.csv"))
