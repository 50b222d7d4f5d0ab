"""The page to explore, in a real browser against the real server: keyboard, figures, address bar, files, axe."""

from __future__ import annotations

import csv
import io
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from refusal import Refusal
from reports.explore import run
from reports.explore.chosen import (
    NEIGHBOURS,
    NO_FUNNEL,
    OURS,
    REGION,
    Choice,
    comparison,
    funnel,
    trend,
    whole,
)
from reports.explore.launch import HERE, OPTIONS, free_port
from reports.indicators.catalogue import catalogue, find
from reports.indicators.series import series
from tests.browser import chromium, violations
from tests.reports.explored_release import explored

HOUSE = Path(__file__).parents[2]
START = "import sys; from pathlib import Path; from reports.explore import run; run(Path(sys.argv[1]), int(sys.argv[2]), False)"
SHARE = "indicator=I20&unit=%25+of+required"
TABS = ("Trend", "Comparison", "Funnel", "Table", "Definition")


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return explored(tmp_path_factory.mktemp("explored"))


@pytest.fixture(scope="module")
def address(release):
    """The page, served by a process of its own; its address once it answers."""
    pytest.importorskip("streamlit", reason='Streamlit is not installed: pip install ".[ui]"')
    port = free_port(None)
    command = [sys.executable, "-c", START, str(release.folder), str(port)]
    server = subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = []
        while "URL:" not in (line := server.stdout.readline()):
            said.append(line)
            assert line, f"the server ended: {said}"
        yield f"http://{HERE}:{port}/"
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:  # it waits for a browser that has gone
            server.kill()
            server.wait()
        server.stdout.close()


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


def part_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def open_tab(page, name: str):
    """The tab, open and drawn."""
    page.get_by_role("tab", name=name).click()
    shown = page.get_by_role("tabpanel", name=name).locator(".stHtml")
    shown.first.wait_for()
    return shown


def settled(page) -> None:
    """The page drawn to its end: while it is drawn anew, what has the focus may be taken away with it."""
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()


def cells(page) -> list[list[str]]:
    rows = page.get_by_role("tabpanel").locator("table").first.locator("tbody tr")
    return [row.locator("th, td").all_inner_texts() for row in rows.all()]


def downloaded(page, words: str) -> bytes:
    with page.expect_download() as found:
        page.get_by_role("button", name=words).click()
    return Path(found.value.path()).read_bytes()


def test_chosen_by_keyboard_the_page_shows_the_figures_of_the_release(browser, address):
    with browser.page(address) as (page, complaints):
        page.get_by_role("heading", name="I01 CSE complaints, complaint").wait_for()
        assert page.get_by_text("Restricted: small numbers not yet protected. Do not publish.").is_visible()
        settled(page)
        page.get_by_role("combobox", name="Indicator").focus()
        page.keyboard.type("I20")
        page.get_by_role("option", name="I20").first.wait_for()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="I20 Independent return interviews within 72 hours").wait_for()
        settled(page)
        page.get_by_role("tab", name="Trend").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.get_by_role("tabpanel", name="Comparison").get_by_text("the benchmark").wait_for()
        assert cells(page) == [
            ["Barnsley", "38.5", "26.5 to 52.0", "20", "52", "similar", "changed by no more than chance allows", "final"],
            ["Doncaster", "18.2", "9.5 to 32.0", "8", "44", "worse", "changed by no more than chance allows", "final"],
            ["Rotherham", "75.0", "64.5 to 83.2", "60", "80", "better", "rose", "final"],
            ["Sheffield", "[z]", "[z]", "0", "0", "not compared", "cannot be compared", "final"],
            ["South Yorkshire", "50.0", "42.7 to 57.3", "88", "176", "the benchmark", "rose", "final"],
        ]  # fmt: skip
        page.wait_for_url("**tab=Comparison")
        assert part_of(page.url) == {
            "indicator": "I20", "unit": "% of required", "area": "SY", "group": "areas", "kind": "financial_year",
            "period": "2024-25", "breakdown": "all", "part": "all", "tab": "Comparison",
        }  # fmt: skip
        assert complaints == []


