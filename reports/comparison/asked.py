"""What a reader asked for, in the codes of a release; what it does not hold is refused with what comes nearest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from refusal import Refusal
from reports.reading import Release

LEVELS = ("district", "unknown", "force")  # the fixed order of our own areas
COUNTY, ENGLAND = "SY", "E92000001"
ALL, NEIGHBOURS, REGION = "all", "neighbours", "region"


@dataclass(frozen=True)
class Place:
    """An area asked for: ours or one whose figures others publish, and what it stands for among the others.

    `is_one`: a word named it alone, so that others may be held against it. `model_year`: of the model that makes it
    a statistical neighbour; '' where it is none.
    """

    code: str
    name: str
    stands_for: str
    is_ours: bool
    is_one: bool = True
    model_year: str = ""


def nearest(word: str, known: Iterable[str]) -> str:
    """` Did you mean …?`, or nothing where nothing known comes near."""
    by_fold = {k.casefold(): k for k in known}
    found = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return f" Did you mean {by_fold[found[0]]}?" if found else ""


def indicator(release: Release, code: str, unit: str | None) -> dict:
    """What the catalogue says of an indicator counted in a unit; Refusal where that is none, or more than one."""
    listed = release.table("indicators")
    found = [row for row in listed if row["indicator_code"].casefold() == code.strip().casefold()]
    if not found:
        codes = list(dict.fromkeys(row["indicator_code"] for row in listed))
        # A code is too short to guess at; a word may be meant for a name.
        near = nearest(code, {r["indicator"] for r in listed}) if len(code) > 4 else ""
        raise Refusal(f"There is no indicator {code}.{near} There are: {', '.join(codes)}.")
    return found[0] if unit is None and len(found) == 1 else _of_unit(found, unit)


def _of_unit(found: Sequence[dict], unit: str | None) -> dict:
    units = {row["unit"]: row for row in found}
    folded = {name.casefold(): row for name, row in units.items()}
    if unit is not None and unit.strip().casefold() in folded:
        return folded[unit.strip().casefold()]
    code, listed = found[0]["indicator_code"], "; ".join(f'"{name}"' for name in units)
    if unit is None:
        raise Refusal(f"{code} is counted in {len(units)} units. Say which with --unit: {listed}.")
    raise Refusal(f"{code} is not counted in {unit}.{nearest(unit, units)} Its units: {listed}.")


def breakdown(listed: dict, text: str | None) -> tuple[str, str | None]:
    """(breakdown, its value or None for each of them) of `age` or `age=10-15`; ('all', 'all') of nothing asked."""
    if text is None or text.strip().casefold() == ALL:
        return ALL, ALL
    name, _, value = (part.strip() for part in text.partition("="))
    known = [part.partition("=")[0] for part in (listed["breakdowns"] or "").split(";") if part]
    known += ["population series"] if " per 10,000 aged " in listed["unit"] else []
    if name not in known:
        has = f"Its breakdowns: {'; '.join(known)}." if known else "It has none."
        raise Refusal(
            f"{listed['indicator_code']} ({listed['unit']}) has no breakdown {name}.{nearest(name, known)} {has}"
        )
    return name, value or None


def places(release: Release, words: str | Sequence[str]) -> tuple[Place, ...]:
    """The areas some words ask for, each once, in the order asked and inside a word in one that never changes."""
    asked = [w.strip() for w in (words.split(",") if isinstance(words, str) else words) if w.strip()]
    if not asked:
        raise Refusal("Say which areas: --areas ROT,SY")
    known = _known(release)
    found: dict[str, Place] = {}
    for word in asked:
        for place in _of_word(release, known, word, next(iter(found.values()), None)):
            found.setdefault(place.code, place)
    return tuple(found.values())


def own(release: Release) -> dict[str, Place]:
    """Our areas by code in their fixed order: districts, then places not known, then South Yorkshire."""
    rows = release.ask(
        "select distinct area_code, name, level from areas where list_contains($levels, level) "
        "order by list_position($levels, level), area_code",
        {"levels": LEVELS},
    )
    return {r["area_code"]: Place(r["area_code"], r["name"], r["level"], True) for r in rows}


def _known(release: Release) -> dict[str, Place]:
    """Every area that has a figure of ours or of others, by each word it goes by."""
    ours = own(release)
    others = release.ask(
        "select area_code, any_value(area) as name, any_value(level) as level from published "
        "where area_code is not null group by all union all "
        "select neighbour_code, any_value(neighbour_name), 'district' from neighbours group by 1 order by all"
    )
    known = {}
    for row in others:
        if row["area_code"] not in ours:
            place = Place(row["area_code"], row["name"], row["level"], False)
            known |= {
                w.casefold(): place for w in (row["area_code"], row["name"]) if w.casefold() not in known
            }
    words = "select area_code, short_code, ons_code, name from areas"
    for row in release.ask(words):
        if row["area_code"] in ours:
            known |= {w.casefold(): ours[row["area_code"]] for w in row.values() if w}
    return known


def _of_word(release: Release, known: dict[str, Place], word: str, first: Place | None) -> list[Place]:
    fold = word.casefold()
    if fold == ALL:
        return [replace(p, is_one=False) for p in own(release).values()]
    if fold == NEIGHBOURS:
        return _neighbours(release, known, first)
    if fold == REGION:
        return _regions(known, word)
    if fold == "force":
        fold = COUNTY.casefold()
    if fold not in known:
        by_name = [*{p.name for p in known.values()}, ALL, NEIGHBOURS, REGION]
        said = f"There is no area {word}.{nearest(word, by_name)}"
        raise Refusal(f"{said} Ask districts by name or code, {ALL}, {NEIGHBOURS}, {REGION}, England or SY.")
    return [known[fold]]


def _regions(known: dict[str, Place], word: str) -> list[Place]:
    found = sorted({p for p in known.values() if p.stands_for == REGION}, key=lambda p: p.code)
    if not found:
        raise Refusal(f"The release holds no figure that was published of a {word}. Leave it out of --areas.")
    return found


def _neighbours(release: Release, known: dict[str, Place], first: Place | None) -> list[Place]:
    if first is None:
        raise Refusal("Whose neighbours? Name a district before them: --areas ROT,neighbours")
    rows = release.ask(
        "select * from neighbours where area_code = $code and model_year = "
        "(select max(model_year) from neighbours where area_code = $code) order by closeness_order",
        {"code": first.code},
    )
    if not rows:
        raise Refusal(
            f"The release holds no statistical neighbours of {first.name}: districts alone have them."
        )
    return [_neighbour(known[r["neighbour_code"].casefold()], first, r) for r in rows]


def _neighbour(place: Place, first: Place, row: dict) -> Place:
    near = f"statistical neighbour {row['closeness_order']} of {first.name} ({row['closeness'].lower()})"
    return replace(place, stands_for=near, is_one=False, model_year=row["model_year"])
