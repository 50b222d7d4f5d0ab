"""What a spreadsheet does to a value: how it looks, in SQL, and what is said of it.

Like personal data it is looked for once a row, in the text as sent, whatever the file was: a CSV saved from a
workbook holds the same damage.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from expectations.declared import Return

# Stands for a formula that was never worked out; the formula itself may name what must not be kept.
NO_RESULT = "#FORMULA!"
ERROR = r"\s*#(N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|GETTING_DATA)\s*"
ROUNDED = r"\s*[+-]?[0-9]([.,][0-9]+)?[eE]\+[0-9]{1,3}\s*"
POINTED = r"\s*[0-9]+\.0\s*"
MONTH_FIRST = r"\s*[0-9]{1,2}/(1[3-9]|2[0-9]|3[01])/[0-9]{4}\s*"
NAMED, APART = r"\w+\x1f", "chr(31)"
REFERENCES = "ref|refs|id|key|of|group|submission"
# A reference or a list of codes never holds words; the name of a team or of a file does.
REFERENCE = re.compile(rf"(^|_)({REFERENCES})$")


@dataclass(frozen=True)
class Damage:
    """One kind of damage: its rule and its sentence."""

    code: str
    says: str


BROKEN = Damage("C206", "The cell holds an error of the spreadsheet. Put the value itself there.")
UNWORKED = Damage("C207", "The cell holds a formula without its result. Put the value itself there.")
NUMBERED = Damage(
    "C209",
    "A number stands where a reference belongs: digits or noughts of it may be lost. "
    "Format the column as text, and write it again.",
)
MIXED = Damage(
    "S111",
    "A date of this column can only be month first, so which of day and month comes first here cannot be told. "
    "Write YYYY-MM-DD.",
)
CODES = frozenset(d.code for d in (BROKEN, UNWORKED, NUMBERED, MIXED))


def of_return(r: Return) -> tuple[Damage, ...]:
    """The kinds of damage the columns of a return can show."""
    mixed = (MIXED,) if any(f.type == "date" for f in r.fields) else ()
    return BROKEN, UNWORKED, NUMBERED, *mixed


def mark(r: Return, sent: dict[str, str]) -> tuple[str, str]:
    """SQL, true for the few rows worth a closer look, and SQL for what is in their columns: `C206 crime_ref;`.

    `sent` gives the SQL of each column's text as the file has it. The first look is for plain pieces of text
    within one column: patterns, or all columns put together, cost twice as much.
    """
    texts = {
        f.name: sent[f.name] for f in r.fields if f.type in ("string", "array") and not (f.codes or f.enum)
    }
    gate = [f"contains({text}, '#')" for text in sent.values()]
    found = [
        _columns(BROKEN, sent, f"regexp_full_match(c, '{NAMED}{ERROR}')"),
        _columns(UNWORKED, sent, f"ends_with(c, {APART} || '{NO_RESULT}')"),
    ]
    if texts:
        gate += [f"contains({text}, '+')" for text in texts.values()]
        gate += [f"contains({text}, '.0')" for name, text in texts.items() if REFERENCE.search(name)]
        pointed = rf"(\w+_)?({REFERENCES})\x1f{POINTED}"
        found.append(_columns(NUMBERED, texts, f"regexp_full_match(c, '{NAMED}{ROUNDED}|{pointed}')"))
    return " or ".join(gate), " || ".join(found)


def _columns(damage: Damage, texts: dict[str, str], is_so: str) -> str:
    columns = ", ".join(f"'{name}' || {APART} || {text}" for name, text in texts.items())
    told = f"lambda c: '{damage.code} ' || split_part(c, {APART}, 1) || ';'"
    return f"array_to_string(list_transform(list_filter([{columns}], lambda c: {is_so}), {told}), '')"


def mark_mixed_dates(connection, r: Return, sent: dict[str, str], column: str) -> None:
    """Mark every date with slashes of a column of a file that holds one which can only be month first.

    Read day first, as is agreed, the others would be right or wrong by chance.
    """
    dates = {f.name: sent[f.name] for f in r.fields if f.type == "date"}
    if not dates:
        return
    slashed = " or ".join(f"contains({text}, '/')" for text in dates.values())
    asked = ", ".join(
        f"count(*) filter (contains({t}, '/')) > 1 and bool_or(regexp_full_match({t}, '{MONTH_FIRST}'))"
        for t in dates.values()
    )
    found = connection.execute(
        f"select submission_id, {asked} from batch where {slashed} group by submission_id"
    ).fetchall()
    for sid, *mixed in found:
        for (name, text), is_mixed in zip(dates.items(), mixed, strict=True):
            if is_mixed:
                connection.execute(
                    f"update batch set {column} = coalesce({column}, '') || '{MIXED.code} {name};' "
                    f"where submission_id = ? and contains({text}, '/')",
                    [sid],
                )
