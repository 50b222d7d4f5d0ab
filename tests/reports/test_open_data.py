import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from refusal import Refusal
from reports.open_data import screen, write_open_data
from reports.open_data.rows import KINDS, item, measure
from reports.reading import Figure

SEEDS = Path(__file__).parents[2] / "seeds"
MANIFEST = {"name": "figures-2024-25-vintage-20250502T103000Z", "as_at": None, "profile": {"name": "public"}}
MANIFEST |= {"vintage": "2025-05-02T10:30:00+00:00", "proposed_at": "a clock"}


def listed(name):
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


AREAS, INDICATORS = listed("areas"), listed("indicators")
PLAIN = Figure(
    indicator_code="I01",
    indicator="CSE complaints",
    unit="complaint",
    basis="flow",
    area_code="372",
    area="Rotherham",
    period="2024-25",
    period_kind="financial_year",
    start_date=date(2024, 4, 1),
    end_date=date(2025, 3, 31),
    breakdown="all",
    breakdown_value="all",
    breakdown_label="All",
    numerator="41",
    denominator="z",
    value="41",
    lower="",
    upper="",
    status="received",
    not_received="",
    provisional="final",
    note="",
)
COUNTY = replace(
    PLAIN,
    area_code="SY",
    area="South Yorkshire",
    numerator="59",
    value="59",
    lower="44.9",
    upper="76.1",
    status="part received",
    not_received="R04 SYP",
    provisional="provisional",
    note="Rounded: the parts do not add up to it.",
)
CRIMES = replace(PLAIN, indicator_code="I02", indicator="CSE crimes", unit="crime")
FIGURES = [
    PLAIN,
    COUNTY,
    replace(PLAIN, area_code="U", area="Place not known", numerator="x", value="x", status="not received"),
    replace(PLAIN, area_code="370", area="Barnsley", numerator="c", value="c"),
    replace(PLAIN, breakdown="sex", breakdown_value="F", breakdown_label="Female", numerator="*", value="*"),
    replace(PLAIN, breakdown="sex", breakdown_value="M", breakdown_label="Male", numerator="11", value="11"),
    replace(CRIMES, breakdown="age", breakdown_value="0-9", breakdown_label="0-9"),
]
YIELD = replace(
    PLAIN,
    indicator_code="I10",
    indicator="Prosecution yield of crimes recorded",
    unit="% of crimes",
    basis="cohort",
    numerator="3",
    denominator="40",
    value="7.5",
    lower="2.6",
    upper="19.9",
)
HEADER = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,"
    "old_la_code,new_la_code,la_name,english_devolved_area_code,english_devolved_area_name,"
    "indicator,breakdown_topic,breakdown,numerator_count,denominator_count,figure_count,"
    "figure_count_lower_ci,figure_count_upper_ci,figure_status,not_received,provisional,note"
)
META_HEADER = (
    "col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,"
    "filter_grouping_column,filter_default"
)


def write(folder, figures=FIGURES, **more):
    return write_open_data(figures, AREAS, INDICATORS, MANIFEST, folder, **more)


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def test_the_figures_are_these_bytes(tmp_path):
    write(tmp_path)
    la = "202425,Financial year,Local authority,E92000001,England,E12000003,Yorkshire and The Humber"
    sy = "202425,Financial year,English devolved area,E92000001,England,E12000003,Yorkshire and The Humber"
    part = "part received,R04 SYP,provisional,Rounded: the parts do not add up to it."
    complaints, crimes = "I01 CSE complaints (complaint)", "I02 CSE crimes (crime)"
    assert (tmp_path / "cse-annual-count.csv").read_bytes().decode("utf-8").split("\n") == [
        HEADER,
        f"{la},370,E08000016,Barnsley,,,{complaints},Total,Total,c,z,c,c,c,received,z,final,z",
        f"{la},372,E08000018,Rotherham,,,{complaints},Total,Total,41,z,41,z,z,received,z,final,z",
        f"{la},372,E08000018,Rotherham,,,{complaints},Sex,Female,c,z,c,c,c,received,z,final,z",
        f"{la},372,E08000018,Rotherham,,,{complaints},Sex,Male,11,z,11,z,z,received,z,final,z",
        f"{la},372,E08000018,Rotherham,,,{crimes},Total,Total,z,z,z,z,z,no total is counted,z,final,z",
        f"{la},372,E08000018,Rotherham,,,{crimes},Age,0-9,41,z,41,z,z,received,z,final,z",
        f"{la},x,x,Not available,,,{complaints},Total,Total,x,z,x,x,x,not received,z,final,z",
        f"{sy},,,,E47000002,South Yorkshire,{complaints},Total,Total,59,z,59,44.9,76.1,{part}",
        "",
    ]


