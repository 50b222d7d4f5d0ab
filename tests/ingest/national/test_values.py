import datetime

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.national import values

ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
CON = duckdb.connect()
CON.execute(values.MACROS)


def in_duckdb(macro: str, text: str) -> str:
    return CON.execute(f"select {macro}(?)", [text]).fetchone()[0] or ""


@given(st.dates(datetime.date(1000, 1, 1)))
def test_a_real_date_day_first_becomes_iso(day):
    assert values.iso_date(f"{day:%d/%m}/{day.year}") == day.isoformat()
    assert in_duckdb("iso_date", f"{day:%d/%m}/{day.year}") == day.isoformat()


@pytest.mark.parametrize(
    "text",
    ["31/02/2017", "29/02/2017", "05/13/2020", "01/04/17", "zz/05/2020", "unknown", "1/4/17 00:00", ""],
)
def test_what_is_no_real_date_is_passed_on_as_sent(text):
    assert values.iso_date(text) == text == in_duckdb("iso_date", text)
    assert values.birth_month(text) == "" == in_duckdb("birth_month", text)


@given(ASCII | st.sampled_from(["1/4/2017", "29/02/2016", "2017-02-30", "0999-01-01", "10/10/0999"]))
def test_python_and_duckdb_write_every_value_alike(text):
    assert values.iso_date(text) == in_duckdb("iso_date", text)
    assert values.birth_month(text) == in_duckdb("birth_month", text)
    assert values.sex(text) == in_duckdb("sex", text)


@given(st.text(st.sampled_from(f"{values.WHITE}!a~\x7fé\u2003\x00"), max_size=5))
def test_white_space_is_taken_off_alike(text):
    assert values.trimmed(text) == in_duckdb("sent", text)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x17F), max_size=12))
def test_one_child_has_one_id_in_csv_and_xml(text):
    assert values.child_id(text) == in_duckdb("child", text)


@pytest.mark.parametrize("text", ["ab12", " AB12 ", "ab12.0", "\u00a0Ab12\t"])
def test_a_childs_id_is_trimmed_upper_cased_and_without_a_spreadsheets_zero(text):
    assert values.child_id(text) == "AB12"


@pytest.mark.parametrize(
    ("postcode", "sector"),
    [
        ("ZZ1 2AB", "ZZ1 2"),
        ("zz12ab", "ZZ1 2"),
        ("ZZ10 2AB", "ZZ10 2"),
        ("ZZ1A2AB", "ZZ1A 2"),
        ("ZZ1 2", "ZZ1 2"),
        ("ZZ12", ""),
        ("nowhere", ""),
    ],
)
def test_of_a_postcode_outcode_and_sector_are_kept(postcode, sector):
    assert in_duckdb("sector", postcode) == sector


@pytest.mark.parametrize(("text", "yes"), [("1", "Y"), ("true", "Y"), ("0", "N"), ("False", "N"), ("?", "?")])
def test_both_spellings_of_yes_and_no(text, yes):
    assert values.yes_no(text) == yes
