"""Charts: their words and tables are exact, their drawings are whole, the same twice, and nothing runs together."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.charts import (
    Area,
    Break,
    Cohort,
    Coverage,
    Panel,
    Picture,
    Point,
    Reconciled,
    Stage,
    Yield,
    as_data_uri,
    as_png,
    completeness_map,
    funnel_plot,
    inline,
    month,
    reconciliation_waterfall,
    run_chart,
    safeguarding_funnel,
    small_multiples,
    style,
    yield_curves,
)
from reports.charts.completeness import LOOKS
from reports.charts.layout import dodged, labelled, overlap, scale, ticks, width, wrapped
from reports.charts.points import mark, number, shown

HERE = Path(__file__).parent.parent.parent
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
AREAS = ("Barnsley", "Doncaster", "Rotherham", "Sheffield")
YEARS = [f"{y}-{y % 100 + 1}" for y in range(2017, 2025)]
STAGES = (
    "Referrals with CSE as a factor",
    "Assessments with CSE found",
    "Strategy discussions",
    "Section 47 enquiries",
    "Initial child protection conferences",
    "Child protection plans",
)


def months(values, year=2024, first=4, partial=()) -> list[Point]:
    starts = [date(year + (first - 1 + n) // 12, (first - 1 + n) % 12 + 1, 1) for n in range(len(values))]
    return [month(at, v, n in partial) for n, (at, v) in enumerate(zip(starts, values, strict=True))]


def run(values, breaks=(), **more) -> Picture:
    return run_chart(
        months(values, **more), title="CSE crimes recorded, Rotherham", unit="crimes", breaks=breaks
    )


def curves(*cohorts, unit="% of crimes") -> Picture:
    made = [
        Cohort(name, tuple(Yield(m, v, m not in still) for m, v in zip((3, 6, 12, 24), values, strict=False)))
        for name, values, still in cohorts
    ]
    return yield_curves(made, title="Crimes charged, Rotherham", unit=unit)


def funnel(rates, named=AREAS, of=(51_000, 66_000, 58_000, 115_000)) -> Picture:
    areas = [Area(n, "9", str(d), r) for n, d, r in zip(named, of, rates, strict=False)]
    about = {"title": "CSE referrals", "unit": "referrals per 10,000", "of": "children aged 0 to 17"}
    return funnel_plot(
        areas, **about, period="2024-25", benchmark=20.7, benchmark_name="South Yorkshire", scale_of=10_000
    )


def panels(rows, periods=YEARS) -> Picture:
    made = [
        Panel(a, tuple(Point(p, v) for p, v in zip(periods, row, strict=True)))
        for a, row in zip(AREAS, rows, strict=False)
    ]
    return small_multiples(made, title="Assessments with CSE found", unit="assessments")


def stages(values, **more) -> Picture:
    made = [Stage(n, v) for n, v in zip(STAGES, values, strict=False)]
    return safeguarding_funnel(
        made, title="From referral to plan, Rotherham", unit="children", period="2024-25", **more
    )


def waterfall(*values) -> Picture:
    return reconciliation_waterfall(
        Reconciled(*values), title="Missing episodes, Rotherham", unit="episodes", period="2024-25"
    )


def coverage(*cells) -> Picture:
    return completeness_map([Coverage(*cell) for cell in cells], title="Returns, South Yorkshire")


LONG = [5, 6, 5, 7, 6, 5, 4, 6, 7, 5, 6, 5, 12, 13, 14, 13, 12, 14, 13, 15, "x", "x"]
LONG += [8, 9, 10, 11, 12, 13, 14, 15, "u", 12, 11, 10, 13, 12]
NEAR = [("Barnsley", (3, 8, 14, 19.2), ()), ("Doncaster", (4, 9, 13, 19.1), ())]
NEAR += [("Rotherham", (2, 7, 12, 19.0), ()), ("Sheffield", (3, 6, 16, 19.05), ())]
UNFINISHED = [("2022-23", (4, 9.5, 13.9, 18.8), ()), ("2023-24", (2.5, 7, 12.2, 14.1), (24,))]
UNFINISHED += [("2024-25", (3.3, 6.1, "u", "z"), (6,))]
FULL = [
    (n, a, date(2024, m, 1), s)
    for a in AREAS
    for n in ("R01 Crimes", "R04 Missing")
    for m, s in enumerate(LOOKS, 4)
]
PICTURES = {
    "run": lambda: run([12, 15, 9, 11, "c", 14, 10, 13, 12, 30, 11, 9, 8], partial=(12,)),
    "run long": lambda: run(LONG, [Break("April 2023", "each episode is counted once")], year=2022),
    "run hidden": lambda: run(["c"] * 13),
    "run one": lambda: run([7]),
    "run none": lambda: run([]),
    "run below nought": lambda: run([2, 0, -2, 1, 3, 2, 1, 4, 3, 2, 1]),
    "curves": lambda: curves(*UNFINISHED),
    "curves near": lambda: curves(*NEAR),
    "curves hidden": lambda: curves(("2024-25", "cccc", ()), ("2023-24", "cccc", ())),
    "curves one": lambda: curves(("2024-25", (4.2,), ())),
    "curves none": lambda: curves(),
    "funnel": lambda: funnel((17.6, 18.2, 32.8, 17.4)),
    "funnel near": lambda: funnel((21.2, 21.3, 21.1, 21.2), of=(51_000, 51_200, 51_100, 51_300)),
    "funnel hidden": lambda: funnel("cccc"),
    "funnel one": lambda: funnel((17.6,)),
    "panels": lambda: panels(
        [[110, 98, 88, "c", 76, 80, 84, 83], [150, 141, "x", "x", 120, 131, 119, 82]] * 2
    ),
    "panels hidden": lambda: panels(["cccccccc"] * 4),
    "panels one": lambda: panels([[7]], ["2024-25"]),
    "stages": lambda: stages([1340, 611, 240, "c", 98, "x"]),
    "stages of a cohort": lambda: stages([1340, 611, 240, 120, 98, 61], one_cohort=True),
    "stages hidden": lambda: stages("cccccc"),
    "stages one": lambda: stages([3]),
    "waterfall": lambda: waterfall(31, 146, 12, 189),
    "waterfall part hidden": lambda: waterfall(31, 146, "c", "c"),
    "waterfall hidden": lambda: waterfall("c", "c", "x", "x"),
    "completeness": lambda: coverage(*FULL),
    "completeness one": lambda: coverage(FULL[3]),
    "completeness none": lambda: coverage(),
}


@pytest.fixture(scope="module")
def drawn() -> dict[str, Picture]:
    return {name: make() for name, make in PICTURES.items()}


def texts(svg: str) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Every line of text of a drawing and the box it fills, from the places the file gives it."""
    found = []

    def walk(node, x, y):
        for a, b in re.findall(r"translate\(([-\d.]+),([-\d.]+)\)", node.get("transform", "")):
            x, y = x + float(a), y + float(b)
        assert "rotate" not in node.get("transform", "")
        if node.tag.endswith("}text"):
            size = float(node.get("font-size")[:-2])
            wide = width(node.text, size, node.get("font-weight") == "bold")
            left = x - {"middle": wide / 2, "end": wide}.get(node.get("text-anchor"), 0)
            found.append((node.text, (left, y - size * 0.75, left + wide, y + size * 0.15)))
        for child in node:
            walk(child, x, y)

    walk(ET.fromstring(svg), 0.0, 0.0)
    return found