def test_a_link_leads_back_to_a_choice_and_back_to_the_one_before(browser, address):
    asked = f"{address}?{SHARE}&area=372&period=2023-24&breakdown=care&part=from+care&tab=Comparison&opened=x"
    with browser.page(asked) as (page, complaints):
        page.get_by_role("heading", name="I20 Independent").wait_for()
        page.get_by_role("tabpanel", name="Comparison").locator("table").first.wait_for()
        # What is no choice is not believed, and goes.
        page.wait_for_url(lambda url: "opened" not in url)
        told = part_of(page.url)
        assert (told["area"], told["period"], told["breakdown"], told["part"]) == (
            "372",
            "2023-24",
            "care",
            "from care",
        )
        settled(page)
        page.get_by_role("combobox", name="Breakdown").focus()
        page.keyboard.type("None")
        page.get_by_role("option", name="None").first.wait_for()
        page.keyboard.press("Enter")
        page.wait_for_url("**breakdown=all**")
        assert cells(page)[2][:3] == ["Rotherham", "30.0", "21.9 to 39.6"]
        page.go_back()
        page.wait_for_url("**breakdown=care**")
        page.get_by_text("Missing from care: areas side by side").wait_for()
        assert complaints == []


def test_what_is_seen_can_be_taken_away(browser, address, release):
    with browser.page(f"{address}?indicator=I01&area=372&kind=month&tab=Trend") as (page, complaints):
        picture = page.get_by_role(
            "img", name="Run chart: CSE complaints: Rotherham, April 2024 to March 2025."
        )
        picture.wait_for()
        told = list(csv.DictReader(io.StringIO(downloaded(page, "Download the figures").decode())))
        held = release.ask(
            "from figures where indicator_code = 'I01' and period_kind = 'month' order by start_date"
        )
        assert [(r["period"], r["value"], r["area_code"]) for r in told] == [
            (r["period"], r["value"], r["area_code"]) for r in held
        ]
        assert [r["value"] for r in told] == [str(90 + n) for n in range(12)]
        assert downloaded(page, "Download the picture").startswith(b"\x89PNG\r\n")
        assert complaints == []


def test_every_tab_is_for_everyone(browser, address):
    with browser.page(f"{address}?{SHARE}") as (page, complaints):
        page.get_by_role("heading", name="I20 Independent").wait_for()
        for tab in TABS:
            open_tab(page, tab)
            assert (tab, violations(page)) == (tab, [])
        assert (
            "Ended missing episodes of a council"
            in page.get_by_role("tabpanel", name="Definition").inner_text()
        )
        assert complaints == []


def chosen(release, code, unit, **more):
    told = series(release, find(catalogue(release), code, unit))
    asked = {"area": "372", "kind": "financial_year", "period": "2024-25", "group": OURS, "part": whole(told)}
    return told, Choice(**asked | more)


def test_no_funnel_and_no_neighbours_are_said_in_words(release):
    counts, choice = chosen(release, "I01", "complaint")
    assert funnel(counts, choice).words == [NO_FUNNEL]
    children, choice = chosen(release, "I13", "child", group=REGION)
    shown = comparison(children, release, choice)
    assert shown.grids[1].rows == [["2024-25", "76", "12400"]]
    near = comparison(children, release, chosen(release, "I13", "child", group=NEIGHBOURS)[1])
    assert near.words == [
        "The release holds no published figure of the statistical neighbours (Barnsley) beside this indicator."
    ]


def test_parts_without_a_whole_are_each_shown(release):
    stages, choice = chosen(release, "I35", "% of referrals")
    assert choice.part == ("stage", "")
    shown = trend(stages, choice)
    assert shown.grids[0].columns == ["Period", "Referral accepted", "Assessment"]
    assert shown.grids[0].rows == [["2024-25", "100.0", "98.1"]]
    assert shown.pictures[0].alt.startswith("Small line charts, one a part: Safeguarding funnel")
    assert [f.value for f in shown.figures] == ["100", "98.1481"]


def test_it_is_on_this_computer_alone_and_tells_nobody():
    assert HERE == "127.0.0.1"
    assert {name: OPTIONS[name] for name in ("server.address", "browser.gatherUsageStats", "server.fileWatcherType")} == {
        "server.address": "127.0.0.1", "browser.gatherUsageStats": False, "server.fileWatcherType": "none",
    }  # fmt: skip
    assert OPTIONS["server.enableXsrfProtection"] and OPTIONS["server.headless"]


def test_what_cannot_be_started_says_why(release, tmp_path, monkeypatch):
    with socket.socket() as taken:
        taken.bind((HERE, 0))
        taken.listen()
        with pytest.raises(Refusal, match="cannot be had"):
            run(release.folder, taken.getsockname()[1], is_opened=False)
    with pytest.raises(Refusal, match="holds no release"):
        run(tmp_path, is_opened=False)
    monkeypatch.setitem(sys.modules, "streamlit", None)
    with pytest.raises(Refusal, match=r'pip install "south-yorkshire-core-data\[ui\]"'):
        run(release.folder, is_opened=False)
