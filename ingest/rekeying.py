"""The key of pseudonyms changed: each becomes what the new key makes of the same id, and nothing else changes.

The ids stand nowhere but in the vault, so every file that brought some is read again, in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from expectations.batch import quoted
from ingest import identity, key_schemes, loading, next_keys, periods, readers, reading_apart, vault
from ingest.identity import Key
from ingest.readers import Parcel
from ingest.reading import Reading, Sent, Table, Unreadable
from ingest.rekeyed import Proof, refuse_seeds, rekey
from ingest.rotation import BACKUPS, Rotated
from ingest.scratch import scratch
from refusal import Refusal

TOGETHER = 256 << 20
# The formats with an agency's own ids.
FORMATS = ("ssda903 csv", "ssda903 xml", "cin census xml", "annex_a")
# A child's own key is the hash of scheme and pseudonym; two children parted by hand may have one made of that.
PAIRS = """
create table pairs as
with
    made as (
        select kind, pseudonym(id) as old, renamed(id) as new, pseudonym_scheme('{scheme}') as old_scheme,
            renamed_scheme('{scheme}') as new_scheme from ids
    ),
    children as (
        select md5(old_scheme || ':' || old) as old, md5(new_scheme || ':' || new) as new
        from made where kind = 'person'
    )
select old, new from made
union select left(old, 20), left(new, 20) from made where kind = 'short'
union select old, new from children
union select md5('parted:' || old), md5('parted:' || new) from children
union select pseudonym_scheme('{scheme}'), renamed_scheme('{scheme}')
"""


@dataclass(frozen=True)
class Sending:
    """A submission as it came: whose, for when, and its files by name, hash and size."""

    organisation_code: str
    period: str
    day: date
    files: tuple[tuple[str, str, int], ...]

    @property
    def bytes(self) -> int:
        return sum(size for _, _, size in self.files)


def pseudonyms(home, step: Callable = lambda *_: None) -> Rotated:
    """Change the key of pseudonyms. `home` gives `changing`, `keys`, `vault`, `work`, `seeds` and `settings`.

    Refusal: exit 4 without the vault's secret half or a file of it; exit 3, and nothing published, where a count
    or a figure came out different or a seed names an old pseudonym. The new key then waits for another try.
    """
    from ingest.national.values import SCHEME

    keys = home.keys
    secrets = next_keys.secrets(keys, "vault")
    with home.changing(step) as change:
        connection = change.connection
        old = key_schemes.settled_key(connection, keys)
        key_schemes.hold(connection, old, change.now)
        new = Key.of(next_keys.begin(keys, "pseudonym"))
        pairs = _pairs(home, connection, (old, new), secrets, step)
        refuse_seeds(home.seeds, pairs)
        proof = Proof.before(connection)
        told = rekey(connection, pairs, tuple(identity.own_scheme(SCHEME, key) for key in (old, new)), step)
        proof.after(connection)
        key_schemes.note(connection, SCHEME, new, change.now)
        change.proofs.append(proof.figures_stand)
    next_keys.end(keys, "pseudonym")
    what = f"{told}; {proof}. {BACKUPS}"
    return Rotated("pseudonym", old.id, new.id, what)


def _pairs(home, connection, both: tuple[Key, Key], secrets: tuple[str, ...], step: Callable):
    """Every pseudonym there is of the warehouse's own, with the one it becomes, as an Arrow table of (old, new)."""
    import duckdb

    from ingest.national.values import SCHEME

    sendings = _sendings(connection, home.vault)
    with duckdb.connect(":memory:") as apart:
        # The ids stand here in clear: nothing of this may be spilled.
        apart.execute("set temp_directory = ''; set python_enable_replacements = false")
        identity.prepare(apart, both[0])
        identity.prepare(apart, both[1], "renamed")
        apart.execute("create table ids (kind varchar, id varchar)")
        done = 0
        for together in _batches(sendings):
            _gather(apart, home, together, secrets)
            done += len(together)
            step("reading files again", done - 1, len(sendings))
        apart.execute(PAIRS.format(scheme=SCHEME))
        return apart.execute("from pairs").to_arrow_table()


def _sendings(connection, where: Path) -> list[Sending]:
    """The submissions with rows under the warehouse's own scheme, each file of several returns once.

    Those too whose rows were erased, while their files are kept: what was erased is known by its pseudonym.
    """
    from ingest.national.values import SCHEME

    own = " union ".join(
        f"select submission_id from {table} where starts_with(person_key_scheme, '{SCHEME}-')"
        for table in key_schemes.with_schemes(connection)
    )
    connection.execute(f"create or replace temp table own as {own}")
    rows = connection.execute(
        "select distinct s.organisation_code, s.period, s.period_end, s.submission_id in (from own) as has_rows, "
        "list_sort(list(struct_pack(name := f.file, sha256 := f.sha256, bytes := f.bytes))) as files "
        "from landing.submissions as s join landing.submission_files as f using (submission_id) "
        f"where s.submission_id in (from own) or (s.status not in ('refused', 'duplicate', 'held') and s.format in {FORMATS}) "
        "group by s.submission_id, s.organisation_code, s.period, s.period_end order by all"
    ).fetchall()
    sendings = {Sending(*row[:3], tuple(tuple(f.values()) for f in row[4])): row[3] for row in rows}
    return [s for s, has_rows in sendings.items() if has_rows or _is_kept(where, s)]


def _is_kept(where: Path, sending: Sending) -> bool:
    return all(vault.place(where, sha256).exists() for _, sha256, _ in sending.files)


def _batches(sendings: list[Sending]) -> Iterator[list[Sending]]:
    """So many together that their plain copies stay small."""
    batch: list[Sending] = []
    for one in sendings:
        if batch and sum(s.bytes for s in (*batch, one)) > TOGETHER:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def _gather(apart, home, sendings: list[Sending], secrets: tuple[str, ...]) -> None:
    """The agencies' own ids of some submissions, read as the night read them, into the table `ids`."""
    must = home.settings.encryption == "required"
    with scratch(home.work, sum(s.bytes for s in sendings), must) as folder:
        outs = [folder / f"{number}" for number in range(len(sendings))]
        parcels = [_parcel(home.vault, s, out, secrets) for s, out in zip(sendings, outs, strict=True)]
        for sending, answer in zip(sendings, reading_apart.read_all(parcels, outs), strict=True):
            if isinstance(answer, Unreadable):
                name = sending.files[0][0]
                raise Refusal(
                    f"Not changed: {name} of {sending.organisation_code} cannot be read any more.", 3
                )
            _note_ids(apart, answer, sending.day)


def _parcel(where: Path, sending: Sending, out: Path, secrets: tuple[str, ...]) -> Parcel:
    out.mkdir(mode=0o700)
    files = []
    for number, (name, sha256, _) in enumerate(sending.files):
        plain = out / f"sent-{number}"
        vault.write_kept(where, sha256, plain, *secrets)
        files.append(Sent(plain, name))
    period = periods.parse(sending.period)
    year = period.end.year if period and period.kind == "financial_year" else None
    return Parcel(tuple(files), sending.organisation_code, year, readers.peek(files[0].path))


def _note_ids(apart, reading: Reading, day: date) -> None:
    tables: list[Table] = [t for t in reading.tables if t.local_ids and t.rows]
    for table in tables:
        read, _ = loading.source(table)
        for column, text in loading.local_ids(table, day).items():
            kind = {"person_key": "person", "child_id_903": "short"}.get(column, "record")
            apart.execute(
                f"insert into ids select distinct {quoted(kind)}, {text} from {read} where {text} is not null"
            )
