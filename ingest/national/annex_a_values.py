"""Values of an Annex A in the standard's writing; what is none of the known spellings stays as it was sent,
so that the standard's own rule sets aside that one row and names it."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

from ingest.national.annex_a_spec import annex_a, interviews, leading_code, plain, spellings, unlettered
from ingest.national.values import OUTCODE, POSTCODE, TO_UPPER, iso_date, real_date, trimmed

# Days since the epoch of a workbook that a date column left in a General cell may hold: 1954 to 2064.
SERIAL = re.compile(r"[2-5]\d{4}", re.ASCII)
WITH_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4})[T ]\d{2}:\d{2}.*", re.ASCII)
WHOLE = re.compile(r"(-?\d+)\.0+", re.ASCII)
ERRORS = frozenset({"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"})
FIRST_DAY = {1900: datetime.date(1899, 12, 30), 1904: datetime.date(1904, 1, 1)}


@dataclass(frozen=True)
class Answer:
    """What is known of the return interview after the last episode; empty where nothing is."""

    offered: str = ""
    accepted: str = ""
    outcome: str = ""


def known(kind: str, text: str) -> str:
    """The code of a value, or empty where it is none of the kind's spellings."""
    return _known(kind, trimmed(text))


@lru_cache(maxsize=8192)
def _known(kind: str, text: str) -> str:
    codes = spellings(kind)
    for folded in (plain(text), unlettered(text)):
        if folded in codes:
            return codes[folded]
        if lead := leading_code(kind).match(folded):
            return codes[lead[1]]
    return ""


def code(kind: str, text: str) -> str:
    """The code of a value; what is no spelling of any is passed on as sent."""
    return known(kind, text) or trimmed(text)


def is_group(kind: str, text: str) -> bool:
    """Whether a value names several codes at once, as `a) White`: which it was, it no longer says."""
    words = {plain(word) for word in annex_a().groups.get(kind, ())}
    return not known(kind, text) and bool({plain(text), unlettered(text)} & words)


def day(text: str, epoch: int = 1900) -> str:
    """A date as YYYY-MM-DD: from a date cell, with or without a time, DD/MM/YYYY or a workbook's day number."""
    text = trimmed(text)
    if with_time := WITH_TIME.fullmatch(text):
        text = with_time[1] if real_date(with_time[1]) else text
    if SERIAL.fullmatch(text):
        return (FIRST_DAY[epoch] + datetime.timedelta(days=int(text))).isoformat()
    return iso_date(text)


def whole(text: str) -> str:
    """A whole number without the `.0` a spreadsheet leaves; all else as sent."""
    text = trimmed(text)
    found = WHOLE.fullmatch(text)
    return found[1] if found else text


def sector(text: str) -> str:
    """The outcode and sector of a postcode; empty where it is none, and then never passed on."""
    text = trimmed(text).translate(TO_UPPER)
    if not re.fullmatch(POSTCODE.removeprefix("^"), text, re.ASCII):
        return ""
    return re.sub(rf"{OUTCODE} *([0-9])([A-Z]{{2}})?$", r"\1 \2", text)


def broken(text: str) -> bool:
    """Whether a cell holds an Excel error, or a formula that was never worked out."""
    text = trimmed(text)
    return text.upper() in ERRORS or text.startswith("=")


def interview(offered: str, accepted: str) -> Answer:
    """Both answers on the return interview → offered, accepted and outcome, each as its own words say.

    A plain yes or no speaks for its own column; a text for both, but never against the other column's own
    answer. Two texts that tell of different outcomes leave the outcome empty.
    """
    texts = [interviews().get(plain(a)) or interviews().get(unlettered(a)) for a in (offered, accepted)]
    told = [text for text in texts if text]
    outcomes = {text.outcome for text in told}
    said = {
        "offered": texts[0].offered if texts[0] else code("yes_no_unknown", offered),
        "accepted": texts[1].accepted if texts[1] else code("yes_no_unknown", accepted),
    }
    for name in said:
        said[name] = said[name] or (getattr(told[0], name) if told else "")
    agree = all(getattr(text, name) == said[name] for text in told for name in said)
    return Answer(**said, outcome=outcomes.pop() if len(outcomes) == 1 and agree else "")
