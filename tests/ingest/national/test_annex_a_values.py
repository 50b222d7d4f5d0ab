"""Values of an Annex A: however they are dressed they are the same; what is unknown stays as it was sent."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.national.annex_a_spec import annex_a, header, plain
from ingest.national.annex_a_values import (
    Answer,
    broken,
    code,
    day,
    interview,
    is_group,
    known,
    sector,
    whole,
)

SPELLINGS = [
    (kind, word, code)
    for kind, codes in annex_a().values.items()
    for code, words in codes.items()
    for word in (code, *words)
]
LETTERS = st.sampled_from(["", "a) ", "q)", "zz) ", "B) "])
EDGES = st.sampled_from(["", " ", "\u00a0", "\t ", " \n"])


def test_no_spelling_means_two_things():
    for kind in annex_a().values:
        words = [plain(word) for k, word, _ in SPELLINGS if k == kind]
        assert len(words) == len(set(words)), kind


@given(st.sampled_from(SPELLINGS), LETTERS, EDGES, EDGES, st.booleans())
def test_a_spelling_is_known_however_it_is_dressed(spelling, letter, before, after, shout):
    kind, word, expected = spelling
    text = (word.upper() if shout else word).replace("'", "’").replace(" - ", " – ").replace(" ", "\u00a0")
    assert code(kind, f"{before}{letter}{text}{after}") == expected


@given(
    st.sampled_from(SPELLINGS), LETTERS, st.sampled_from([": ", " - ", " (", ": x) "]), st.text(max_size=20)
)
def test_a_code_is_known_with_any_words_after_it(spelling, letter, between, words):
    kind, _, expected = spelling
    assert known(kind, f"{letter}{expected}{between}{words}") == expected


@given(st.sampled_from(list(annex_a().values)), st.text(max_size=30))
def test_what_is_unknown_stays_as_sent(kind, text):
    found = code(kind, text)
    assert found in annex_a().values[kind] or found in text
    assert code(kind, found) == found


@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)))
def test_a_day_is_read_however_a_workbook_keeps_it(when):
    ways = [
        when.isoformat(),
        f"{when:%d/%m/%Y}",
        datetime(when.year, when.month, when.day, 9, 30).isoformat(),
    ]
    serial = (when - date(1899, 12, 30)).days
    assert {day(way) for way in [*ways, f" {serial}\u00a0"]} == {when.isoformat()}
    assert day(str(serial - 1462), 1904) == when.isoformat()


@given(st.text(max_size=20))
def test_what_is_no_day_stays_as_sent(text):
    assert day(day(text)) == day(text)
    assert sector(text) == "" or text.strip()[0] in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("31/02/2024", "31/02/2024"), ("05/03/24", "05/03/24"), ("unknown", "unknown"), ("123", "123")],
)
def test_a_day_is_never_guessed(sent, kept):
    assert day(sent) == kept


def test_plain_things():
    assert (whole("3.0"), whole(" 3 "), whole("3.5")) == ("3", "3", "3.5")
    assert [broken(text) for text in ("#N/A", " =H2+5", "=", "N/A", "")] == [True, True, True, False, False]
    assert (sector("zz1 2ab"), sector("ZZ12AB"), sector("nope"), sector("")) == ("ZZ1 2", "ZZ1 2", "", "")
    assert (is_group("ethnicity", "a) White"), is_group("ethnicity", "a) WBRI")) == (True, False)
    assert header(" Last 12 Months\u00a0(Y/N))") == header("last 12 months (y/n)")


@pytest.mark.parametrize(
    ("offered", "accepted", "told"),
    [
        ("Offered and Accepted", "Offered and Accepted", Answer("Y", "Y", "OFF_ACC_COMP")),
        (
            "a) Yes",
            "Offered and Accepted (CYP not present/refused on arrival)",
            Answer("Y", "Y", "OFF_ACC_NOTC"),
        ),
        ("Offered and Declined (by YP)", "Offered and Declined (by YP)", Answer("Y", "N", "OFF_DECL")),
        ("Y", "Offered and Declined (by YP)", Answer("Y", "N", "OFF_DECL")),
        ("Offered and Declined (by YP)", "", Answer("Y", "N", "OFF_DECL")),
        ("Not Offered (Missing Again)", "N", Answer("N", "N", "NOFF_MISS")),
        ("Not Offered (Other)", "", Answer("N", "N", "NOFF_OTH")),
        ("b) No", "Not Offered (Unable to make contact)", Answer("N", "N", "NOFF_CONTACT")),
        ("1", "Yes", Answer("Y", "Y", "")),
        ("N", "", Answer("N", "", "")),
        ("", "", Answer("", "", "")),
        ("a) Yes", "Not Offered (Other)", Answer("Y", "N", "")),
        ("Offered and Accepted", "b) No", Answer("Y", "N", "")),
        ("Offered and Accepted", "Offered and Declined (by YP)", Answer("Y", "N", "")),
        ("perhaps", "Y", Answer("perhaps", "Y", "")),
    ],
)
def test_declined_is_offered_and_not_accepted(offered, accepted, told):
    """One answer serves two columns, and says another thing in each: peers read a decline as accepted."""
    assert interview(offered, accepted) == told


@given(*[st.sampled_from([i.says for i in annex_a().interviews] + ["a) Yes", "N", ""])] * 2)
def test_an_outcome_never_contradicts_the_answers(offered, accepted):
    told = interview(offered, accepted)
    if told.outcome:
        assert told.offered == ("N" if told.outcome.startswith("NOFF") else "Y")
        assert told.accepted == ("Y" if told.outcome.startswith("OFF_ACC") else "N")