def test_the_metadata_are_these_bytes(tmp_path):
    write(
        tmp_path,
        [
            YIELD,
            replace(
                YIELD, indicator_code="I12", breakdown="sex", breakdown_value="F", breakdown_label="Female"
            ),
        ],
    )
    name = "Prosecution yield of crimes recorded (% of crimes)"
    assert (tmp_path / "cse-annual-percent.meta.csv").read_bytes().decode("utf-8").split("\n") == [
        META_HEADER,
        f"indicator,Filter,Indicator,,,,Choose one: indicators do not add up,,I10 {name}",
        'breakdown,Filter,Breakdown,,,,"Choose Total for all, or the parts of one breakdown",breakdown_topic,Total',
        "numerator_count,Indicator,Numerator,Counts behind the figure,,0,,,",
        "denominator_count,Indicator,Denominator,Counts behind the figure,,0,,,",
        "figure_percent,Indicator,Percentage,Figure,%,1,,,",
        'figure_percent_lower_ci,Indicator,"Percentage, lower end of the 95% interval",Figure,%,1,,,',
        'figure_percent_upper_ci,Indicator,"Percentage, upper end of the 95% interval",Figure,%,1,,,',
        "figure_status,Indicator,Status of the figure,About the figure,,0,,,",
        "not_received,Indicator,Returns not received,About the figure,,0,,,",
        "provisional,Indicator,Provisional or final,About the figure,,0,,,",
        "note,Indicator,Note,About the figure,,0,,,",
        "",
    ]


def test_each_kind_of_period_and_each_measure_has_a_file(tmp_path):
    monthly = replace(YIELD, period_kind="month", start_date=date(2025, 4, 1), end_date=date(2025, 4, 30))
    assert [path.name for path in write(tmp_path, [PLAIN, YIELD, monthly], stem="sy")] == [
        "datapackage.json",
        "sy-annual-count.csv",
        "sy-annual-count.meta.csv",
        "sy-annual-percent.csv",
        "sy-annual-percent.meta.csv",
        "sy-monthly-percent.csv",
        "sy-monthly-percent.meta.csv",
    ]


@pytest.mark.parametrize(
    ("kind", "first", "last", "period", "identifier"),
    [
        ("financial_year", date(1999, 4, 1), date(2000, 3, 31), "199900", "Financial year"),
        ("quarter", date(2024, 4, 1), date(2024, 6, 30), "202425", "Financial year Q1"),
        ("quarter", date(2024, 10, 1), date(2024, 12, 31), "202425", "Financial year Q3"),
        ("quarter", date(2025, 1, 1), date(2025, 3, 31), "202425", "Financial year Q4"),
        ("month", date(2025, 1, 1), date(2025, 1, 31), "2025", "January"),
        ("calendar_year", date(2025, 1, 1), date(2025, 12, 31), "2025", "Calendar year"),
        ("academic_year", date(2024, 9, 1), date(2025, 8, 31), "202425", "Academic year"),
        ("snapshot", date(2025, 3, 31), date(2025, 3, 31), "2025", "Reporting year"),
    ],
)
def test_periods_have_the_standards_time(tmp_path, kind, first, last, period, identifier):
    write(tmp_path, [replace(PLAIN, period_kind=kind, start_date=first, end_date=last)])
    (row,) = rows_of(tmp_path / f"cse-{KINDS[kind].word}-count.csv")
    assert (row["time_period"], row["time_identifier"]) == (period, identifier)


def test_snapshots_of_one_year_are_told_apart_by_their_day(tmp_path):
    days = [date(2025, 3, 31), date(2025, 9, 30)]
    figures = [replace(PLAIN, period_kind="snapshot", start_date=d, end_date=d) for d in days]
    write(tmp_path, figures)
    assert [r["snapshot_date"] for r in rows_of(tmp_path / "cse-snapshot-count.csv")] == [
        "2025-03-31",
        "2025-09-30",
    ]
    first = rows_of(tmp_path / "cse-snapshot-count.meta.csv")[0]
    assert (first["col_name"], first["filter_default"]) == ("snapshot_date", "2025-09-30")


@pytest.mark.parametrize(
    ("last", "barnsley"), [(date(2025, 3, 31), "E08000016"), (date(2025, 4, 30), "E08000038")]
)
def test_a_council_has_the_code_of_the_period(tmp_path, last, barnsley):
    figure = replace(
        PLAIN, area_code="370", period_kind="month", start_date=last.replace(day=1), end_date=last
    )
    write(tmp_path, [figure])
    (row,) = rows_of(tmp_path / "cse-monthly-count.csv")
    assert (row["old_la_code"], row["new_la_code"], row["la_name"]) == ("370", barnsley, "Barnsley")


