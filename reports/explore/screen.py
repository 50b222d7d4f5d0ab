"""The page itself: boxes to choose with, tabs to look at, files to take away."""

from __future__ import annotations

from pathlib import Path

from reports.charts import Picture, as_data_uri, as_png
from reports.explore import chosen
from reports.explore.choices import choose, follow_the_address, tell_the_address
from reports.explore.chosen import GROUPS, Choice, Shown
from reports.indicators import grids
from reports.indicators.catalogue import Indicator, catalogue, find, updates, words
from reports.indicators.catalogue import period as said_period
from reports.indicators.files import figures_csv
from reports.indicators.series import COUNTY, KINDS, Series, series
from reports.pages import render
from reports.reading import Release

NAMES = ("indicator", "unit", "area", "group", "kind", "period", "breakdown", "part", "tab")
DEFINITION = "Definition"
EACH, WHOLE = "each", "all"
NOTE = "Absence of data is not absence of abuse. What was not received is never shown as 0."


def draw(folder: Path) -> None:
    """Draw the page of the release in a folder, for what the reader has chosen."""
    import streamlit as st

    st.set_page_config(page_title="Explore the indicators", layout="wide")
    release, listed = _opened(str(folder))
    st.html(render("site/explore.css"))
    if release.is_restricted:
        st.html(render("site/restricted.html", protection=release.manifest["protection"]))
    st.title("Explore the indicators")
    st.html(
        render("site/words.html", lines=[NOTE, f"Release {release.name}. Last update: {updates(release)[0]}"])
    )
    follow_the_address(NAMES)
    told = _series(release, listed)
    choice = _choice(told)
    st.header(f"{told.indicator.code} {told.indicator.name}, {told.indicator.unit}", anchor=False)
    _tabs(release, told, choice)
    tell_the_address(NAMES)


def _opened(folder: str) -> tuple[Release, list[Indicator]]:
    """The release and its indicators, opened once for each reader: no two may ask one connection at a time."""
    import streamlit as st

    if "opened" not in st.session_state:
        release = Release(Path(folder))
        st.session_state["opened"] = release, catalogue(release)
    return st.session_state["opened"]


def _series(release: Release, listed: list[Indicator]) -> Series:
    import streamlit as st

    names = {i.code: i.name for i in reversed(listed)}
    codes = [*dict.fromkeys(i.code for i in listed)]
    first, second = st.columns(2)
    with first:
        code = choose("indicator", "Indicator", codes, lambda c: f"{c} {names[c]}")
    with second:
        unit = choose("unit", "Unit", [i.unit for i in listed if i.code == code])
    return series(release, find(listed, code, unit))


def _choice(told: Series) -> Choice:
    import streamlit as st

    boxes = st.columns(3)
    with boxes[0]:
        area = choose("area", "Area", [*told.areas], told.areas.get, otherwise=COUNTY)
    with boxes[1]:
        group = choose("group", "Comparison group", [*GROUPS], GROUPS.get)
    with boxes[2]:
        kind = choose("kind", "Kind of period", told.kinds, KINDS.get)
    boxes = st.columns(3)
    periods = {f.period: said_period(f) for f in reversed(told.periods(kind))}
    with boxes[0]:
        period = choose("period", "Period, for the comparison", [*periods], periods.get)
    with boxes[1]:
        breakdown = choose(
            "breakdown", "Breakdown", [*told.parts], lambda b: "None: the whole" if b == WHOLE else b
        )
    values = told.parts[breakdown] if breakdown != WHOLE else {}
    with boxes[2]:
        part = choose(
            "part",
            "Part",
            [EACH, *values] if values else [WHOLE],
            lambda v: values.get(v, "Each part" if values else "The whole"),
        )
    return Choice(area, kind, period, group, (breakdown, "" if part == EACH else part))


def _tabs(release: Release, told: Series, choice: Choice) -> None:
    """The tabs, of which only the open one is drawn."""
    import streamlit as st

    drawn = {
        "Trend": lambda: chosen.trend(told, choice),
        "Comparison": lambda: chosen.comparison(told, release, choice),
        "Funnel": lambda: chosen.funnel(told, choice),
        "Table": lambda: chosen.table(told, choice),
    }
    if st.session_state.get("tab") not in (*drawn, DEFINITION):
        st.session_state["tab"] = "Trend"
    for name, tab in zip(
        (*drawn, DEFINITION), st.tabs([*drawn, DEFINITION], key="tab", on_change="rerun"), strict=True
    ):
        if not tab.open:
            continue
        with tab:
            if name == DEFINITION:
                _definition(release, told)
            else:
                _show(name.lower(), drawn[name](), told.indicator)


def _show(name: str, shown: Shown, indicator: Indicator) -> None:
    """One tab: its words, its pictures with their alternatives, its tables, and both as files."""
    import streamlit as st

    pictures = [(as_data_uri(p), p.alt, p.title) for p in shown.pictures]
    st.html(render("site/shown.html", words=shown.words, pictures=pictures, grids=shown.grids))
    if shown.figures:
        st.download_button(
            f"Download the figures of the {name} (CSV)",
            figures_csv(shown.figures),
            file_name=f"{indicator.slug}-{name}.csv",
            mime="text/csv",
            key=f"csv-{name}",
            on_click="ignore",
        )
    for picture in shown.pictures:
        st.download_button(
            f"Download the picture of the {name} (PNG)",
            lambda picture=picture: _png(picture),
            file_name=f"{indicator.slug}-{name}.png",
            mime="image/png",
            key=f"png-{name}",
            on_click="ignore",
        )


def _png(picture: Picture) -> bytes:
    """Drawn only when it is asked for."""
    return as_png(picture)


def _definition(release: Release, told: Series) -> None:
    import streamlit as st

    last, following = updates(release)
    terms = [*words(told.indicator), ("Last update", last), ("Next update", following)]
    tables = [g for g in (grids.coverage(told, release), grids.breaks(told)) if g.rows]
    st.html(render("site/definition.html", terms=terms, grids=tables))
