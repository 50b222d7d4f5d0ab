"""What was linked and when: every word ever said of the pseudonyms of one child, newest first."""

from __future__ import annotations

SHORT = 8
HISTORY = """
with
    said as (select *, md5(person_key_scheme || ':' || person_key) as pseudonym_hash from landing.links),
    children as (select child_key from said where $key in (child_key, pseudonym_hash, person_key)),
    asked as (select pseudonym_hash from said where child_key in (from children))
select pseudonym_hash, person_key_scheme, organisation_code, child_key, rule, weight, confidence, reason,
    linked_at,
    row_number() over (partition by pseudonym_hash order by linked_at desc) = 1 as is_now
from said where pseudonym_hash in (from asked)
order by linked_at desc, child_key, pseudonym_hash
"""


def history(connection, key: str) -> list[tuple]:
    """Every link of the pseudonyms that ever were that child, or of the one given; a pseudonym only as its hash."""
    return connection.execute(HISTORY, {"key": key.strip().lower()}).fetchall()


def shortened(key: str) -> str:
    """Enough of a key to know it again by, too little to look it up by."""
    return f"{key.strip()[:SHORT]}…"


def lines(rows: list[tuple]) -> list[str]:
    """A line for each word that was said, as a person reads it."""
    told = []
    for hashed, scheme, organisation, child, rule, weight, confidence, reason, when, is_now in rows:
        likeness = "" if weight is None else f", likeness {weight:.1f}"
        state = "now" if is_now else "until then"
        told.append(
            f"{when:%Y-%m-%d %H:%M}  {state:10}  child {shortened(child)}  {scheme} {shortened(hashed)}  "
            f"{organisation or '-'}  {confidence} ({rule}{likeness}): {reason or ''}"
        )
    return told