@pytest.mark.parametrize(
    ("mark", "told"), [("c", "c"), ("*", "c"), ("x", "x"), ("z", "z"), ("u", "u"), ("", "z")]
)
def test_marks_become_the_standards_symbols(tmp_path, mark, told):
    write(tmp_path, [replace(YIELD, value=mark, lower="", upper=None)])
    (row,) = rows_of(tmp_path / "cse-annual-percent.csv")
    assert [row[c] for c in row if c.startswith("figure_percent")] == [told] * 3


@pytest.mark.parametrize(
    ("figures", "says"),
    [
        ([], "There are no figures to write as open data."),
        ([replace(PLAIN, value="1,234")], "I01 2024-25: 1,234 is neither a number nor a mark."),
        ([replace(PLAIN, period_kind="week")], "The open data standard has no time identifier for a week."),
        ([replace(PLAIN, area_code="OUT")], "The open data standard has no place for the area OUT."),
        ([PLAIN, PLAIN], "1 rows have the same time, place and filters as another"),
    ],
)
def test_what_cannot_be_told_is_refused_and_nothing_is_written(tmp_path, figures, says):
    with pytest.raises(Refusal, match=re.escape(says)):
        write(tmp_path / "new", figures)
    assert not (tmp_path / "new").exists()


def test_restricted_figures_bear_no_licence(tmp_path):
    restricted = MANIFEST | {"protection": "Restricted: do not publish."}
    with pytest.raises(Refusal, match="bear no licence"):
        write_open_data(FIGURES, AREAS, INDICATORS, restricted, tmp_path, licence={"name": "OGL-UK-3.0"})


@pytest.mark.faults(79)
def test_a_text_is_no_formula_and_a_number_below_nought_stays_one(tmp_path):
    figure = replace(
        PLAIN, breakdown="=cmd", breakdown_value="SUM", breakdown_label="@SUM(A1)", value="-1.5", note="+1"
    )
    write(tmp_path, [figure])
    _, row = rows_of(tmp_path / "cse-annual-count.csv")
    told = [row[c] for c in ("breakdown_topic", "breakdown", "figure_count", "note")]
    assert told == ["'=cmd", "'@SUM(A1)", "-1.5", "'+1"]


def test_the_order_they_come_in_changes_nothing(tmp_path):
    figures = [*FIGURES, YIELD]
    write(tmp_path / "a", figures)
    write_open_data(figures[::-1], AREAS, INDICATORS[::-1], MANIFEST, tmp_path / "b")
    a, b = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in "ab")
    assert a == b


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("complaint", "count"),
        ("FTE, all child and family social workers", "fte"),
        ("% of crimes", "percent"),
        ("complaints per 10,000 aged 0-17", "rate"),
        ("actions per 100 open CSE cases", "rate"),
        ("median of the medians sent, days", "median"),
        ("rate ratio", "ratio"),
    ],
)
def test_units_are_of_a_measure(unit, name):
    assert measure(unit).name == name


def test_every_indicator_has_an_item_of_its_own():
    items = [item(row["indicator_code"], row["name"], row["unit"]) for row in INDICATORS]
    assert len(set(items)) == len(items) and max(map(len, items)) <= 120


def test_every_indicator_of_every_area_passes(tmp_path):
    figures = [
        replace(
            PLAIN, indicator_code=i["indicator_code"], indicator=i["name"], unit=i["unit"], area_code=area
        )
        for i in INDICATORS
        for area in ("370", "371", "372", "373", "SY", "U")
    ]
    written = write(tmp_path, figures)
    assert screen(tmp_path) == []
    told = sum(len(rows_of(p)) for p in written if p.suffix == ".csv" and ".meta" not in p.name)
    assert told == len(figures)


