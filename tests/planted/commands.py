"""Every command there is, as it is run on a home that was sent what it should not tell: a new one must be listed here."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from tests.planted.hostile import ALL, MARK

OUT, AWAY = "{out}", "{away}"  # in the home; out of it, for what tells names because it was asked to
WHY = f"{ALL} {MARK}"
# Run elsewhere: the night before this table's tests, a server that goes on until it is stopped
# (tests/reports/test_explore.py), and what reads nothing of any home.
ELSEWHERE = {"nightly", "explore", "demo", "sync"}
YEAR = ("--year", "2023-24")
CUT = (
    "--release",
    "{restricted}",
)  # the annual report's: each cut costs as much as all that is drawn from it
UNIT, ALL_THE_SAME = ("--unit", "% of episodes"), ("--across-breaks", "--without-coverage")
ROWS = ("I02", "--unit", "crime", "--area", "SY", "--period", "2023-24")
# A site of every indicator takes a minute, and shows of each the same.
WITHOUT = ",".join([*(f"I{n:02}" for n in range(6, 45)), "I20b"])
CAST = "select cast(raw as integer) from quarantine.pol_incident where raw <> ''"
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("status",),
    ("status", "--json"),
    ("status", "--max-age", "26h"),
    ("quality", "--out", f"{OUT}/quality"),
    ("evidence",),
    ("query", "from landing.findings", "--csv", "--purpose", WHY),
    ("query", "from landing.explanations", "--csv"),
    ("query", "from quarantine.pol_missing_episode", "--csv"),
    ("query", "from quarantine.pol_incident", "--csv"),
    ("query", "select * from quarantine.pol_incident", "--json"),
    ("query", "select file, raw from quarantine.pol_incident"),
    ("query", f"select '{MARK}\x1b[31m\u202e' as \"\u202e=cmd\""),
    ("query", CAST),
    ("confirm", "{held}", "--because", WHY),
    ("check", "{strange}", "--workbooks", f"{OUT}/checked"),
    ("check", "{strange}", "--json"),
    ("receive", "{strange}", "--from", "SYP"),
    ("template", "R04", "--out", f"{OUT}/templates"),
    ("report", "annual", "--restricted", "--area", "ROT", *YEAR, "--out", f"{OUT}/report"),
    ("report", "gold", "--month", "2024-03", *CUT, "--out", f"{OUT}/gold"),
    ("report", "ceop", *YEAR, *CUT, "--out", f"{OUT}/ceop"),
    ("report", "monitoring", *YEAR, *CUT, "--out", f"{OUT}/monitoring"),
    ("report", "inspection", "annex-a", "--area", "ROT", "--purpose", WHY, "--out", f"{OUT}/annex-a"),
    ("report", "inspection", "jtai", "--area", "ROT", "--purpose", WHY, "--out", f"{OUT}/jtai"),
    *(
        ("compare", "I18", *UNIT, *ALL_THE_SAME, *CUT, "--format", f)
        for f in ("table", "csv", "json", "html")
    ),
    ("explain", "I03", "--area", "ROT", "--period", "2023-24", *CUT),
    ("explain", *ROWS, "--role", "core_analyst", "--purpose", WHY, *CUT),
    ("explain", *ROWS, "--role", "core_analyst", "--purpose", WHY, *CUT, "--json"),
    ("explain", *ROWS, "--role", WHY, "--purpose", WHY, *CUT),
    ("reconcile", "--la", "ROT", "--month", "2024-05", "--out", f"{OUT}/lists"),
    ("build", "--target", WHY, "--to", f"{OUT}/spark"),
    ("reconcile", "--la", "ROT", "--month", "2024-03", "--out", f"{OUT}/lists"),
    ("link", "review", "--out", f"{OUT}/review.xlsx"),
    ("link", "review", "--names", "--out", f"{AWAY}/names.xlsx"),
    ("link", "show", "{key}"),
    ("lineage", "{child}"),
    ("lineage", "{child}", "--json"),
    ("erase", "{key}", "--instruction", WHY),
    ("release", "propose", *YEAR, "--years", "1", "--without", WITHOUT),
    ("release", "check", "{release}"),
    ("release", "approve", "{release}"),
    ("release", "publish", "{release}"),
    ("site", "--release", "{release}", "--out", f"{OUT}/site"),
    ("release", "partner", "--area", "ROT", *YEAR, "--agreement", "ISA-ROT-01"),
    ("export", "role", "core_analyst", "--purpose", WHY, "--out", f"{OUT}/analyst.duckdb"),
    *(
        ("export", "role", role, *whose, "--purpose", "a test", "--out", f"{OUT}/{role}.duckdb")
        for role, whose in (("data_officer", ("--organisation", "SYP")), ("auditor", ()))
    ),
    ("findings", "12", "--out", f"{OUT}/findings.xlsx"),
    ("findings", "{replied}", "--out", f"{OUT}/replied.xlsx"),
    ("vault", "list"),
    ("vault", "get", "{sha256}", "--out", f"{AWAY}/taken"),
    ("purge",),
    ("schedule", "print", "--for", "cron"),
    ("sbom", "--out", f"{OUT}/sbom.json"),
    ("notify", "test"),
    ("notify", "password"),
    ("key", "new", "backup"),
    ("key", "show-id", "vault"),
    ("backup", "--to", f"{AWAY}/copies"),
    ("verify", f"{AWAY}/copies"),
    ("restore", f"{AWAY}/copies", "--to", f"{AWAY}/again", "--keys", "{keys}"),
    ("key", "rotate", "pseudonym"),
    ("key", "rotate", "identity"),
    ("audit", "show", "--last", "0"),
    ("audit", "verify"),
    ("doctor",),
)
# What ends with something else than 0 or 1: there is nobody to tell, or it may not be done.
ENDS = {("notify", "test"): 2, ("build",): 2, ("query", CAST): 2, ("explain", *ROWS, "--role", WHY): 2}
# Where hostile text must have come to, or what was looked at shows nothing.
TELLS = {
    *("status", "query", "confirm", "check", "receive", "explain", "lineage", "vault list", "audit show"),
}


def named(words: tuple[str, ...], known: set[str]) -> str:
    """The command of a line: `report annual`."""
    return " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]


def commands(app: typer.Typer) -> set[str]:
    """Every command of an app, those of its groups with the group's name."""
    return set(_below(typer.main.get_command(app), ()))


def _below(command, words: tuple[str, ...]) -> Iterator[str]:
    inside = getattr(command, "commands", None)
    if inside is None:
        yield " ".join(words)
    else:
        for name, one in inside.items():
            yield from _below(one, (*words, name))
