"""What must never stand in a column of codes or references: how it looks, in SQL, and what is said of it.

Every kind is told in this one place. A row is looked over once, as it is loaded: one expression over all its
columns together lets nearly every row go; only the few it stops are looked at column by column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from expectations import spoilt
from expectations.declared import Field, Return

MARK = "looks_personal"
WITHHELD = "(withheld)"
REFERENCE = spoilt.REFERENCE
APART = spoilt.APART
LONG_WORD = r"\p{L}{5,}"
PSEUDONYM = "[0-9a-f]{16,64}"
MEASURED = ("date", "datetime", "yearmonth", "integer", "number")
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august"
MONTHS += "|september|october|november|december"
OF_DATES = rf"([^\p{{L}}]|\b({MONTHS}|st|nd|rd|th|am|pm|t|z|e|n/?a|none|null|unknown|gmt|bst|utc)\b|[0-9](st|nd|rd|th|t|z|e|am|pm))*"
BEFORE, AFTER = r"(^|[^0-9A-Za-z])", r"($|[^0-9A-Za-z])"
TEN = r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}"
WORD = (
    r"\p{Lu}[\p{L}\x27’-]*\p{Ll}"  # \x27 is the apostrophe, so that a pattern is a SQL literal as it stands
)


@dataclass(frozen=True)
class Kind:
    """One kind of personal data: its rule, its name in a sentence, how it looks, and samples of it.

    The samples are made up; a column whose own pattern takes none of them need not be looked at.
    """

    code: str
    what: str
    regex: str
    samples: tuple[str, ...]

    @property
    def says(self) -> str:
        return (
            f"This looks like {self.what}, which must not be sent. Send the system's own reference or code."
        )


NHS_NUMBER = Kind("P001", "an NHS number", f"{BEFORE}{TEN}{AFTER}", ("9990000018", "999 000 0018"))
NAME = Kind("P006", "the name of a person", rf"(^|[^\p{{L}}]){WORD}[ ,]+{WORD}", ("Ann Other", "Other, Ann"))
KINDS = (
    NHS_NUMBER,
    Kind(
        "P002",
        "a number of the Police National Computer",
        rf"{BEFORE}([0-9]{{2}})?[0-9]{{2}}/[0-9]{{7}}[A-Za-z]{AFTER}",
        ("99/9999999Z", "2099/9999999Z"),
    ),
    Kind(
        "P003",
        "a full postcode",
        # Without its space only where it stands by itself: inside a reference it would be chance.
        rf"{BEFORE}[A-Za-z]{{1,2}}[0-9][0-9A-Za-z]? +[0-9][A-Za-z]{{2}}{AFTER}"
        r"|(^|[\s,;\x1f])[A-Za-z]{1,2}[0-9][0-9A-Za-z]?[0-9][A-Za-z]{2}($|[\s,;\x1f])",
        ("ZZ99 9ZZ", "ZZ999ZZ", "ZZ99ZZ"),
    ),
    Kind(
        "P004",
        "a telephone number",
        rf"{BEFORE}(\+44 ?(\(0\))?|0044 ?|\(?0)[123578](\)? ?\(?[0-9]){{9}}{AFTER}"
        rf"|{BEFORE}0[0-9]{{3,4}}-[0-9]{{3}}-?[0-9]{{3,4}}{AFTER}",
        ("07700900000", "07700 900000", "+447700900000"),
    ),
    Kind("P005", "an e-mail address", r"[^@\s]@[^@\s]+\.[A-Za-z]{2}", ("a@example.org",)),
    NAME,
    Kind(
        "P007",
        "a National Insurance number",
        # The letters it may begin with, so that few references of that form are taken for one.
        rf"{BEFORE}[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]( ?[0-9]{{2}}){{3}} ?[A-D]{AFTER}",
        ("ZZ123456D", "ZZ 12 34 56 D"),
    ),
)
# Of what is marked in a row: the finding names each column, and repeats no value.
CODES = spoilt.CODES | {k.code for k in KINDS}


def of_column(f: Field) -> tuple[Kind, ...]:
    """The kinds a column could hold unless it is looked at: none where its codes or its pattern leave no room."""
    if f.sensitive or f.codes or f.enum or f.type not in ("string", "array"):
        return ()
    return tuple(
        k for k in told_apart(f) if f.pattern is None or any(re.search(f.pattern, s) for s in k.samples)
    )


def told_apart(f: Field) -> tuple[Kind, ...]:
    """The kinds that can be told from what the column may rightly hold: a team's name looks like a person's."""
    words = f.type == "string" and not (f.codes or f.enum or f.pattern or REFERENCE.search(f.name))
    return tuple(k for k in KINDS if not (words and k is NAME))


def holds_codes(f: Field) -> bool:
    """Whether a column takes codes or numbers of a known form: neither a reference nor words of its own."""
    return bool(f.codes or f.enum or f.personal or (f.pattern and not REFERENCE.search(f.name)))


def of_return(r: Return) -> tuple[Kind | spoilt.Damage, ...]:
    """All that a return is looked over for: personal data in the order of its codes, then spoilt values."""
    held = {k.code for f in r.fields for k in of_column(f)}
    return (*(k for k in KINDS if k.code in held), *spoilt.of_return(r))


def mark(r: Return, sent: dict[str, str]) -> tuple[str, str] | None:
    """SQL, true for the few rows worth a closer look, and SQL for what their columns look like: `P001 crime_ref;`.

    `sent` gives the SQL of each column's text as the file has it. None where no column could hold any of it.
    """
    of = {f.name: of_column(f) for f in r.fields}
    every = ", ".join(sent[name] for name, kinds in of.items() if kinds)
    if not every:
        return None
    here = [k for k in KINDS if any(k in kinds for kinds in of.values())]
    gate = "|".join(k.regex for k in here)
    found = " || ".join(_columns_of(k, {n: sent[n] for n, kinds in of.items() if k in kinds}) for k in here)
    return f"regexp_matches(concat_ws({APART}, {every}), '{gate}')", found


def _columns_of(kind: Kind, texts: dict[str, str]) -> str:
    """SQL for `P001 crime_ref;` of each column that holds the kind; each pattern stands once, as it is dear to read."""
    columns = ", ".join(f"'{name}' || {APART} || {text}" for name, text in texts.items())
    held = f"list_filter([{columns}], lambda c: {_is(kind, 'c')})"
    return f"array_to_string(list_transform({held}, lambda c: '{kind.code} ' || split_part(c, {APART}, 1) || ';'), '')"


def looks(text: str, kinds: tuple[Kind, ...] = KINDS) -> str:
    """SQL, true where a text holds anything of the kinds."""
    plain = "|".join(k.regex for k in kinds if k is not NHS_NUMBER)
    return f"(regexp_matches({text}, '{plain}') or {_is(NHS_NUMBER, text)})"


def unless_personal(text: str, kinds: tuple[Kind, ...] = KINDS) -> str:
    """SQL for a text that may be kept: the word (withheld) in its place where it looks like personal data."""
    return f"case when {looks(text, kinds)} then '{WITHHELD}' else {text} end"


def unless_words(text: str) -> str:
    """SQL for what stands where a date or a number belongs: (withheld) if it holds words other than a date's own.

    One capital word could be a surname, and nothing of its look tells.
    """
    return f"case when {text} is null or regexp_full_match({text}, '{OF_DATES}', 'i') then {text} else '{WITHHELD}' end"


def unless_strange(text: str) -> str:
    """SQL for what stands where a code belongs: (withheld) if it holds a word of five letters or more that no code has.

    A pseudonym is no word, though its hexadecimal digits may happen to spell one. `our_words` is a variable of
    the connection: such words of all code lists, in capitals.
    """
    words = f"regexp_extract_all({text}, '{LONG_WORD}')"
    known = "coalesce(list_contains(getvariable('our_words'), upper(w)), false)"
    strange = f"not regexp_full_match({text}, '{PSEUDONYM}') and len(list_filter({words}, lambda w: not {known})) > 0"
    return f"case when {strange} then '{WITHHELD}' else {text} end"


def learn_our_words(connection) -> None:
    """Set `our_words` from the table `codes` of the connection."""
    connection.execute(
        f"set variable our_words = (select list(distinct upper(w)) from "
        f"(select unnest(regexp_extract_all(code, '{LONG_WORD}')) as w from codes))"
    )


def _is(kind: Kind, text: str) -> str:
    shown = f"regexp_matches({text}, '{kind.regex}')"
    return f"({shown} and {_has_nhs_number(text)})" if kind is NHS_NUMBER else shown


def _has_nhs_number(text: str) -> str:
    """Ten digits whose weighted sum (10 down to 1) is a multiple of eleven: the last of them is the check digit."""
    digits = "regexp_replace(n, '[^0-9]', '', 'g')"
    total = f"list_sum(list_transform(range(1, 11), lambda i: (11 - i) * cast(substr({digits}, i, 1) as integer)))"
    # Boundaries of no width, so that a number is seen whatever stood before it; an underscore is no digit.
    numbers = rf"regexp_extract_all(translate({text}, '_', ' '), '\b{TEN}\b')"
    return f"len(list_filter({numbers}, lambda n: {total} % 11 = 0)) > 0"