def test_the_package_describes_each_file(tmp_path):
    licence = {"name": "OGL-UK-3.0", "title": "Open Government Licence v3.0"}
    paths = write(tmp_path, [*FIGURES, YIELD], licence=licence)
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    assert (package["release"], package["vintage"]) == (MANIFEST["name"], MANIFEST["vintage"])
    assert (package["as_at"], package["protection_profile"]) == (None, "public")
    assert re.fullmatch(r"[a-z0-9._/-]+", package["name"])
    assert package["temporal"] == {"start": "2024-04-01", "end": "2025-03-31"}
    assert package["licenses"] == [licence]
    assert package["sources"][0] == {"title": "Return R01"}
    assert {i["item"] for i in package["indicators"]} >= {"I01 CSE complaints (complaint)"}
    assert "a clock" not in str(package)
    assert {r["path"] for r in package["resources"]} == {p.name for p in paths if p.suffix == ".csv"}
    for resource in package["resources"]:
        content = (tmp_path / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        follows_its_schema(resource["schema"], rows_of(tmp_path / resource["path"]))


def follows_its_schema(schema, rows):
    assert [f["name"] for f in schema["fields"]] == list(rows[0])
    read = {"number": float, "date": date.fromisoformat, "string": str}
    for row in rows:
        for field in schema["fields"]:
            text, rules = row[field["name"]], field.get("constraints", {})
            missing = text in schema["missingValues"]
            assert not (missing and rules.get("required"))
            if not missing:
                read[field["type"]](text)
                assert re.fullmatch(rules.get("pattern", ".*"), text)


def test_without_a_licence_the_package_says_so(tmp_path):
    write(tmp_path)
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    assert "licenses" not in package
    assert "No licence to use these figures has been given." in package["description"]


DATA, META = "cse-annual-count.csv", "cse-annual-count.meta.csv"


def swap(name, old, new, times=-1):
    """A fault: a text of a file replaced by another."""

    def plant(folder):
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, times), "utf-8", newline="")

    return plant


def move(name, to):
    return lambda folder: (folder / name).rename(folder / to)


def twice(name, line):
    def plant(folder):
        lines = (folder / name).read_text("utf-8").splitlines(keepends=True)
        (folder / name).write_text("".join([*lines, lines[line]]), "utf-8", newline="")

    return plant


