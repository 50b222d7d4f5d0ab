"""What the night's steps share, read once: code lists, other spellings, who is where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from expectations.batch import Aliases, quoted
from expectations.checks import CodeLists, read_codes
from expectations.personal_data import learn_our_words
from ingest import identity, key_schemes, submissions
from ingest.sharing import Agreements
from ingest.vault import Vault


@dataclass(frozen=True)
class Context:
    """`alone` is the check of a file by itself: only what was given with it is there to be held against.

    `identity` is where identities are kept, locked for `identity_recipient`, the public half of its key.
    `agreements` are what submissions are held against; None for a file checked alone.
    """

    lists: CodeLists
    aliases: Aliases
    organisation_of: dict[str, str]
    organisations: frozenset[str]
    ons_codes: dict[str, str]
    vault: Vault
    scratch: Path
    run_id: str
    now: datetime
    alone: bool = False
    identity: Path | None = None
    identity_recipient: str | None = None
    agreements: Agreements | None = None

    @property
    def area_of(self) -> dict[str, str]:
        """The area each council speaks for."""
        return {organisation: area for area, organisation in self.organisation_of.items()}


def prepare(
    connection,
    seeds: Path,
    key: identity.Key,
    vault: Vault,
    scratch: Path,
    run_id: str,
    now: datetime,
    alone=False,
) -> Context:
    """Ready an open connection for a night: its settings, its pseudonyms, the table `codes`.

    Refusal (exit 4) where the pseudonyms in the warehouse stand under another key.
    """
    connection.execute("set python_enable_replacements = false")
    connection.execute("set enable_progress_bar = false")
    connection.execute("set timezone = 'UTC'")
    identity.prepare(connection, key)
    key_schemes.hold(connection, key, now)
    submissions.number_from_here(connection)
    return Context(
        _codes(connection, seeds / "codes.csv"),
        _aliases(connection, seeds / "code_aliases.csv"),
        *_organisations(connection, seeds / "agencies.csv"),
        _ons_codes(connection, seeds / "areas.csv"),
        vault,
        scratch,
        run_id,
        now,
        alone,
        agreements=None if alone else Agreements.read(seeds / "sharing_agreements.csv"),
    )


def _read(connection, path: Path, columns: str) -> list[tuple]:
    read = f"read_csv({quoted(path)}, all_varchar = true, header = true, nullstr = '')"
    return connection.execute(f"select {columns} from {read}").fetchall()


def _codes(connection, path: Path) -> CodeLists:
    """The code lists, which the connection has as the table `codes` from now on."""
    read = f"read_csv({quoted(path)}, all_varchar = true, header = true, nullstr = '')"
    connection.execute(
        "create or replace temp table codes as select list, code, code_group, "
        f"cast(valid_from as date) as valid_from, cast(valid_to as date) as valid_to from {read}"
    )
    learn_our_words(connection)
    rows = "select list, code, cast(valid_from as varchar), cast(valid_to as varchar) from codes"
    return read_codes(connection.execute(rows).fetchall())


def _aliases(connection, path: Path) -> Aliases:
    found: Aliases = {}
    for name, alias, code in _read(connection, path, "list, alias, code"):
        found.setdefault(name, {})[alias] = code
    return found


def _organisations(connection, path: Path) -> tuple[dict[str, str], frozenset[str]]:
    rows = _read(connection, path, "organisation_code, kind, area_code")
    councils = {area: code for code, kind, area in rows if kind == "council"}
    return councils, frozenset(code for code, _, _ in rows)


def _ons_codes(connection, path: Path) -> dict[str, str]:
    """The ONS codes that changed: each with whether it is the old or the new one."""
    rows = _read(connection, path, "ons_code, valid_from, valid_to")
    return {code: "old" if until else "new" for code, since, until in rows if code and (since or until)}
