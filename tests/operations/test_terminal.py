"""What `check` shows of a file with more findings than a screen holds."""

from __future__ import annotations

import json

from ingest.submissions import Fate, Outcome
from operations import terminal

FATE = Fate("accepted with findings", None, 30, 5, 25, 0)
OUTCOME = Outcome("R05", "SYP", "2024-05", "r05.csv", FATE, 0.0, 1)


def finding(line: int, column: str | None = "start_date", severity: str = "error") -> dict:
    return {
        "file": "r05.csv", "sheet": None, "line": line, "column_name": column, "value": "x",
        "rule_code": "C205", "severity": severity, "says": "It is no date.",
    }  # fmt: skip


def shown(capsys, findings: list[dict]) -> list[str]:
    terminal.show_check([OUTCOME], findings, False)
    *lines, ended = capsys.readouterr().out.splitlines()
    assert ended.startswith("r05.csv: R05 SYP 2024-05: accepted with findings; 30 rows read")
    return lines


def test_the_first_twenty_of_a_kind_are_shown_and_the_others_counted(capsys):
    lines = shown(capsys, [finding(n) for n in range(2, 27)])
    assert lines[0] == "error C205 r05.csv line 2 column start_date: 'x'. It is no date."
    assert lines[19].startswith("error C205 r05.csv line 21 ")
    assert lines[20:] == [
        "error C205 r05.csv column start_date: 5 more. --workbooks writes all of them into a workbook, --json prints them."
    ]


def test_twenty_are_all_there_are(capsys):
    assert len(shown(capsys, [finding(n) for n in range(2, 22)])) == 20


def test_what_is_wrong_in_another_column_or_worse_is_another_kind(capsys):
    findings = [finding(n) for n in range(2, 30)] + [finding(3, "end_date"), finding(4, None, "file")]
    assert shown(capsys, findings)[20:] == [
        "error C205 r05.csv line 3 column end_date: 'x'. It is no date.",
        "file C205 r05.csv line 4: 'x'. It is no date.",
        "error C205 r05.csv column start_date: 8 more. --workbooks writes all of them into a workbook, --json prints them.",
    ]


def test_of_a_whole_line_they_are_counted_without_a_column(capsys):
    lines = shown(capsys, [finding(n, None) for n in range(1_500)])
    assert lines[20:] == [
        "error C205 r05.csv: 1,480 more. --workbooks writes all of them into a workbook, --json prints them."
    ]


def test_a_machine_is_told_all_of_them(capsys):
    terminal.show_check([OUTCOME], [finding(n) for n in range(2, 27)], True)
    assert [f["line"] for f in json.loads(capsys.readouterr().out)["findings"]] == list(range(2, 27))


def test_a_file_of_no_known_return_is_said_to_be_of_none(capsys):
    terminal.show_check([Outcome(None, None, None, "odd.csv", FATE, 0.0, 1)], [], False)
    assert capsys.readouterr().out.startswith("odd.csv: no return: accepted with findings; 30 rows read")
