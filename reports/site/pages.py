"""The pages of a site, each with its place and its bytes."""

from __future__ import annotations

from collections.abc import Iterator

from reports.indicators import grids, pictures
from reports.indicators import published as others
from reports.indicators.catalogue import SECTIONS, Indicator, by_section, catalogue, updates, words
from reports.indicators.files import figures_csv, rows_csv
from reports.indicators.series import AREAS, COUNTY, Series, series
from reports.pages import render
from reports.reading import Release
from reports.site.links import linked
from reports.site.tables import area_rows, breakdown_grids, index_rows, matrix, quality_grids

Page = tuple[str, bytes]


def pages(release: Release, quality: dict | None, dictionary: str | None) -> Iterator[Page]:
    """Every page and file of the site, one after another, so that no more than one is held."""
    listed = catalogue(release)
    around = _around(release, quality is not None, dictionary is not None)
    rows = others.published(release)
    found = {}
    for indicator in listed:
        told = series(release, indicator)
        found[indicator.slug] = _latest(told)
        yield _indicator(release, told, [i for i in listed if i.code == indicator.code], rows, around)
        yield f"figures/{indicator.slug}.csv", figures_csv(told.figures)
    sections = by_section(listed)
    yield _page(
        "index.html",
        around,
        sections=[(s, SECTIONS.get(s, ""), index_rows(m, found)) for s, m in sections.items()],
    )
    yield from _areas(sections, found, around)
    yield from _published(rows, around)
    if dictionary is not None:
        from reports.site.dictionary import as_html

        yield _page("dictionary.html", around, text=as_html(dictionary))
    if quality is not None:
        yield _page("quality.html", around, quality=quality, act_first=quality_grids(quality["act_first"]))
        names = [*quality["rows"][0]] if quality["rows"] else ["aspect"]
        yield "figures/data_quality.csv", rows_csv(names, (row.values() for row in quality["rows"]))


def _around(release: Release, has_quality: bool, has_dictionary: bool) -> dict:
    """What every page is told."""
    last, following = updates(release)
    there = [("index.html", "Indicators"), ("areas.html", "Areas"), ("published.html", "Published figures")]
    there += [("dictionary.html", "Data dictionary")] if has_dictionary else []
    there += [("quality.html", "Data quality")] if has_quality else []
    return {
        "watermark": release.manifest.get("protection"),
        "footer": f"Release {release.name}. {release.manifest['submissions']} submissions.",
        "menu": there,
        "last": last,
        "following": following,
        "release": release.name,
    }


def _page(place: str, around: dict, template: str | None = None, **told) -> Page:
    root = "../" * place.count("/")
    page = render(f"site/{template or place}", root=root, here=place, **around, **told)
    return place, page.encode("utf-8")


def _latest(told: Series) -> dict:
    """The latest figures of an indicator by area, of its whole, in the longest period it is told for."""
    kind = told.kinds[0]
    period = told.periods(kind)[-1]
    found = {a: told.at(a, kind, period.period) for a in told.areas} if told.has_total else {}
    since = {a: grids.since(told, f) for a, f in found.items() if f}
    return {"period": period, "figures": found, "since": since}


def _indicator(release: Release, told: Series, same: list[Indicator], rows: list[dict], around: dict) -> Page:
    indicator, kind = told.indicator, told.kinds[0]
    period = told.periods(kind)[-1].period
    beside = others.grids(others.beside(rows, indicator))
    return _page(
        f"indicators/{indicator.slug}.html",
        around,
        "indicator.html",
        indicator=indicator,
        words=words(indicator),
        units=[(i.unit, f"{i.slug}.html", i is indicator) for i in same],
        comparison=grids.comparison(told, kind, period) if told.has_total else None,
        pictures=_pictures(told),
        through=grids.through(told, kind) if told.has_total else None,
        breakdowns=breakdown_grids(told, kind, period),
        coverage=grids.coverage(told, release),
        breaks=grids.breaks(told),
        beside=[(name, title) for name, title, _ in beside],
        file=f"../figures/{indicator.slug}.csv",
    )


def _pictures(told: Series) -> list:
    """The county through time in its shortest periods, and the areas, or else the parts, on one scale."""
    area = COUNTY if COUNTY in told.areas else next(iter(told.areas))
    if not told.has_total:
        drawn = [pictures.parts(told, area, told.kinds[0], b) for b in told.parts]
        return [d for d in drawn if d]
    found = [pictures.trend(told, area, told.kinds[-1])]
    return found + ([pictures.side_by_side(told, told.kinds[0])] if len(told.areas) > 1 else [])


def _areas(sections: dict, found: dict, around: dict) -> Iterator[Page]:
    names = {a: f.area for of in found.values() for a, f in of["figures"].items() if f}
    there = {code: names[code] for code in AREAS if code in names}
    links = [(f"areas/{code.lower()}.html", name) for code, name in there.items()]
    tables = [(s, matrix(members, found, there)) for s, members in sections.items()]
    yield _page("areas.html", around, links=links, tables=tables)
    for code, name in there.items():
        told = [(s, area_rows(members, found, code)) for s, members in sections.items()]
        yield _page(
            f"areas/{code.lower()}.html", around, "area.html", name=name, sections=[t for t in told if t[1]]
        )


def _published(rows: list[dict], around: dict) -> Iterator[Page]:
    tables, seen = [], set()
    for name, title, grid in others.grids(rows):
        # One series may stand in two tables, and an id only once on a page.
        tables.append(("" if name in seen else name, title, grid))
        seen.add(name)
    contents = [linked(f"#{name}", title) for name, title, _ in tables if name]
    yield _page("published.html", around, tables=tables, contents=contents)
    names = [*rows[0]] if rows else ["series"]
    yield "figures/published.csv", rows_csv(names, (row.values() for row in rows))