ROT = "372,E08000018,Rotherham"
FAULTS = {
    "spaces": (move(DATA, "cse annual.csv"), "the file's name has a space"),
    "signs": (move(DATA, "cse&annual.csv"), "a sign other than letters, digits"),
    "capitals": (move(DATA, "CSE.csv"), "a capital letter"),
    "long name": (move(DATA, "c" * 51 + ".csv"), "longer than 50"),
    "no metadata": (move(META, "other.txt"), "there is no metadata cse-annual-count.meta.csv"),
    "no data": (move(DATA, "other.txt"), "there is no data file of this name"),
    "ragged": (swap(DATA, ",z\n", "\n", 1), "line 2 has 23 cells, not 24"),
    "columns of one name": (swap(DATA, "numerator_count", "note"), "two columns have one name"),
    "empty line": (swap(DATA, "\n", "\n" + "," * 23 + "\n", 1), "line 2 is empty"),
    "no time": (swap(DATA, "time_period", "period"), "the data lack the column 'time_period'"),
    "no label": (swap(META, "label", "labels"), "the metadata lacks the column 'label'"),
    "odd metadata": (swap(META, "filter_default", "colour"), "a column it may not have: 'colour'"),
    "not in data": (swap(META, "numerator_count", "numerator"), "in the metadata but not in the data"),
    "not in metadata": (
        swap(META, "note,Indicator,Note,About the figure,,0,,,\n", ""),
        "in the data but not",
    ),
    "not snake case": (swap(DATA, "breakdown_topic", "Topic"), "not a name in snake_case: 'Topic'"),
    "smushed": (
        lambda f: [swap(n, "numerator_count", "female_count")(f) for n in (DATA, META)],
        "an indicator that holds a filter's item: 'female_count'",
    ),
    "old name": (
        lambda f: [swap(n, "breakdown_topic", "characteristic_group")(f) for n in (DATA, META)],
        "a name no longer in use",
    ),
    "own ethnicity": (
        lambda f: [swap(n, "breakdown_topic", "ethnic_group")(f) for n in (DATA, META)],
        "a name other than the harmonised ones: 'ethnic_group'",
    ),
    "odd type": (swap(META, "note,Indicator", "note,Text"), "neither Filter nor Indicator: 'Text'"),
    "place in metadata": (
        swap(META, "note,Ind", "la_name,Indicator,Council,,,0,,,\nnote,Ind"),
        "time and place have no row in the metadata: 'la_name'",
    ),
    "place as filter": (
        lambda f: [swap(n, "breakdown_topic", "ward")(f) for n in (DATA, META)],
        "a filter named as a place is: 'ward'",
    ),
    "label twice": (swap(META, ",Note,", ",Indicator,"), "a label used twice: 'Indicator'"),
    "no label text": (swap(META, "note,Indicator,Note,", "note,Indicator,,"), "a label is blank"),
    "hint": (swap(META, "figure,,0,,,\n", "figure,,0,Hint,,\n", 1), "kind Indicator and has a filter_hint"),
    "filter's unit": (swap(META, "Filter,Indicator,,,", "Filter,Indicator,,%,"), "kind Filter and has a"),
    "unit": (swap(META, "behind the figure,,0", "behind the figure,people,0"), "the unknown unit 'people'"),
    "places": (swap(META, ",,0,,,", ",,1.5,,,", 1), "is not a whole number"),
    "group by signs": (
        swap(DATA, "Sex,Male", "Sex!,Male"),
        "the items of the group 'breakdown_topic' differ by signs alone",
    ),
    "group of two": (swap(META, "add up,,", "add up,breakdown_topic,"), "a group of two filters"),
    "large group": (
        lambda f: [swap(DATA, old, "Female")(f) for old in ("0-9", "Male")],
        "the group 'breakdown_topic' has more items than the filter 'breakdown'",
    ),
    "identifier": (swap(DATA, "Financial year", "Fiscal year"), "an unknown time_identifier: 'Fiscal year'"),
    "mixed": (swap(DATA, "Financial year", "Tax year", 1), "time identifiers that may not be mixed"),
    "not digits": (swap(DATA, "202425", "2024-25"), "not of four or six digits: '2024-25'"),
    "length": (swap(DATA, "202425", "2024"), "the wrong length for its identifier: '2024'"),
    "years": (swap(DATA, "202425", "202426"), "years do not follow one another: '202426'"),
    "one item": (
        swap(DATA, "I02 CSE crimes (crime)", "I01 CSE complaints (complaint)"),
        "a filter with one item",
    ),
    "blank item": (swap(DATA, "Sex,Male", "Sex,"), "the filter 'breakdown' has a blank item"),
    "space": (swap(DATA, "Sex,Male", "Sex,Male "), "begins or ends with a space"),
    "long item": (
        swap(DATA, "Sex,Male", "Sex," + "m" * 121),
        "an item of the filter 'breakdown' is too long",
    ),
    "no total": (swap(DATA, "Total,Total", "Total,Everyone"), "has no item 'Total' to begin with"),
    "default": (swap(META, ",,I01 CSE", ",,I99 CSE"), "has no item 'I99 CSE complaints (complaint)'"),
    "total of places": (
        swap(DATA, ROT, "372,E08000018,Total"),
        "a Total stands in a column of time or place",
    ),
    "duplicates": (twice(DATA, 1), "1 rows have the same time, place and filters"),
    "obsolete": (swap(DATA, ",11,z,11,", ",11,z,*,"), "'figure_count' has a symbol no longer in use: '*'"),
    "null": (swap(DATA, "received,z,final,z", "received,NA,final,z", 1), "a symbol no longer in use: 'NA'"),
    "blank": (swap(DATA, ",11,z,11,", ",11,z,,"), "the indicator 'figure_count' has a blank"),
    "not a number": (swap(DATA, ",41,z,41,", ',"1,041",z,41,', 1), "neither number nor symbol: '1,041'"),
    "level": (swap(DATA, "Local authority,", "Council,"), "an unknown geographic_level: 'Council'"),
    "no region": (swap(DATA, "region_name", "district"), "a column of the level is lacking: 'region_name'"),
    "blank place": (swap(DATA, ROT, "372,E08000018,", 1), "'la_name' is blank in rows of the level Local"),
    "no region's code": (swap(DATA, ",E12000003,", ",,", 1), "'region_code' is blank in rows of the level"),
    "too many places": (
        swap(DATA, ",,,,E47000002", ",370,,,E47000002"),
        "'old_la_code' is filled in rows of",
    ),
    "council": (swap(DATA, ROT, "372,E08000018,Rochdale"), "not a Local authority code with its name: '372"),
    "devolved": (swap(DATA, "E47000002", "E23000011"), "not a English devolved area code with its name"),
    "country": (swap(DATA, "E92000001", "E92000002"), "not a National code with its name"),
    "unknown place": (swap(DATA, "x,x,Not available", "x,x,Unknown"), "where, and only where, 'la_name' is"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_screener_names_a_planted_fault(tmp_path, name):
    plant, says = FAULTS[name]
    write(tmp_path)
    assert screen(tmp_path) == []
    plant(tmp_path)
    found = screen(tmp_path)
    assert says in " | ".join(found)


def test_the_screener_reads_what_is_no_csv(tmp_path):
    write(tmp_path)
    (tmp_path / DATA).write_bytes(b"caf\xe9")
    (tmp_path / META).write_text("col_name\n", "utf-8")
    assert screen(tmp_path)[0].startswith(f"{DATA}: not a CSV in UTF-8")