@pytest.mark.parametrize("name", PICTURES)
def test_a_drawing_is_whole_and_asks_nothing_of_a_network(drawn, name):
    picture = drawn[name]
    root = ET.fromstring(picture.svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert set(re.findall(r"https?://[^\"' )]+", picture.svg)) <= NAMESPACES
    assert not re.search(
        r"<(image|script|foreignObject|style|tspan)|@import|NaN|Infinity|undefined|null", picture.svg
    )
    assert set(re.findall(r'font-family="([^"]+)"', picture.svg)) == {style.FONT}
    assert picture.title and picture.alt and picture.alt.endswith(".")


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_lies_on_another_or_beyond_the_edge(drawn, name):
    root, found = ET.fromstring(drawn[name].svg), texts(drawn[name].svg)
    assert [(a, b) for (a, box), (b, other) in combinations(found, 2) if overlap(box, other)] == []
    wide, high = float(root.get("width")), float(root.get("height"))
    assert [
        t for t, (left, up, right, down) in found if min(left, up) < -1 or right > wide + 1 or down > high + 1
    ] == []


def test_a_drawing_is_the_same_each_time(drawn):
    again = {name: make() for name, make in reversed(PICTURES.items())}
    assert {n: again[n] == drawn[n] for n in PICTURES} == dict.fromkeys(PICTURES, True)
    code = "import sys; sys.path[:0] = ['.']; from tests.reports.test_charts import PICTURES; "
    code += "import json; print(json.dumps({n: PICTURES[n]().svg for n in ('run long', 'funnel')}))"
    other = json.loads(subprocess.check_output([sys.executable, "-c", code], cwd=HERE))
    assert other == {n: drawn[n].svg for n in other}


def test_naming_charts_loads_nothing_heavy():
    code = "import sys, json, reports.charts; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(subprocess.check_output([sys.executable, "-c", code], cwd=HERE)))
    assert loaded & {"altair", "vl_convert", "numpy", "scipy", "pandas", "narwhals", "duckdb"} == set()


def test_what_cannot_be_shown_is_said_on_the_drawing(drawn):
    for name in (n for n in PICTURES if n.endswith(("hidden", "none")) and n.split()[0] != "stages"):
        if "part" not in name:
            assert "No figure can be shown" in [t for t, _ in texts(drawn[name].svg)], name
    letters = [t for t, _ in texts(drawn["run long"].svg)]
    assert (letters.count("x"), letters.count("u")) == (2, 1)


def test_hidden_is_never_nought():
    hidden, nought = run([5, "c", 5]), run([5, 0, 5])
    assert "Least: 0 in May 2024" in nought.alt and "0" not in hidden.alt.replace("2024", "").replace(
        "10", ""
    )
    dots = [len(re.findall(r'<path transform="translate', p.svg)) for p in (hidden, nought)]
    assert dots == [2, 3]


def test_a_run_chart_in_words():
    picture = run([12, 15, 9, 11, "c", 14, 10, 13, 12, 40, 11, 9, 8], partial=(12,))
    assert picture.alt == (
        "Run chart: CSE crimes recorded, Rotherham, April 2024 to April 2025. Unit: crimes. "
        "First: 12 in April 2024. Last: 8 in April 2025. Least: 8 in April 2025. Most: 40 in January 2025. "
        "Mean 14.2, limits 0 and 37.2. Signals: January 2025, 40, is above the limits. "
        "Part received, may still change: April 2025. Hidden to protect people: August 2024. A gap is not nought."
    )
    assert picture.table[4] == {
        "Period": "August 2024",
        "crimes": "c",
        "Mean": "14.2",
        "Lower limit": "0",
        "Upper limit": "37.2",
        "Signal": "",
        "Part received": "",
    }
    assert (picture.table[9]["Signal"], picture.table[12]["Part received"]) == ("outside the limits", "yes")


def test_limits_begin_anew_after_a_break_and_runs_are_told():
    picture = run(LONG, [Break("April 2023", "each episode is counted once")], year=2022)
    assert picture.alt == (
        "Run chart: CSE crimes recorded, Rotherham, April 2022 to March 2025. Unit: crimes. "
        "First: 5 in April 2022. Last: 12 in March 2025. Least: 4 in October 2022. "
        "Most: 15 in November 2023 and September 2024. "
        "Mean from April 2022 to March 2023 5.6, limits 2.2 and 9. "
        "Mean from April 2023 to March 2025 12.2, limits 8.9 and 15.4. "
        "Signals: February 2024, 8, is below the limits; 8 in a row rising, February 2024 to September 2024. "
        "Series break at April 2023: each episode is counted once. "
        "Not received: December 2023 and January 2024. Too few to show: October 2024. A gap is not nought."
    )


def test_runs_to_both_sides_are_told_apart():
    picture = run([3, 4] * 4 + [13, 14] * 4)
    assert "8 in a row below the mean, April 2024 to November 2024" in picture.alt
    assert "8 in a row above the mean, December 2024 to July 2025" in picture.alt
    assert "6 in a row falling, April 2024 to September 2024" in run([9, 8, 7, 6, 5, 4, 9, 4, 9, 4, 9, 4]).alt
    turn = run([1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 5, 2, 5])
    assert "6 in a row rising, April 2024 to September 2024" in turn.alt
    assert "6 in a row falling, September 2024 to February 2025" in turn.alt


def test_a_break_elsewhere_is_left_out_and_no_month_stands_twice():
    assert run([5, 6, 7], [Break("April 1999", "another system")]) == run([5, 6, 7])
    with pytest.raises(ValueError, match="stands twice"):
        run_chart([month(date(2024, 4, 1), 5)] * 2, title="t", unit="u")


def test_few_or_no_figures_have_no_limits():
    assert run(["c"] * 13).alt == (
        "Run chart: CSE crimes recorded, Rotherham, April 2024 to April 2025. Unit: crimes. No figure can be shown. "
        "Fewer than 10 figures: no limits are drawn. Hidden to protect people: all 13. A gap is not nought."
    )
    assert "One figure: 7 in April 2024. Fewer than 10 figures: no limits are drawn." in run([7]).alt
    assert "All 3 figures are 5." in run([5, 5, 5]).alt
    assert "Most: 5 in April 2024, May 2024, June 2024 and 2 other periods." in run([5, 5, 5, 5, 5, 1]).alt


def test_cohort_curves_in_words():
    picture = curves(*UNFINISHED)
    assert picture.alt == (
        "Cohort curves: Crimes charged, Rotherham. Unit: % of crimes. "
        "2022-23: 4.0 % at 3 months, 9.5 % at 6 months, 13.9 % at 12 months and 18.8 % at 24 months. "
        "2023-24: 2.5 % at 3 months, 7.0 % at 6 months, 12.2 % at 12 months and 14.1 % at 24 months. "
        "2024-25: 3.3 % at 3 months and 6.1 % at 6 months. "
        "Follow-up incomplete, may still rise: 2023-24 at 24 months and 2024-25 at 6 months. "
        "Too few to show: 2024-25 at 12 months. Does not apply: 2024-25 at 24 months. A gap is not nought."
    )
    assert picture.table[7] == {
        "Cohort": "2023-24",
        "Months": 24,
        "% of crimes": "14.1",
        "Follow-up": "incomplete",
    }
    assert picture.svg.count('stroke-dasharray="6,4"') == 2
    with pytest.raises(ValueError, match="at most 6"):
        curves(*[(str(n), (1,), ()) for n in range(7)])


def test_near_ends_are_named_apart(drawn):
    ends = {t: box for t, box in texts(drawn["curves near"].svg) if ":" in t}
    assert set(ends) == {"Barnsley: 19.2", "Doncaster: 19.1", "Rotherham: 19.0", "Sheffield: 19.1"}
    tops = sorted(box[1] for box in ends.values())
    assert min(b - a for a, b in pairwise(tops)) >= 14.9


def test_a_funnel_plot_in_words():
    picture = funnel((17.6, 18.2, 32.8, "c"))
    assert picture.alt == (
        "Funnel plot: CSE referrals, 2024-25. Unit: referrals per 10,000. South Yorkshire: 20.7. "
        "Barnsley: 17.6, within 95 % limits. Doncaster: 18.2, within 95 % limits. "
        "Rotherham: 32.8, outside 99.8 % limits. Hidden to protect people: Sheffield. A gap is not nought."
    )
    assert [row["Area"] for row in picture.table] == list(AREAS)
    assert picture.table[3] == {
        "Area": "Sheffield",
        "Numerator": "9",
        "Denominator": "115,000",
        "referrals per 10,000": "c",
        "Against chance": "not compared",
    }


def test_a_funnel_of_many_names_only_those_asked_for():
    areas = [Area(f"Area {n}", n, 20 + 4 * n, 40 + n % 45, named=False) for n in range(148)]
    areas += [Area(a, 1, 150 + 40 * n, 62) for n, a in enumerate(AREAS)]
    about = {
        "title": "Interviews in 72 hours",
        "unit": "% of episodes",
        "of": "episodes",
        "period": "2024-25",
    }
    picture = funnel_plot(areas, **about, benchmark=62, benchmark_name="England", scale_of=100)
    said = [t for t, _ in texts(picture.svg)]
    assert set(AREAS) <= set(said) and not any(t.startswith("Area ") for t in said)
    assert re.search(
        r"Other areas: \d+ within 95 % limits, \d+ outside 95 % limits and \d+ outside 99.8", picture.alt
    )


def test_small_multiples_in_words():
    picture = panels([[110, 98, 88, "c", 76, 80, 84, 83], [150, 141, "x", "x", 120, 131, 119, 82]])
    assert picture.alt == (
        "Small line charts, one an area: Assessments with CSE found, 2017-18 to 2024-25. Unit: assessments. "
        "All panels have the same scale. "
        "Barnsley: First: 110 in 2017-18. Last: 83 in 2024-25. Least: 76 in 2021-22. Most: 110 in 2017-18. "
        "Hidden to protect people: 2020-21. "
        "Doncaster: First: 150 in 2017-18. Last: 82 in 2024-25. Least: 82 in 2024-25. Most: 150 in 2017-18. "
        "Not received: 2019-20 and 2020-21. A gap is not nought."
    )
    with pytest.raises(ValueError, match="same periods"):
        small_multiples([Panel("A", (Point("1", 1),)), Panel("B", ())], title="t", unit="u")


def test_stages_in_words():
    assert stages([1340, 611, 240, "c", 98, "x"]).alt == (
        "Bar chart of stages: From referral to plan, Rotherham, 2024-25. Unit: children. "
        "Referrals with CSE as a factor 1,340; Assessments with CSE found 611; Strategy discussions 240; "
        "Initial child protection conferences 98. Hidden to protect people: Section 47 enquiries. "
        "Not received: Child protection plans. A gap is not nought."
    )
    cohort = stages([1340, 611, "c", 120], one_cohort=True)
    assert [row["Share of the stage before"] for row in cohort.table] == ["", "45.6 %", "", ""]
    assert "611 (45.6 % of the stage before)" in cohort.alt and "%" not in stages([1340, 611]).alt


def test_a_waterfall_in_words():
    assert waterfall(31, 146, 12, 189).alt == (
        "Waterfall chart: Missing episodes, Rotherham, 2024-25. Unit: episodes. "
        "Police only 31; Matched 146; Council only 12; Either 189."
    )
    assert waterfall(30, 145, 10, 190).alt.endswith(
        "The parts add to 185, not 190: all are given as released."
    )
    assert waterfall(31, "c", "c", 189).alt.endswith(
        "Police only 31; Either 189. Hidden to protect people: Matched and Council only. A gap is not nought."
    )


def test_a_hidden_part_cannot_be_measured_off_the_drawing():
    said = [t for t, _ in texts(waterfall(31, "c", 12, "c").svg)]
    assert "Bars stand on 0 as a part is not shown" in said
    assert waterfall(31, "c", 12, "c").svg.count('stroke-dasharray="6,4"') == 0


def test_completeness_in_words():
    told = [("R01 Crimes", a, date(2024, m, 15), s) for a, m, s in [("Rotherham", 4, "received")]]
    told += [("R01 Crimes", "Rotherham", date(2024, 5, 1), "not received")]
    told += [("R04 Missing", "Rotherham", date(2024, 5, 1), s) for s in ("received", "not received")]
    told += [("R04 Missing", "Rotherham", date(2024, 4, 1), s) for s in ("received", "nil")]
    picture = coverage(*told)
    assert picture.alt == (
        "Completeness map: Returns, South Yorkshire, April 2024 to May 2024. "
        "4 returns were due, one a return, area and month. 2 received, 1 part received and 1 not received. "
        "Not received: Rotherham, R01 Crimes: May 2024. Part received: Rotherham, R04 Missing: May 2024. "
        "Not received is absence of data, not absence of abuse."
    )
    assert picture.table[0] == {
        "Area": "Rotherham",
        "Return": "R01 Crimes",
        "Month": "April 2024",
        "Status": "received",
    }
    assert coverage().alt == "Completeness map: Returns, South Yorkshire. No return was due."
    with pytest.raises(ValueError, match="'late' is not one of"):
        coverage(("R01", "Rotherham", date(2024, 4, 1), "late"))


def test_every_status_has_a_letter_of_its_own_that_can_be_read(drawn):
    letters = [t for t, _ in texts(drawn["completeness"].svg)]
    assert [letters.count(letter) for letter, *_ in LOOKS.values()] == [8, 8, 8, 8]
    assert min(contrast(ink, fill) for _, fill, ink in LOOKS.values()) >= 4.5


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        parts = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), parts, strict=True))

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_can_be_told_from_paper_and_are_never_alone():
    assert style.COLOURS == ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
    assert min(contrast(colour, style.PAPER) for colour in style.COLOURS) >= 3
    assert min(contrast(style.INK, back) for back in (style.PAPER, style.PALE)) >= 4.5
    assert len(set(style.SHAPES)) == len(style.COLOURS)


