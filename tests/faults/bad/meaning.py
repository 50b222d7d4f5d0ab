"""Files that can be read and mean something else than they say: when, whose, how often, what (D of the matrix).

They share nights: each one-night variant has a month of its own, each two-night variant a year of its own.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable

from expectations.standard import standard
from tests.faults.bad import COLUMNS, PLANTED, makes, put, rows, text

# A month → the files sent for it, by name; `bad…` is the one the matrix speaks of.
VARIANTS: dict[str, Callable[[str], dict[str, str | bytes]]] = {}
# What the first night takes and what the second: (place, name, content), as of 2024.
Files = list[tuple[str, str, str | bytes]]
NIGHTS: dict[str, Callable[[], tuple[Files, Files]]] = {}
APRIL = {
    "received_at": "2024-04-14T21:40:00+01:00",
    "shared_with_csc_date": "2024-04-15",
    "vcop_informed_date": "2024-04-15",
}
STEERS = "\x1b[2J\x07\u0085\u202e"


def variant(name: str, judged: bool = False):
    """Register a file of May 2024, to be moved to a month of its own; `judged` ones are sent alone too."""

    def keep(content: Callable[[], str]):
        VARIANTS[name] = lambda month: {"bad.csv": content().replace("2024-05", month)}
        if judged:
            makes(name)(lambda inbox: put(inbox, content()) and None)
        return content

    return keep


def two_nights(name: str):
    def keep(sent):
        NIGHTS[name] = sent
        return sent

    return keep


def others(name: str, **change: str) -> str:
    """Good rows of another return, the first of them changed; each with a child and references of its own."""
    r = standard()[name]
    own = [c for c in ("record_ref", *r.primary_key) if c in r.column_names]
    made = [
        {**r.accepted, "person_key": f"{i:016x}", **dict.fromkeys(own, f"X{i}"), **(change if not i else {})}
        for i in range(40)
    ]
    return text(made, r.column_names)


def one_bad(**change: str) -> str:
    """Forty good rows of R04, the first of them changed: it stands in line 2."""
    first, *rest = rows(40)
    return text([{**first, **change}, *rest])


@two_nights("67")
def the_same_file_again():
    sent = [("SYP/2024-05", "bad.csv", text(rows(3)))]
    return sent, sent


@two_nights("67-another-name")
def the_same_bytes_by_another_name():
    sent = text(rows(3))
    return [("SYP/2024-05", "first.csv", sent)], [("SYP/2024-05", "bad.csv", sent)]


@two_nights("68")
def the_same_rows_saved_again():
    sent, columns = rows(40), list(COLUMNS)
    first = text(sent)
    random.Random(68).shuffle(columns)
    random.Random(68).shuffle(sent)
    again = text(sent, columns, quoting=csv.QUOTE_ALL).replace("\n", "\r\n")
    return [("SYP/2024-05", "first.csv", first)], [("SYP/2024-05", "bad.csv", again.encode("utf-8-sig"))]


@two_nights("69")
def a_correction():
    """One record is new, one changed, one gone."""
    sent = rows(41)
    corrected = [{**sent[0], "disability_any": "Y"}, *sent[2:]]
    return [("SYP/2024-05", "first.csv", text(sent[:40]))], [("SYP/2024-05", "bad.csv", text(corrected))]


@two_nights("69-much-removed")
def a_correction_without_a_quarter_of_it():
    return [("SYP/2024-05", "first.csv", text(rows(40)))], [("SYP/2024-05", "bad.csv", text(rows(30)))]


@two_nights("70")
def an_older_one_that_comes_late():
    newer = ("SYP/2024-05/received-2024-06-08", "first.csv", text(rows(40)))
    return [newer], [("SYP/2024-05/received-2024-06-05", "bad.csv", text(rows(39)))]


@two_nights("71-month-then-quarter")
def a_quarter_over_its_month():
    return [("SYP/2024-05", "first.csv", text(rows(40)))], [("SYP/2024-25-Q1", "bad.csv", text(rows(60)))]


@two_nights("71-year-then-quarter")
def a_quarter_of_a_year_that_came():
    return [("SYP/2024-25", "first.csv", text(rows(60)))], [("SYP/2024-25-Q1", "bad.csv", text(rows(40)))]


@two_nights("5")
def cut_at_the_end_of_a_row():
    last = ("SYP/2024-04", "first.csv", text(rows(400, **APRIL)))
    return [last], [("SYP/2024-05", "bad.csv", text(rows(60)))]


variant("74-same")(lambda: text([*rows(3), *rows(1)]))
variant("74-key", judged=True)(lambda: text([*rows(40), {**rows(1)[0], "record_ref": "R99", "sex": "M"}]))
variant("75", judged=True)(
    lambda: one_bad(received_at="2024-06-14T21:40:00+01:00", shared_with_csc_date="", vcop_informed_date="")
)
variant("76-not-born")(lambda: others("pol_missing_episode", birth_month="2024-06"))
variant("76-over-25")(lambda: others("pol_missing_episode", birth_month="1990-01"))
variant("76-18-to-25")(lambda: others("pol_missing_episode", birth_month="2004-01"))
variant("77-end-before-start")(lambda: others("pol_missing_episode", found_at="2024-05-14T20:00:00+01:00"))
EARLY = dict.fromkeys(("requested_date", "offered_date", "completed_date"), "2024-05-14")
variant("77-interview-before-return")(lambda: others("rhi", **EARLY, offered_at="", completed_at=""))
variant("78-retired")(lambda: one_bad(residence_la="E08000016"))
variant("78-new")(lambda: one_bad(residence_la="E08000038"))
variant("78-unknown")(lambda: others("rhi", la="E08000099"))
variant("78-unknown-residence")(lambda: one_bad(residence_la="E08000099"))
variant("79")(lambda: one_bad(dedupe_group='=HYPERLINK("https://example.org","1")'))
variant("80")(lambda: one_bad(dedupe_group="<script>alert(1)</script>"))
variant("81")(lambda: one_bad(dedupe_group=f"G{STEERS}"))
variant("82-name", judged=True)(lambda: one_bad(source=PLANTED))
variant("82-name-of-a-form")(lambda: one_bad(nsir_open_category=PLANTED))
variant("82-phone")(lambda: one_bad(nsir_open_category="07700900000"))
variant("82-postcode")(lambda: one_bad(source="ZZ99 9ZZ"))
variant("82-insurance")(lambda: one_bad(nsir_open_category="ZZ123456C"))
