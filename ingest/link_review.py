"""The pairs a person decides, as a workbook: what agrees in words, where both are to be looked up, and R32 to fill in.

It is the template of the return of decisions, with the pairs in it: saved and put into the inbox, it is taken
the next night like any return. Names stand in it only where they were asked for.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from expectations.standard import find
from expectations.template import add_return
from expectations.workbook import Book, Column, add_sheet, open_book, write_table
from refusal import Refusal

CODE = "R32"
SHORT = 8  # digits of a pseudonym enough to tell two apart on one sheet
RECORDS = 3
COMPARED = ("forenames", "surnames", "birth_dates", "sexes", "postcodes", "nhs_numbers", "upns")
NAMED = ("local_id", "forenames", "surname", "birth_date", "sex", "postcode", "nhs_number", "upn")


def _spaced(column: str) -> str:
    return column.replace("_", " ").replace("nhs", "NHS").replace("upn", "UPN")


HEADINGS = [
    *(Column("Line of Data", 10), Column("Why it is asked", 24), Column("Likeness", 10)),
    *(Column("First: agency", 12), Column("First: pseudonym", 20), Column("First: latest records", 34)),
    *(Column("Second: agency", 12), Column("Second: pseudonym", 20), Column("Second: latest records", 34)),
    *(Column(_spaced(c)[0].upper() + _spaced(c)[1:], 13) for c in COMPARED),
]
NAME_HEADINGS = [Column(f"{side}: {_spaced(c)}", 20) for side in ("First", "Second") for c in NAMED]
QUEUE = f"""
with
    named as (
        select pseudonym_hash, list(distinct told order by told) as records
        from (
            -- A reference that is a pseudonym itself helps nobody look the record up.
            select pseudonym_hash,
                if(regexp_full_match(record, '[0-9a-f]{{64}}'), return_code, return_code || ' ' || record) as told
            from core.fct_child_mentions
            qualify row_number() over (partition by pseudonym_hash order by event_date desc) <= {RECORDS}
        )
        group by pseudonym_hash
    )
select r.*, coalesce(a.records, []) as left_records, coalesce(b.records, []) as right_records
from landing.link_reviews as r
left join named as a on a.pseudonym_hash = md5(left_scheme || ':' || left_key)
left join named as b on b.pseudonym_hash = md5(right_scheme || ':' || right_key)
order by weight desc nulls first, left_scheme, left_key, right_scheme, right_key
"""
Names = dict[tuple[str, str], tuple]


def queue(connection) -> list[dict]:
    """The pairs that wait, the likeliest first, with the latest records that name each side."""
    found = connection.execute(QUEUE)
    columns = [column for column, *_ in found.description]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def names(connection, home) -> Names:
    """What agencies call each pseudonym of the queue, read in memory from the identities; by scheme and key."""
    from ingest import identity_store
    from ingest.linkage import request_of
    from ingest.linkage_apart import people, room

    pairs = connection.execute(
        "select left_scheme, left_key from landing.link_reviews "
        "union select right_scheme, right_key from landing.link_reviews"
    ).fetchall()
    wanted = {f"{scheme} {key}" for scheme, key in pairs}
    request = request_of(connection, home, identity_store.counted(connection))
    with room() as apart:
        people(apart, request)
        rows = apart.execute(
            f"select person_key_scheme, person_key, {', '.join(NAMED)} from known "
            "where list_contains(?, person_key_scheme || ' ' || person_key) "
            "qualify row_number() over (partition by person_key_scheme, person_key order by valid_from desc) = 1",
            [sorted(wanted)],
        ).fetchall()
    return {(scheme, key): tuple(rest) for scheme, key, *rest in rows}


def write(path: Path, pairs: Sequence[dict], codes: Path, known: Names | None = None) -> None:
    """Write the workbook to a new file only its owner may read; Refusal (2) where there is a file of that name."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise Refusal(f"{path} is there already. Give another name, or put it away first.") from None
    except OSError as problem:
        raise Refusal(f"{path} cannot be written ({type(problem).__name__}).", 4) from None
    r = find(CODE)
    told = {"return": r.name, "return_code": r.code, "standard_version": r.version}
    book = open_book(path, "Pairs to decide", r.description, told)
    _compare(book, pairs, known)
    add_return(book, r, codes, [_row(pair) for pair in pairs])
    book.workbook.close()


def _row(pair: dict) -> dict[str, str]:
    """A pair as a row of the return that waits for its decision."""
    sides = {c: pair[c] for c in ("left_scheme", "left_key", "right_scheme", "right_key")}
    whose = hashlib.sha256("|".join((*sides.values(), pair["run_id"])).encode()).hexdigest()
    return {"record_ref": f"L{whose[:20]}", **sides}


def _compare(book: Book, pairs: Sequence[dict], known: Names | None) -> None:
    headings = HEADINGS if known is None else HEADINGS + NAME_HEADINGS
    sheet = add_sheet(book, "Compare", headings)
    sheet.freeze_panes(1, 1)
    rows = [_compared(line, pair, known) for line, pair in enumerate(pairs, start=2)]
    write_table(book, sheet, 0, "pairs_to_decide", headings, rows)


def _compared(line: int, pair: dict, known: Names | None) -> list:
    likeness = "certain but for the guard" if pair["weight"] is None else f"{pair['weight']:.1f}"
    told = [line, pair["why"], likeness]
    for side in ("left", "right"):
        key = f"{pair[f'{side}_scheme']} {pair[f'{side}_key'][:SHORT]}…"
        told += [pair[f"{side}_organisation"], key, "; ".join(pair[f"{side}_records"])]
    told += [pair[c] for c in COMPARED]
    if known is not None:
        for side in ("left", "right"):
            blank = (None,) * len(NAMED)
            told += [v and str(v) for v in known.get((pair[f"{side}_scheme"], pair[f"{side}_key"]), blank)]
    return told