def test_a_picture_as_an_image_and_in_a_page(drawn):
    picture = drawn["curves"]
    head, _, body = as_data_uri(picture).partition(",")
    assert head == "data:image/svg+xml;base64" and base64.b64decode(body).decode() == picture.svg
    root = ET.fromstring(inline(picture, "yield-1"))
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "yield-1-title yield-1-desc")
    said = {node.get("id"): node.text for node in root if node.get("id")}
    assert said == {"yield-1-title": picture.title, "yield-1-desc": picture.alt}
    assert as_png(picture, 1).startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="cannot be an id"):
        inline(picture, 'x" onload="')


def test_ids_in_a_page_are_never_shared():
    svg = '<svg><clipPath id="drawn-0"></clipPath><g clip-path="url(#drawn-0)"></g></svg>'
    made = inline(Picture(svg, "a < b", "t & u", []), "one")
    assert 'id="one-drawn-0"' in made and "url(#one-drawn-0)" in made
    assert "a &lt; b" in made and "t &amp; u" in made


def test_numbers_and_marks():
    assert [mark(v) for v in ("c", "*", "x", "u", "z", "12", 0)] == ["c", "c", "x", "u", "z", "", ""]
    assert [number(v) for v in ("12", 0, "-2", "c")] == [12, 0, -2, None]
    assert [shown(v) for v in (1234, "81.25", "c", 0, -2)] == ["1,234", "81.3", "c", "0", "-2"]
    assert [shown(v, "% of crimes") for v in (50, "81.25")] == ["50.0", "81.3"]
    for wrong in ("", "twelve", "nan"):
        with pytest.raises(ValueError, match="number"):
            number(wrong)


