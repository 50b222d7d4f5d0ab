"""What is read of a value as sent: the quick ways and the long ones come to the same."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import duckdb
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from expectations.batch import typed
from expectations.standard import Field

CON = duckdb.connect()
BLANKS = "".join(c for c in map(chr, range(0x10000)) if unicodedata.category(c) == "Zs")
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
ODD = (
    *("infinity", "-infinity", "epoch", "2023-02-29", "2024-5-1", "2024-05-01T00:00", "0044-03-15 (BC)"),
    *("12345-01-01", "-123-01-01", "2024-13", "007", "-0", "+5", "1e3", "1_0", "0x1f", "31/02/2024"),
    *(
        "9223372036854775807",
        "-999999999999999999",
        "-99999999999999999",
        "999999999999999999",
        "\u00a0x",
        "x\u2003",
    ),
)
WRITTEN = st.one_of(
    st.text(st.sampled_from("\t !09-/+.:TZaé~\x7f\x00" + BLANKS), max_size=8),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=8),
    DAYS.map(date.isoformat),
    DAYS.map(lambda day: f"{day:%d/%m}/{day.year:04}"),
    DAYS.map(lambda day: day.isoformat()[:7]),
    st.integers(-(10**19), 10**19).map(str),
    st.sampled_from(ODD),
)  # fmt: skip
SENT = st.one_of(
    st.none(),
    st.tuples(st.sampled_from(["", " ", "\u00a0"]), WRITTEN, st.sampled_from(["", " ", "\u2003"])).map(
        "".join
    ),
)


def read(kind: str, sent: str | None, are_many: bool) -> object:
    return CON.execute(
        f"select {typed(Field('x', 'x', kind, 'x'), 'sent', {}, are_many)} from (select ? as sent)", [sent]
    ).fetchone()[0]


def day(year: str, month: str, of_month: str) -> date | None:
    try:
        return date(int(year), int(month), int(of_month))
    except ValueError:
        return None


def meant(kind: str, sent: str | None) -> object:
    """The same, told in Python."""
    text = (sent or "").strip(BLANKS)
    match kind:
        case "string":
            return text or None
        case "integer":
            found = re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII)
            return int(text) if found else None
        case "yearmonth":
            found = re.fullmatch(r"(\d{4})-(\d\d)", text, re.ASCII)
            return day(*found.groups(), "1") if found else None
    if found := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)([T ]00:00(:00)?)?", text, re.ASCII):
        return day(*found.groups()[:3])
    found = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text, re.ASCII)
    return day(*reversed(found.groups())) if found else None


@pytest.mark.parametrize("are_many", [False, True])
@pytest.mark.parametrize("kind", ["string", "integer", "yearmonth", "date"])
@given(sent=SENT)
def test_a_value_is_what_was_sent_without_blanks_or_nothing(kind, are_many, sent):
    assume(not re.search(r"(^|\W)0000(\W|$)", sent or ""))  # DuckDB has a year 0, Python none
    assert read(kind, sent, are_many) == meant(kind, sent)


@pytest.mark.parametrize("are_many", [False, True])
@pytest.mark.parametrize("kind", ["string", "integer", "yearmonth", "date"])
@pytest.mark.parametrize("sent", ODD)
def test_so_is_one_that_a_database_takes_for_another(kind, are_many, sent):
    assert read(kind, sent, are_many) == meant(kind, sent)
