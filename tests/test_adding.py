"""A new return and a new indicator, by following docs/ alone: twelve files, two of them derived, and no Python."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
ADDED = Path(__file__).parent / "added"
PARTS = ("expectations", "ingest", "operations", "reports", "demo", "seeds", "dbt_project", "docs")
COUNTS = "dbt_project/models/marts/fct_indicator_counts.sql"
INDICATOR = {
    "indicator_code": "I90",
    "unit": "% of sessions",
    "name": "School sessions missed",
    "basis": "flow",
    "polarity": "-",
    "disclosure": "L",
    "seed_reference": "none",
    "returns": "R90",
    "relation": "fct_school_absences",
    "period_match": "within",
    "date_column": "term_start_date",
    "area_column": "area_code",
    "row_filter": "true",
    "numerator": "sum(sessions_missed)",
    "denominator": "sum(sessions_possible)",
    "scale": "100",
    "breakdowns": "absence kind=absence_kind",
    "has_total": "Y",
    "zero_when_empty": "Y",
    "is_additive": "N",
    "in_annual_report": "N",
    "source": "A test's own indicator",
}


@pytest.fixture(scope="module")
def branch(tmp_path_factory):
    """The project as a branch of its own with the additions made: its folder and the files touched."""
    folder = tmp_path_factory.mktemp("branch") / "project"
    for part in PARTS:
        shutil.copytree(HERE / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "target"))
    for path in HERE.glob("*.py"):
        shutil.copy(path, folder)
    touched = set()
    for path in sorted(p for p in ADDED.rglob("*") if p.is_file() and "sent" not in p.parts):
        target = folder / path.relative_to(ADDED)
        # A seed has rows added to it; anything else is a new file.
        with target.open("a" if target.suffix == ".csv" else "x", encoding="utf-8") as f:
            f.write(path.read_text("utf-8"))
        touched.add(target)
    indicators = folder / "seeds" / "indicators.csv"
    columns = next(csv.reader([indicators.read_text("utf-8").splitlines()[0]]))
    with indicators.open("a", encoding="utf-8", newline="") as f:
        csv.DictWriter(f, columns, lineterminator="\n").writerow(INDICATOR)
    counts = folder / COUNTS
    counts.write_text(
        counts.read_text("utf-8").replace('"fct_workforce"', '"fct_workforce", "fct_school_absences"')
    )
    return folder, touched | {indicators, counts}


def run(folder: Path, home: Path, *words: str) -> subprocess.CompletedProcess:
    line = [sys.executable, "warehouse.py", "--home", str(home), *words]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True)


def test_a_return_and_an_indicator_need_no_python(branch, tmp_path):
    folder, touched = branch
    derived = run(folder, tmp_path, "sync")
    assert derived.stdout.count("written: ") == 2, derived.stderr
    assert len(touched) + 2 == 12
    assert not [p for p in touched if p.suffix == ".py"]
    told = run(folder, tmp_path, "nightly", "--inbox", str(ADDED / "sent"), "--json")
    assert told.returncode == 0, told.stderr
    (submission,) = json.loads(told.stdout)["submissions"]
    assert (submission["rows_accepted"], submission["rows_quarantined"]) == (4, 0)
    figures = run(
        folder,
        tmp_path,
        "query",
        "select area_code, breakdown_value, numerator, denominator, round(value, 1) as value, status "
        "from marts.fct_indicator_values where indicator_code = 'I90' and period = '2023-24' "
        "and area_code = '372' order by all",
        "--csv",
    )
    assert figures.stdout.splitlines()[1:] == [
        "372,AUTHORISED,12.0,120.0,10.0,received",
        "372,UNAUTHORISED,59.0,340.0,17.4,received",
        "372,all,71.0,460.0,15.4,received",
    ]


def test_the_new_rule_speaks_to_the_agency(branch, tmp_path):
    folder, _ = branch
    sent = next((ADDED / "sent").rglob("*.csv"))
    wrong = tmp_path / sent.name
    wrong.write_text(sent.read_text("utf-8").replace("30,120", "121,120"), "utf-8")
    told = run(folder, tmp_path, "check", str(wrong))
    assert "sessions_missed must not be more than sessions_possible." in told.stdout