@given(st.lists(st.floats(-50, 400), min_size=1, max_size=12))
def test_dodged_labels_keep_apart_in_order_and_inside(wanted):
    placed = dodged(wanted, 0, 300)
    pairs = sorted(zip(placed, wanted, strict=True))
    assert all(b[0] - a[0] >= 14.99 for a, b in pairwise(pairs))
    assert [w for _, w in pairs] == sorted(wanted)
    assert min(placed) >= 0 and max(placed) <= 300


def test_labels_without_room_stand_evenly():
    assert dodged([5, 5, 5], 0, 10) == [0, 5, 10]
    assert dodged([], 0, 10) == [] and dodged([400], 0, 300) == [300]


@given(st.lists(st.tuples(st.floats(0, 600), st.floats(0, 300)), min_size=1, max_size=8))
def test_names_of_points_keep_clear_of_one_another(points):
    names = [AREAS[n % 4] for n in range(len(points))]
    at = labelled(points, names, [], (620, 300))
    boxes = [(x, y - 7, x + width(n), y + 7) for (x, y), n in zip(at, names, strict=True)]
    assert not any(overlap(a, b) for a, b in combinations(boxes, 2))


@given(st.lists(st.floats(-1e6, 1e6).map(lambda v: round(v, 2)), max_size=20))
def test_a_scale_holds_nought_and_every_value(values):
    bottom, top, step = scale(values)
    assert bottom <= 0 <= top and bottom < top
    assert all(bottom - 1e-6 <= v <= top + 1e-6 for v in values)
    assert len(ticks(bottom, top, step)) <= 8


def test_a_scale_of_counts_has_no_half_counts_and_one_of_shares_ends_at_a_hundred():
    assert scale([1, 2]) == (0, 2, 1) and scale([]) == (0, 1, 0)
    assert scale([95.5], at_most=100)[1] == 100
    assert wrapped("one two three", 50) == ["one two", "three"]
