"""Hostile text where a person gives it or reads it: what is typed at a command, and a cell of a workbook of ours.

What agencies send, through whole nights and every command and report, is in tests/test_canary.py.
"""

from __future__ import annotations

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from typer.testing import CliRunner

import warehouse
from expectations.workbook import shown
from tests.planted.commands import ELSEWHERE, commands
from tests.planted.hostile import ALL, FORMULAS, HOSTILE, STEERING, TAGS
from tests.planted.steering import _of_csv, _of_page, _of_workbook, steering


def _command(name: str):
    found = typer.main.get_command(warehouse.app)
    for word in name.split():
        found = found.commands[word]
    return found


def _typed(name: str) -> list[str]:
    """A command with hostile text for everything that takes a text."""
    given = {"str": ALL, "list[str]": ALL, "Path": "nowhere", "list[Path]": "nowhere", "int": "1"}
    options, arguments = [], []
    for param in _command(name).params:
        if param.param_type_name == "argument":
            arguments.append(given[param.bare_type()])
        elif param.bare_type() == "str" or param.required:
            options += [param.opts[0], given[param.bare_type()]]
    return [*name.split(), *options, "--", *arguments]


@pytest.mark.faults(81)
@pytest.mark.parametrize("name", sorted(commands(warehouse.app) - ELSEWHERE))
def test_what_is_typed_steers_nothing_and_is_no_fault_of_ours(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(warehouse.app, ["--home", str(tmp_path / "home"), *_typed(name)])
    assert (done.exit_code in range(5), steering(done.output)) == (True, []), done.output
    assert "Usage:" not in done.output, done.output


@pytest.mark.faults(81)
@given(st.text())
def test_a_cell_of_ours_shows_all_there_is_and_turns_nothing_round(sent):
    assert steering(shown(sent)) == []
    assert len(shown(sent)) == len(sent)


def test_a_cell_of_ours_keeps_lines_and_spaces_as_they_are():
    assert shown("a\u00a0b\nc \u202ed") == "a\u00a0b\nc \ufffdd"


@pytest.mark.faults(79, 80, 81)
def test_what_looks_for_it_finds_it(tmp_path):
    """The search finds every hostile text where it stands bare: one that finds nothing proves nothing by itself."""
    import xlsxwriter

    assert all(steering(text) for text in STEERING if text != "hst\nhst")
    for text in FORMULAS:
        (tmp_path / "a.csv").write_text(f'"{text}"\n', "utf-8", newline="")
        assert [*_of_csv(tmp_path / "a.csv")], text
    for text in TAGS:
        page = html.tostring(html.fromstring(f'<p title="{text}">{text}</p>'), encoding="unicode")
        assert [*_of_page(page)], text
    for n, text in enumerate((FORMULAS[0], "https://example.org", STEERING[0], STEERING[3])):
        with xlsxwriter.Workbook(tmp_path / f"{n}.xlsx") as book:
            book.add_worksheet().write(0, 0, text)
        assert [*_of_workbook(tmp_path / f"{n}.xlsx")], text
    assert len({*HOSTILE}) == len(HOSTILE)
