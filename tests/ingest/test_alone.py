"""A file checked alone: a workbook of findings for each return that is in it."""

from __future__ import annotations

from pathlib import Path

from ingest import alone
from tests.ingest.national.census_pieces import HEAD, REFERRAL, TAIL, WHO

SEEDS = Path(__file__).parents[2] / "seeds"
CHILD = f"<Child>{WHO.format('C1')}{REFERRAL.format('2023-05-01')}</Child>"


def checked(files: list[Path], into: Path) -> list[str]:
    alone.check(files, SEEDS, None, None, None, into)
    return sorted(path.name for path in into.iterdir())


def test_a_file_of_several_returns_has_a_workbook_for_each(tmp_path):
    """They had one name, and the last was all that was left."""
    census = tmp_path / "census.xml"
    census.write_text(f"{HEAD}{CHILD}{TAIL}", "utf-8")
    assert checked([census], tmp_path / "out") == [
        "census.xml.R09_submission_1.findings.xlsx",
        "census.xml.R10_submission_2.findings.xlsx",
        "census.xml.R11_submission_3.findings.xlsx",
    ]


def test_so_have_files_of_one_name_and_one_alone_goes_by_its_name(tmp_path):
    files = []
    for folder, name in (("a", "odd.csv"), ("b", "odd.csv"), ("b", "other.csv")):
        files.append(tmp_path / folder / name)
        files[-1].parent.mkdir(exist_ok=True)
        files[-1].write_text(f"not,a,{folder},{name}\n", "utf-8")
    assert checked(files, tmp_path / "out") == [
        "odd.csv.unread_submission_1.findings.xlsx",
        "odd.csv.unread_submission_2.findings.xlsx",
        "other.csv.findings.xlsx",
    ]
