import csv
import json
from pathlib import Path

import pytest
import yaml

from refusal import Refusal
from reports.quality import data_quality, sentences, show, write

COLUMNS = """aspect varchar, area_code varchar, organisation_code varchar, return_code varchar, period varchar,
    subject varchar, part double, whole double, value double, unit varchar, status varchar, says varchar,
    act_order integer"""
SEX = "sex is not one of: M, F, U."
JUMP = "The figure jumped from the year before and no break in the series is noted."
SAME = "The figure is exactly that of the year before."
NO = (None, None)


def due(area, organisation, code, status, days, order=None):
    """The two rows of one return due: what became of it, and when."""
    when = "not received" if days is None else "late" if days > 0 else "on time"
    place = (area, organisation, code, "2024-25")
    return [
        ("coverage", *place, status, None, None, None, None, status, None, order),
        (
            "timeliness",
            *place,
            "due 2025-04-14",
            None,
            None,
            days,
            "days after it was due",
            when,
            None,
            None,
        ),
    ]


def rule(code, failed, order=None, says=None):
    place = ("372", "ROT", "R09", "2024-25")
    return (
        "pass rate",
        *place,
        f"{code} error",
        50.0 - failed,
        50.0,
        None,
        "% of rows",
        "error",
        says,
        order,
    )


def known(area, role, part, whole, order=None):
    share = 100 * part / whole
    return (
        "ethnicity known",
        area,
        *NO,
        "2024-25",
        role,
        part,
        whole,
        share,
        "% of records",
        "received",
        None,
        order,
    )


ROWS = [
    *due("372", "ROT", "R09", "received", -2),
    *due("373", "SHE", "R13", "not received", None, 2),
    *due("373", "SHE", "R09", "not received", None, 2),
    *due("SY", "CPS", "R06", "refused", None, 1),
    *due("SY", "SYP", "R01", "late", 22),
    rule("C212 sex", 1, 4, SEX),
    rule("C220 la", 3, 4, "la must be filled in."),
    rule("C205 opened", 0),
    known("372", "victim", 30.0, 50.0, 5),
    known("372", "suspect", 20.0, 21.0),
    known("SY", "victim", 300.0, 310.0),
    (
        "jump",
        "371",
        *NO,
        "2021-22",
        "episodes_with_any_factor published 4934 to 1619",
        *NO,
        None,
        None,
        "warning",
        JUMP,
        6,
    ),
    (
        "repeated total",
        "370",
        *NO,
        "2015-16",
        "referral_count published 2996",
        *NO,
        None,
        None,
        "information",
        SAME,
        None,
    ),
]


@pytest.fixture
def marts(warehouse):
    warehouse.execute(f"create table marts.mart_data_quality ({COLUMNS})")
    warehouse.executemany(f"insert into marts.mart_data_quality values ({', '.join('?' * 13)})", ROWS)
    return warehouse


def test_what_needs_acting_on_stands_first_in_the_order_to_see_to_it(marts):
    assert list(sentences(data_quality(marts, None))) == [
        "Data quality: all areas",
        "",
        "Act on first",
        "  Refused: ask for the return again, mended.",
        "    CPS 2024-25: R06",
        "  Not received: ask for it, or for a nil return.",
        "    SHE 2024-25: R09, R13",
        "  Rows set aside: send the findings back to be mended.",
        "    ROT R09 2024-25: 2 rules broken, most often C220 la, 3 of 50 rows. la must be filled in.",
        "  Ethnicity known too seldom: ask for it to be recorded as the person says.",
        "    Rotherham 2024-25: victims 60 % of 50 records",
        "  Jumped from the year before: find out why, and note the break in seeds/series_breaks.csv.",
        "    Doncaster 2021-22: episodes_with_any_factor published 4934 to 1619",
        "",
        "The rest",
        "  Returns due: 5. 2 not received, 1 late, 1 received, 1 refused.",
        "  On the day they were due: 3 not received, 1 late, 1 on time.",
        "  Rules held against returns: 3; no row broke 1 of them.",
        "  Ethnicity known, South Yorkshire 2024-25: victims 300 of 310 (96.8 %)",
        "  Exactly as the year before: Barnsley 2015-16: referral_count published 2996",
    ]


def test_an_area_has_its_own_and_victims_and_suspects_stand_apart(marts):
    told = list(sentences(data_quality(marts, "rotherham")))
    assert told[0] == "Data quality: Rotherham"
    assert "Doncaster" not in " ".join(told)
    assert told[-2:] == [
        "  Ethnicity known, Rotherham 2024-25: suspects 20 of 21 (95.2 %)",
        "  Ethnicity known, Rotherham 2024-25: victims 30 of 50 (60.0 %)",
    ]


def test_where_all_is_well_it_says_so(marts):
    marts.execute("update marts.mart_data_quality set act_order = null")
    assert list(sentences(data_quality(marts, "BAR")))[2:4] == ["Nothing needs acting on.", ""]


def test_it_stays_short_and_says_how_much_more_there_is(marts):
    marts.execute("""insert into marts.mart_data_quality
        select * exclude (n) replace (2000 + n || '-' || lpad((n + 1)::varchar, 2, '0') as period)
        from marts.mart_data_quality, range(20) as t(n)
        where aspect = 'jump'""")
    told = list(sentences(data_quality(marts, "DON")))
    assert len([line for line in told if "4934 to 1619" in line]) == 12
    assert "    and 9 more; --out writes them all." in told


def test_a_machine_gets_every_row_to_act_on(marts, capsys):
    show(data_quality(marts, "SHE"), as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["schema_version"], told["area"]) == (1, "Sheffield")
    assert [(r["return_code"], r["status"]) for r in told["act_first"]] == [
        ("R09", "not received"),
        ("R13", "not received"),
    ]


def test_the_file_has_every_row(marts, tmp_path):
    path = write(data_quality(marts, None), tmp_path / "out")
    with path.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(ROWS)


def test_an_area_there_is_not_is_refused_with_those_there_are(marts):
    with pytest.raises(Refusal, match=r"There is no area LDS\. The areas are BAR, DON, ROT, SHE, SY\."):
        data_quality(marts, "LDS")


def test_the_mart_has_the_columns_read_here():
    path = Path(__file__).parents[2] / "dbt_project" / "models" / "marts" / "mart_data_quality.yml"
    (model,) = yaml.safe_load(path.read_text("utf-8"))["models"]
    told = [f"{c['name']} {c['data_type']}" for c in model["columns"]]
    assert told == [" ".join(column.split()) for column in COLUMNS.split(",")]
