"""What may be kept where a date, a number or a code belongs: a date's own words, codes' own words, nobody's name."""

from __future__ import annotations

import duckdb
import pytest

from expectations.personal_data import learn_our_words, unless_strange, unless_words

HIDDEN = "(withheld)"


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as connection:
        connection.execute(
            "create table codes as from (values ('REF1'), ('DISCLOSURE'), ('RISK_REDUCED')) t(code)"
        )
        learn_our_words(connection)
        yield connection


def kept(connection, rule, texts: list) -> list:
    """What becomes of each text by a rule."""
    rows = "(select unnest(cast(? as varchar[])) as t, generate_subscripts(cast(? as varchar[]), 1) as n)"
    return [
        t
        for (t,) in connection.execute(
            f"select {rule('t')} from {rows} order by n", [texts, texts]
        ).fetchall()
    ]


def test_what_a_date_or_a_number_is_written_with_stays(connection):
    dates = ["2024-05-01", "31/02/2024", "1 May 2024", "3rd JAN 24", "sept 2009", "2024-05-01T10:00:00Z"]
    rest = ["10:15 pm", "12.5 %", "9990000018", "n/a", "NULL", "unknown", "", None]
    assert kept(connection, unless_words, dates + rest) == dates + rest


@pytest.mark.parametrize(
    "text",
    [
        "Quillfeather",
        "ANN",
        "Zoë",
        "O’Other",
        "May Other",
        "12 Juno",
        "2024-05-01 called",
        "x@1",
        "Mayer",
        "1 Mayx",
    ],
)
def test_any_other_word_where_a_date_or_a_number_belongs_is_withheld(connection, text):
    assert kept(connection, unless_words, [text, f"2024-05-01 {text}"]) == [HIDDEN, HIDDEN]


def test_what_looks_like_a_code_stays(connection):
    codes = [
        "DISCLOSURE",
        "disclosure",
        "REF1",
        "RISK_REDUCED",
        "risk reduced",
        "ZZ",
        "Z9",
        "2.1",
        "REF1;Z",
        "",
        None,
    ]
    assert kept(connection, unless_strange, codes) == codes


def test_a_long_word_no_code_has_is_withheld_wherever_it_stands(connection):
    """Five letters and more; of four, a code mistyped and a name cannot be told apart."""
    strange = ["Quillfeather", "QUILL", "Zoëli", "REF1;QUILL", "DISCLOSURES", "DISCLOSURE of Quillfeather"]
    assert kept(connection, unless_strange, [*strange, "QUIL"]) == [HIDDEN] * len(strange) + ["QUIL"]


def test_without_our_words_no_long_word_is_kept():
    with duckdb.connect() as fresh:
        assert kept(fresh, unless_strange, ["DISCLOSURE", "REF1"]) == [HIDDEN, "REF1"]


def test_a_pseudonym_is_kept_though_its_digits_spell_a_word(connection):
    """One in eight of twenty digits does: which rows were kept whole would rest on the key."""
    pseudonyms = ["310402a5a51bdecaf8bb", "0" * 12 + "facade" + "7" * 46]
    assert kept(connection, unless_strange, [*pseudonyms, "FACADE", "310402A5A51BDECAF8BB"]) == [
        *pseudonyms,
        HIDDEN,
        HIDDEN,
    ]
