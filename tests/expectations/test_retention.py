"""How long each return is kept, and what of it may never be repeated, is said in its declaration."""

from __future__ import annotations

import copy

import pytest
import yaml

from expectations.dictionary import dictionary
from expectations.standard import RETURNS, StandardError, parse, standard

ALL = list(standard().values())
IDENTIFIES = (
    "person_key",
    "adult_key",
    "isva_key",
    "licence_key",
    "child_id_903",
    "upn",
    "nhs_number",
    "local_id",
)
DESCRIBES = (
    "birth_month",
    "sex",
    "disability_any",
    "residence_la",
    "ethnicity_code",
    "ethnicity_self",
    "rso_band",
)


def declared(**change) -> dict:
    given = yaml.safe_load((RETURNS / "pol_crime_person.yml").read_text("utf-8"))
    return copy.deepcopy(given) | change


@pytest.mark.parametrize("r", ALL, ids=lambda r: r.name)
def test_every_return_says_how_long_it_is_kept(r):
    given = yaml.safe_load((RETURNS / f"{r.name}.yml").read_text("utf-8"))["retention"]
    assert given == {"years": r.retention.years, "from": r.retention.since}
    assert f"- Kept for {r.retention.years} years from `{r.retention.since}`" in dictionary({r.name: r})


def test_a_row_that_tells_of_somebody_is_kept_no_longer_than_seven_years():
    """Identities apart, which must outlive what they link; and decisions on links, which hold pseudonyms only."""
    of_somebody = [r for r in ALL if any(f.name == "person_key" for f in r.fields)]
    assert {r.retention.years for r in of_somebody if r.name != "person_identity"} == {7}


@pytest.mark.parametrize(
    ("retention", "says"),
    [
        ({"years": 0, "from": "period_end"}, "years"),
        ({"years": "7", "from": "period_end"}, "years"),
        ({"years": True}, "years"),
        ({"years": 101}, "years"),
        ({"years": 7, "from": "nothing_of_the_kind"}, "date"),
        ({"years": 7, "from": "sex"}, "date"),
        ({"years": 7, "since": "period_end"}, "unknown key since"),
    ],
    ids=str,
)
def test_a_wrong_retention_is_refused(retention, says):
    with pytest.raises(StandardError, match=says):
        parse(declared(retention=retention), "pol_crime_person.yml")


def test_a_return_that_does_not_say_is_refused(tmp_path, monkeypatch):
    given = declared()
    del given["retention"]
    (tmp_path / "pol_crime_person.yml").write_text(yaml.safe_dump(given), "utf-8")
    monkeypatch.setattr("expectations.standard.RETURNS", tmp_path)
    with pytest.raises(StandardError, match="retention is missing"):
        standard.__wrapped__()


@pytest.mark.parametrize("r", ALL, ids=lambda r: r.name)
def test_what_identifies_is_sensitive_and_what_describes_is_personal(r):
    for f in r.fields:
        assert not (f.sensitive and f.personal)
        if f.name in IDENTIFIES or f.name.endswith("post_sector"):
            assert f.sensitive, f.name
        if f.name in DESCRIBES:
            assert f.personal or r.name == "person_identity" or not has_person(r), f.name
        assert f.withheld == (f.sensitive or f.personal)


def has_person(r) -> bool:
    return "person_key" in r.column_names


def test_sensitive_and_personal_at_once_is_refused():
    given = declared()
    given["fields"][5] |= {"sensitive": True, "personal": True}
    with pytest.raises(StandardError, match="sensitive says more"):
        parse(given, "pol_crime_person.yml")
