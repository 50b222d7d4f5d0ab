"""Proposed by one person, approved by another, published once; and attacked each time."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow.parquet
import pytest

from refusal import Refusal
from reports import disclosure
from reports.releases import beside, frozen, gate, partner_packs, proposals, releasing
from reports.releases.rows import number
from reports.statistics import byar
from tests.reports.frozen_marts import SEEDS, complaints, figure, financial, lay, tell

PROFILES = disclosure.profiles(SEEDS / "disclosure_profiles.csv")
EXACT = replace(PROFILES["dfe"], upper_base=0)
YEAR = financial(2024)
ENDS = ("lower", "upper")
TABLES = [f"{name}.{kind}" for name in ("figures", *beside.TABLES) for kind in ("csv", "parquet")]
RECORDS = complaints(5, 160)


@pytest.fixture
def marts(warehouse):
    lay(warehouse)
    tell(warehouse, RECORDS)
    return warehouse


@pytest.fixture
def notes():
    return []


@pytest.fixture
def note(notes):
    return lambda action, **facts: notes.append((action, facts))


@pytest.fixture
def propose(marts, tmp_path, note):
    def proposed(person="ann", profile=PROFILES["public"], vintage=None, **asked):
        if vintage:
            received(marts, vintage)
        wanted = releasing.Asked(YEAR, profile, years=2, **asked)
        return releasing.propose(marts, tmp_path, wanted, person, note)

    return proposed


def received(marts, day):
    """Another vintage: the same submission, received on another day."""
    marts.execute(
        "update landing.submissions set received_at = ? where submission_id = 3", [f"{day}T10:00:00Z"]
    )


def correct(marts, records):
    """The marts as they are after a correction."""
    marts.execute("delete from marts.fct_indicator_values")
    tell(marts, records)


def published(releases, folder, note, by="bob"):
    releasing.approve(releases, folder.name, by, note)
    return releasing.publish(releases, folder.name, by, note)


def rows(folder):
    return proposals.read_rows(folder)


def test_a_proposal_holds_protected_tables_and_says_what_they_rest_on(propose):
    folder = propose()
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert folder.parent.name == "proposed"
    assert (told["name"], told["proposed_by"], told["profile"]["name"]) == (folder.name, "ann", "public")
    assert (told["vintage"], told["submissions"]) == ("2025-05-02T10:30:00+00:00", 2)
    assert told["standard_versions"] == {"R04": ["1.1"], "R09": ["1.0"]}
    attack = told["attack"]
    assert (attack["exposed"], attack["primary"] > 20, attack["cells"] > 100) == (0, True, True)
    assert set(told["files"]) == {"truth.parquet", *TABLES}
    assert re.fullmatch("[0-9a-f]{64}", told["code_version"])
    values = {row["value"] for row in rows(folder)}
    assert not values & set("12346789")
    assert "c" in values


def test_the_truth_is_for_its_owners_eyes_alone(propose, tmp_path, note):
    os.umask(0o022)
    folder = propose()
    assert stat.S_IMODE((folder / "truth.parquet").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    public = published(tmp_path, folder, note)
    assert stat.S_IMODE((folder / "told.parquet").stat().st_mode) == 0o600
    names = {*TABLES, "manifest.json", "approval.json", "publication.json"}
    assert {p.name for p in public.iterdir()} == names


def test_nobody_approves_what_they_proposed(propose, tmp_path, note, notes):
    folder = propose("ann")
    with pytest.raises(
        Refusal, match=f"Ask a colleague .*release approve {re.escape(folder.name)}"
    ) as refused:
        releasing.approve(tmp_path, folder.name, "ann", note)
    assert refused.value.code == 3
    assert not (folder / "approval.json").exists()
    assert notes[-1][0] == "release approval refused"
    with pytest.raises(Refusal, match="is not approved") as refused:
        releasing.publish(tmp_path, folder.name, "bob", note)
    assert refused.value.code == 3


def test_an_approval_written_by_the_proposer_does_not_help(propose, tmp_path, note):
    folder = propose("ann")
    releasing.approve(tmp_path, folder.name, "bob", note)
    told = json.loads((folder / "approval.json").read_text("utf-8")) | {"approved_by": "ann"}
    (folder / "approval.json").write_text(json.dumps(told))
    with pytest.raises(Refusal, match="cannot approve it too"):
        releasing.publish(tmp_path, folder.name, "bob", note)


def test_what_is_approved_is_published_once_and_audited(propose, tmp_path, note, notes):
    folder = propose("ann")
    public = published(tmp_path, folder, note, "bob")
    assert public == tmp_path / "public" / folder.name
    assert rows(public) == rows(folder)
    actions = [action for action, _ in notes if action != "release checked"]
    assert actions == ["release proposed", "release approved", "release published"]
    before = {p.name: p.read_bytes() for p in public.iterdir()}
    for again in (lambda: published(tmp_path, folder, note, "eve"), lambda: propose("ann")):
        with pytest.raises(Refusal) as refused:
            again()
        assert refused.value.code == 3
    with pytest.raises(Refusal, match="never overwritten"):
        releasing.publish(tmp_path, folder.name, "eve", note)
    assert {p.name: p.read_bytes() for p in public.iterdir()} == before
    assert list((tmp_path / "public").glob(".draft-*")) == []


def test_what_changed_after_approval_is_not_published(propose, tmp_path, note):
    folder = propose()
    releasing.approve(tmp_path, folder.name, "bob", note)
    path = folder / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"ann"', '"eve"'))
    with pytest.raises(Refusal, match="changed after it was approved") as refused:
        releasing.publish(tmp_path, folder.name, "bob", note)
    assert refused.value.code == 3


@pytest.mark.parametrize("name", ["figures.csv", "figures.parquet", "truth.parquet", "more.csv"])
def test_a_file_that_is_not_the_one_proposed_is_refused(propose, tmp_path, note, name):
    folder = propose()
    with (folder / name).open("ab") as file:
        file.write(b"more")
    with pytest.raises(Refusal, match=f"{name} in {folder.name} is not what its manifest names") as refused:
        releasing.check(tmp_path, folder.name, note)
    assert refused.value.code == 3


def reseal(folder):
    """Make the manifest name the files that lie there, as somebody would who wants to pass."""
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").unlink()
    proposals.write_manifest(folder, told)


@pytest.mark.faults(83)
@pytest.mark.parametrize("is_small", [True, False])
def test_a_number_put_back_is_found_although_every_hash_is_right(propose, tmp_path, note, is_small):
    """A small count, and a large one that was hidden to keep a small one."""
    folder = propose(profile=EXACT)
    told, truth = rows(folder), pyarrow.parquet.read_table(folder / "truth.parquet").to_pylist()
    for row, true in zip(told, truth, strict=True):
        if row["value"] == "c" and (true["numerator"] <= 5) == is_small:
            row |= {"numerator": f"{true['numerator']:.0f}", "value": f"{true['value']:.0f}"}
            ends = byar(true["value"], 1)
            row |= {side: number(round(float(end), 1)) for side, end in zip(ENDS, ends, strict=True)}
    proposals.write_figures(folder, told)
    reseal(folder)
    with pytest.raises(Refusal) as refused:
        releasing.check(tmp_path, folder.name, note)
    assert refused.value.code == 3
    assert re.match(r"\d+ figures could be worked out .*\n  I01; complaint", str(refused.value))


def test_a_value_that_says_more_than_its_counts_is_refused(propose, tmp_path, note):
    folder = propose()
    told = rows(folder)
    n = next(n for n, row in enumerate(told) if row["value"] == "c")
    told[n]["value"] = "3"
    proposals.write_figures(folder, told)
    reseal(folder)
    with pytest.raises(Refusal, match="says more than its protected counts"):
        releasing.check(tmp_path, folder.name, note)


def test_the_same_figures_may_be_released_again(propose, tmp_path, note, marts):
    published(tmp_path, propose(profile=EXACT), note)
    folder = propose(profile=EXACT, vintage="2025-07-01")
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert len(told["earlier_releases"]) == 1
    published(tmp_path, folder, note)


def test_what_an_earlier_release_hid_cannot_be_had_from_a_later_one(propose, tmp_path, note):
    """First years alone, then quarters too: what is hidden in the one is not told by the other."""
    published(tmp_path, propose(profile=EXACT), note)
    folder = propose(profile=EXACT, vintage="2025-07-01", periods=("year",), method="suppression")
    first = {tuple(r.values())[:10]: r["value"] for r in rows(tmp_path / "public" / next_name(tmp_path))}
    second = {tuple(r.values())[:10]: r["value"] for r in rows(folder)}
    assert first.keys() == second.keys()
    releasing.check(tmp_path, folder.name, note)


def next_name(releases):
    return next(p.name for p in (releases / "public").iterdir())


@pytest.mark.faults(84)
def test_two_vintages_do_not_tell_that_one_child_came(propose, tmp_path, note, marts):
    """One more complaint: the figures it changes are not told anew, or only so that it is not known how many came."""
    published(tmp_path, propose(profile=EXACT), note)
    correct(marts, [*RECORDS, (2024, 3, "373", "13-15", "F", "N")])
    folder = propose(profile=EXACT, vintage="2025-07-01")
    before = {key(r): r["value"] for r in rows(tmp_path / "public" / next_name(tmp_path))}
    after = {key(r): r["value"] for r in rows(folder)}
    moved = {k for k in after if before[k] != after[k]}
    assert moved
    assert {after[k] for k in moved if before[k] != "c"} == {"c"}
    assert all(before[k] == "c" or after[k] == "c" for k in moved)
    published(tmp_path, folder, note)


def test_a_change_told_by_what_is_shown_is_exposed(marts):
    """Nineteen then, twenty now, both exact: one came, and the figure is named."""
    figures = frozen.freeze(marts, (YEAR,), ("year",))
    found = gate.prepare(figures, EXACT, [True] * figures.num_rows, [])
    shown = disclosure.protect(found.publication.problem, EXACT)
    cell = int(np.nanargmax(shown.shown))
    now = shown.shown[cell]
    for then, is_told in ((now - 1, True), (now + 5, True), (now - 6, False)):
        changed = replace(found, changed=[(cell, then, then, now - then)])
        assert (gate.exposed(changed, shown, EXACT) == [found.publication.named[cell]]) is is_told


def key(row):
    return tuple(
        row[c] for c in ("indicator_code", "unit", "area_code", "period", "breakdown", "breakdown_value")
    )


def test_a_release_that_came_meanwhile_is_looked_at_before_publishing(propose, tmp_path, note, marts):
    """Two proposals of two vintages, each safe alone; the second to be published must stand beside the first."""
    first = propose(profile=EXACT)
    correct(marts, [*RECORDS, (2024, 3, "373", "13-15", "F", "N")])
    second = propose(profile=EXACT, vintage="2025-07-01")
    for folder in (first, second):
        releasing.approve(tmp_path, folder.name, "bob", note)
    releasing.publish(tmp_path, first.name, "bob", note)
    with pytest.raises(
        Refusal, match=r"could be worked out .*Nothing was released:\n  I01; complaint"
    ) as refused:
        releasing.publish(tmp_path, second.name, "bob", note)
    assert refused.value.code == 3
    assert not (tmp_path / "public" / second.name).exists()


def test_a_release_of_more_that_came_meanwhile_asks_for_a_new_proposal(propose, tmp_path, note, marts):
    first = propose()
    figure(marts, "I02", "crime", "SY", YEAR, 40)
    second = propose(vintage="2025-07-01")
    releasing.approve(tmp_path, first.name, "bob", note)
    published(tmp_path, second, note)
    with pytest.raises(Refusal, match="published meanwhile and tells figures that were not looked at"):
        releasing.publish(tmp_path, first.name, "bob", note)


def test_without_what_an_earlier_release_told_nothing_is_released(propose, tmp_path, note):
    folder = propose()
    published(tmp_path, folder, note)
    (folder / "told.parquet").unlink()
    with pytest.raises(Refusal, match=r"told\.parquet is not there") as refused:
        propose(vintage="2025-07-01")
    assert refused.value.code == 3


def test_nothing_is_written_where_the_public_knows_too_much(propose, tmp_path, note):
    """An earlier release told small counts: hiding them now hides nothing."""
    published(tmp_path, propose(profile=replace(EXACT, name="loose", primary_to=0)), note)
    before = sorted(p.name for p in (tmp_path / "proposed").iterdir())
    with pytest.raises(
        Refusal, match=r"(?s)^\d+ figures could be worked out .*\n  I01; complaint"
    ) as refused:
        propose(profile=EXACT, vintage="2025-07-01")
    assert refused.value.code == 3
    assert sorted(p.name for p in (tmp_path / "proposed").iterdir()) == before


def test_what_is_left_out_is_not_in_it(propose, marts):
    figure(marts, "I02", "crime", "SY", YEAR, 40)
    assert {row["indicator_code"] for row in rows(propose(without=("I01",)))} == {"I02"}
    with pytest.raises(Refusal, match="There is no indicator I99 to leave out"):
        propose(without=("I99",))


def test_the_partner_profile_is_never_public(propose):
    with pytest.raises(Refusal, match="never public") as refused:
        propose(profile=PROFILES["partner"])
    assert refused.value.code == 3


def agreements(tmp_path, expires="2036-12-31"):
    path = tmp_path / "sharing_agreements.csv"
    header = "agreement_ref,party,return_codes,fields,legal_basis,purpose,valid_from,expires_on,source\n"
    path.write_text(header + f"ISA-1,ROT,all,all,CA2004_S10,Test,2020-01-01,{expires},Made up\n")
    return path


def test_a_partners_copy_is_whole_and_watermarked_and_not_public(marts, tmp_path, note, notes):
    figure(marts, "I37", "% of recommendations", "372", YEAR, 3, 5)
    listed = agreements(tmp_path)
    folder = partner_packs.partner_pack(marts, tmp_path, listed, "ROT", YEAR, "ISA-1", "ann", note)
    assert folder.parent == tmp_path / "partner"
    watermark = "PARTNER COPY under ISA-1. Small numbers. No onward sharing."
    told = rows(folder)
    assert {row["watermark"] for row in told} == {watermark}
    assert {row["area_code"] for row in told} == {"372"}
    assert {row["value"] for row in told} >= {"60", "1"}
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {0o600}
    for path in folder.iterdir():
        assert watermark in (path.read_text("utf-8") if path.suffix != ".parquet" else watermark)
    assert notes == [
        ("partner pack made", {"name": folder.name, "agreement": "ISA-1", "party": "ROT", "area": "372"})
    ]


@pytest.mark.parametrize(
    ("reference", "expires", "says"),
    [
        ("ISA-9", "2036-12-31", "There is no agreement ISA-9"),
        ("ISA-1", "2024-12-31", "was in force from 2020-01-01 to 2024-12-31"),
    ],
)
def test_no_copy_without_an_agreement_in_force(marts, tmp_path, note, reference, expires, says):
    listed = agreements(tmp_path, expires)
    with pytest.raises(Refusal, match=says) as refused:
        partner_packs.partner_pack(
            marts, tmp_path, listed, "ROT", YEAR, reference, "ann", note, today=date(2025, 1, 15)
        )
    assert refused.value.code == 3
    assert not (tmp_path / "partner").exists()


@pytest.mark.parametrize(
    ("asked", "says"),
    [({"periods": ("week",)}, "There is no period week"), ({"year": "2024"}, "is not a financial year")],
)
def test_what_cannot_be_asked_is_said_in_words(marts, tmp_path, note, asked, says):
    wanted = replace(releasing.Asked(YEAR, PROFILES["public"]), **asked)
    with pytest.raises(Refusal, match=says):
        releasing.propose(marts, tmp_path, wanted, "ann", note)


@pytest.mark.parametrize("name", ["nothing", "../public/x", ".."])
def test_a_name_that_is_no_proposal_is_said(tmp_path, note, name):
    with pytest.raises(Refusal, match="There is no proposed release"):
        releasing.check(tmp_path, name, note)
