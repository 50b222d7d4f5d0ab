"""From the marts to what the public may see: proposed by one person, approved by another, published once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow
from filelock import FileLock

from refusal import Refusal
from reports import disclosure
from reports.cutting import named, standing, write
from reports.disclosure import Profile
from reports.releases import beside, earlier, frozen, gate, proposals, protected

Note = Callable[..., None]
APPROVE_YOURSELF = (
    "{person} proposed {name} and cannot approve it too. Ask a colleague to run, from an account of their own: "
    "warehouse release approve {name}"
)


@dataclass(frozen=True)
class Asked:
    """What is to be released: the financial years ending with `year`, for the kinds of period, under a profile."""

    year: str
    profile: Profile
    as_at: str | None = None
    periods: tuple[str, ...] = ("year",)
    years: int = 5
    method: str = "suppression"
    without: tuple[str, ...] = ()  # indicators left out


def propose(connection, releases: Path, asked: Asked, person: str, note: Note) -> Path:
    """Freeze the figures, protect them, attack them, and lay them down for somebody else to approve → the folder.

    Refusal (exit 3) where one cell is exposed: then nothing is written.
    """
    if asked.profile.name == "partner":
        raise Refusal(
            "A partner's copy shows small numbers and is never public. Run: warehouse release partner", 3
        )
    begun = time.monotonic()
    before = earlier.earlier(releases)
    figures, released = _frozen(connection, asked, before)
    resting = standing(connection, asked.as_at)
    folder = releases / "proposed" / named(_words(asked), resting)
    proposals.refuse_taken(folder)  # before minutes of work, not after them
    found = gate.prepare(figures, asked.profile, released, before)
    found, shown = gate.protect(found, asked.profile, asked.method, note)
    told = _manifest(asked, resting, person, [e.name for e in before], found, shown, time.monotonic() - begun)
    with proposals.new_folder(folder) as draft:
        rows = np.flatnonzero(released)
        proposals.write_figures(draft, protected.table(found.publication, shown, asked.profile, rows))
        for table in beside.tables(connection, figures.take(pyarrow.array(rows))):
            write(draft, table)
        truth = gate.marked(figures, released)
        frozen.keep(truth, draft / proposals.TRUTH)
        proposals.write_manifest(draft, {"name": folder.name} | told)
    note("release proposed", name=folder.name, profile=asked.profile.name, **told["attack"])
    return folder


def _words(asked: Asked) -> list[str]:
    """What the name of a release says: what is asked for, where that is not the usual."""
    words = [asked.profile.name, asked.year]
    if asked.periods != Asked.periods:
        words += asked.periods
    if asked.years != Asked.years:
        words += [f"{asked.years}-years" if asked.years > 1 else "1-year"]
    return words


def _frozen(connection, asked: Asked, before: list) -> tuple[pyarrow.Table, np.ndarray]:
    """The figures asked for, and those earlier releases told beside them; and which are asked for."""
    years = frozen.financial_years(asked.year, asked.years)
    told_years, told_kinds = earlier.spans(before)
    span = sorted({*years, *told_years})
    kinds = [k for k in frozen.KINDS if k in {*asked.periods, *told_kinds}]
    if unknown := [k for k in asked.periods if k not in frozen.KINDS]:
        raise Refusal(f"There is no period {unknown[0]}. The periods are {', '.join(frozen.KINDS)}.")
    figures = frozen.freeze(connection, span, kinds)
    codes = figures["indicator_code"].to_pylist()
    if unknown := sorted(set(asked.without) - set(codes)):
        raise Refusal(f"There is no indicator {unknown[0]} to leave out.")
    wanted = frozen.within(figures, years, asked.periods) & ~np.isin(codes, asked.without)
    if not wanted.any():
        raise Refusal("Nothing is left to release.")
    told = earlier.keys(before)
    kept = wanted | np.array([key in told for key in frozen.keys(figures)])
    return figures.filter(pyarrow.array(kept)), wanted[kept]


def _manifest(
    asked: Asked, resting: dict, person: str, before: list[str], found: gate.Prepared, shown, seconds: float
) -> dict:
    """What the release is and rests on, how it was protected, and what the attack on it found."""
    return {
        "report": "figures",
        "year": asked.year,
        "years": asked.years,
        "periods": list(asked.periods),
        "without": list(asked.without),
        **resting,
        "code_version": code_version(),
        "profile": asdict(asked.profile),
        "method": shown.method,
        "base": shown.base,
        "marks": protected.marks(asked.profile),
        "attack": gate.tally(found, shown) | {"exposed": 0, "seconds": round(seconds, 1)},
        "relations_that_do_not_hold": found.publication.failed,
        "earlier_releases": before,
        "proposed_by": person,
        "proposed_at": _now(),
    }


def check(releases: Path, name: str, note: Note) -> dict:
    """Attack again what lies there → the manifest; Refusal (exit 3) where a file or a cell is not as it must be."""
    told, _ = _attacked(releases, name, note)
    note("release checked", name=name)
    return told


def _attacked(releases: Path, name: str, note: Note) -> tuple[dict, Callable[[], pyarrow.Table]]:
    """The manifest of a release that passes, and what reckons what it lets be known."""
    folder = proposals.proposed(releases, name)
    told = proposals.check_files(folder)
    profile = Profile(**told["profile"])
    truth = frozen.kept(folder / proposals.TRUTH)
    released = np.array(truth["is_released"].to_pylist(), bool)
    is_public = (releases / "public" / name).exists()
    before = [
        e for e in earlier.earlier(releases, name) if not is_public or e.name in told["earlier_releases"]
    ]
    earlier.refuse_unknown(truth, [e for e in before if e.name not in told["earlier_releases"]])
    found = gate.prepare(truth, profile, released, before)
    rows, at = proposals.read_rows(folder), np.flatnonzero(released)
    if len(rows) != len(at):
        raise Refusal(
            f"figures.csv in {name} has {len(rows)} rows, not {len(at)}. Propose the release again.", 3
        )
    numbers = proposals.shown_of(found.publication, rows, at, profile.mark)
    shown = gate.as_shown(found.publication.problem, numbers, told["method"], told["base"])
    if protected.table(found.publication, shown, profile, at) != rows:
        raise Refusal(f"figures.csv in {name} says more than its protected counts do. Propose it again.", 3)
    gate.refuse_exposed(gate.exposed(found, shown, profile), note)
    return told, lambda: gate.with_what_is_told(found, shown, profile, released)


def approve(releases: Path, name: str, person: str, note: Note) -> None:
    """Note who approves which manifest; Refusal (exit 3) where that is who proposed it, or it does not pass."""
    folder = proposals.proposed(releases, name)
    if proposals.manifest(folder)["proposed_by"] == person:
        note("release approval refused", name=name)
        raise Refusal(APPROVE_YOURSELF.format(person=person, name=name), 3)
    if (folder / proposals.APPROVAL).exists():
        by = proposals.read_json(folder / proposals.APPROVAL)["approved_by"]
        raise Refusal(f"{name} is approved already, by {by}.", 3)
    check(releases, name, note)
    told = {
        "approved_by": person,
        "approved_at": _now(),
        "manifest": proposals.digest(folder / proposals.MANIFEST),
    }
    proposals.write_json(folder / proposals.APPROVAL, told)
    note("release approved", name=name)


def publish(releases: Path, name: str, person: str, note: Note) -> Path:
    """Copy an approved release to where the public finds it, without the truth → its folder. Never overwrites."""
    folder = proposals.proposed(releases, name)
    approval = folder / proposals.APPROVAL
    if not approval.exists():
        raise Refusal(f"{name} is not approved. Somebody else must run: warehouse release approve {name}", 3)
    (releases / "public").mkdir(parents=True, exist_ok=True)
    # One at a time: of two releases published at once each would be safe, both together perhaps not.
    with FileLock(releases / ".publishing"):
        told, manifest = proposals.read_json(approval), proposals.manifest(folder)
        if told["manifest"] != proposals.digest(folder / proposals.MANIFEST):
            raise Refusal(f"{name} was changed after it was approved. Propose it again.", 3)
        if told["approved_by"] == manifest["proposed_by"]:
            raise Refusal(APPROVE_YOURSELF.format(person=told["approved_by"], name=name), 3)
        _, what_is_told = _attacked(releases, name, note)
        remembered = _remember(folder, what_is_told())
        with proposals.new_folder(releases / "public" / name, 0o755) as draft:
            for file in (*manifest["files"], proposals.MANIFEST, proposals.APPROVAL):
                if file != proposals.TRUTH:
                    (draft / file).write_bytes((folder / file).read_bytes())
            published = {"published_by": person, "published_at": _now(), "told": remembered}
            proposals.write_json(draft / proposals.PUBLICATION, published)
    note("release published", name=name)
    return releases / "public" / name


def _remember(folder: Path, told: pyarrow.Table) -> str:
    """Keep what a release lets be known, for the releases after it → the hash of the file."""
    path = folder / proposals.TOLD
    path.unlink(missing_ok=True)  # of an attempt that did not come to its end
    frozen.keep(told, path)
    return proposals.digest(path)


def profile(seed: Path, name: str) -> Profile:
    """The rules of a kind of publication; Refusal where there is none of that name."""
    known = disclosure.profiles(seed)
    if name not in known:
        raise Refusal(f"There is no profile {name}. The profiles are {', '.join(known)}.")
    return known[name]


def code_version() -> str:
    """What the figures were made by: a hash over the code and the seeds."""
    from hashlib import sha256

    root, found = Path(__file__).resolve().parents[2], sha256()
    for part in ("reports", "dbt_project", "seeds"):
        for path in sorted((root / part).rglob("*")):
            if path.suffix in (".py", ".sql", ".csv", ".yml") and "target" not in path.parts:
                found.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
