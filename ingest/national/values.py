"""Values of the national formats in the standard's writing, in Python and, word for word, in DuckDB.

A value that is not what its column asks for is passed on as sent, so that the standard's own rule sets
aside that one row and names it. The council's child id is written alike for every format, so that one
child of one council has one key in SSDA903 and in the census.
"""

from __future__ import annotations

import datetime
import re

WHITE = "\t\n\f\r \u00a0"
LOWER, UPPER = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/([1-9]\d{3})", re.ASCII)
ISO = re.compile(r"([1-9]\d{3})-(\d{2})-(\d{2})", re.ASCII)
SEXES = {"1": "M", "2": "F", "0": "U", "9": "U", "M": "M", "F": "F", "U": "U"}
YES_NO = {"1": "Y", "TRUE": "Y", "0": "N", "FALSE": "N"}
OUTCODE = "^([A-Z]{1,2}[0-9][A-Z0-9]?)"
POSTCODE = f"{OUTCODE}( *[0-9][A-Z]{{2}}| +[0-9])"
SCHEME = "LACHILD1"
# What a header may be told to hold: a year, a council's number, a day.
IMPERSONAL = re.compile(r"\d{1,6}|\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4}", re.ASCII)
WITHHELD = "(withheld)"
ENDS_WHITE = " or ".join(f"ends_with(x, chr({ord(c)}))" for c in WHITE)
TO_UPPER = str.maketrans(LOWER, UPPER)

# What begins and ends with a letter or a digit is seen to be trimmed in a tenth of what trimming it takes.
# `child` folds only a-z, because DuckDB and Python fold other letters differently. upper() is twenty times
# as fast as translate() and the same where no letter is longer than a byte.
MACROS = f"""
create macro sent(x) as case when x between '!' and '~' and not ({ENDS_WHITE}) then x
    else nullif(trim(x, '{WHITE}'), '') end;
create macro upper_az(x) as case when strlen(x) = length(x) then upper(x)
    else translate(x, '{LOWER}', '{UPPER}') end;
create macro without_0(x) as case when ends_with(x, '.0') then x[:-3] else x end;
create macro child(x) as without_0(upper_az(sent(x)));
create macro day_first(x) as case when regexp_full_match(x, '[0-9]{{1,2}}/[0-9]{{1,2}}/[1-9][0-9]{{3}}')
    then try_strptime(x, '%d/%m/%Y')::date end;
create macro iso_date(x) as coalesce(day_first(x)::varchar, x);
create macro real_date(x) as coalesce(day_first(x),
    case when regexp_full_match(x, '[1-9][0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}}') then try_cast(x as date) end);
create macro birth_month(x) as strftime(real_date(x), '%Y-%m');
create macro sex(x) as case upper_az(x) when '1' then 'M' when '2' then 'F' when '0' then 'U'
    when '9' then 'U' else upper_az(x) end;
create macro sector(x) as case when regexp_full_match(upper_az(x), '{POSTCODE}')
    then regexp_replace(upper_az(x), '{OUTCODE} *([0-9])([A-Z]{{2}})?$', '\\1 \\2') end;
"""


def repeatable(value: str) -> str:
    """What a header holds, to be repeated in a message; (withheld) where it may be anybody's name or number."""
    return value if IMPERSONAL.fullmatch(value) else WITHHELD


def trimmed(text: str) -> str:
    """Text without white space at its ends, the no-break space included."""
    return text.strip(WHITE)


def upper_az(text: str) -> str:
    """a-z as A-Z and no other letter; translate() takes ten times as long."""
    return text.upper() if text.isascii() else text.translate(TO_UPPER)


def child_id(text: str) -> str:
    """A council's child id: trimmed, a-z as A-Z, without the `.0` a spreadsheet leaves."""
    return upper_az(trimmed(text)).removesuffix(".0")


def _real(year: str, month: str, day: str) -> datetime.date | None:
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


def real_date(text: str) -> datetime.date | None:
    """A date written YYYY-MM-DD or DD/MM/YYYY; None where it is neither or is on no calendar."""
    if found := ISO.fullmatch(text):
        return _real(found[1], found[2], found[3])
    if found := DAY_FIRST.fullmatch(text):
        return _real(found[3], found[2], found[1])
    return None


def iso_date(text: str) -> str:
    """DD/MM/YYYY as YYYY-MM-DD when it is a real date; all else as sent. Two-digit years are not guessed."""
    if "/" not in text:
        return text
    found = real_date(text)
    return found.isoformat() if found else text


def birth_month(text: str) -> str:
    """The month of a date of birth, YYYY-MM; empty where the date is not real, and then never passed on."""
    found = real_date(text)
    return f"{found:%Y-%m}" if found else ""


def sex(text: str) -> str:
    """1 2 0 9 M F U → M F U; all else as sent."""
    return SEXES.get(text.upper()) or upper_az(text)


def yes_no(text: str) -> str:
    """0 1 true false → N Y; all else as sent."""
    return YES_NO.get(text.upper(), text)
