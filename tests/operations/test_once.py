"""What is worked out once for all nodes of dbt's is what each would have worked out for itself."""

from __future__ import annotations

import agate
import jinja2
import parsedatetime
import pytest
from dbt.context.macros import MacroNamespace
from dbt_common.clients.jinja import MacroFuzzEnvironment, NativeSandboxEnvironment, get_template
from hypothesis import given
from hypothesis import strategies as st

from operations.once import once

NAMES = st.dictionaries(st.sampled_from(["ref", "way", "dbt", "core", "kept"]), st.integers(0, 3))
PLACES = st.tuples(NAMES, NAMES, NAMES, NAMES)


@pytest.fixture
def compiled(monkeypatch) -> list[str]:
    """The texts that Jinja compiles from now on."""
    made, as_ever = [], jinja2.Environment.compile

    def noted(environment, source, *more):
        made.append(source)
        return as_ever(environment, source, *more)

    monkeypatch.setattr(jinja2.Environment, "compile", noted)
    return made


def test_a_text_is_compiled_once_for_each_way_to_answer_and_rendered_for_each_who_asks(compiled):
    text = "{{ 1 + number }} of test_once"
    with once():
        told = [
            get_template(text, {"number": n}, native=native).render({})
            for native in (False, True)
            for n in (1, 2)
        ]
        assert told == ["2 of test_once", "3 of test_once"] * 2
    assert compiled == [text] * 2
    with once():
        assert get_template(text, {"number": 3}).render({}) == "4 of test_once"
    assert compiled == [text] * 2


def test_what_has_a_name_is_compiled_as_ever(compiled):
    with once():
        for _ in range(2):
            MacroFuzzEnvironment().compile("of test_once by name", "model.sql")
    assert compiled == ["of test_once by name"] * 2


def test_agate_learns_its_dates_once_and_still_reads_them():
    with once():
        dates = [agate.Date(), agate.Date()]
        assert dates[0]._constants is dates[1]._constants
        assert [d.cast("1 March 2024").isoformat() for d in dates] == ["2024-03-01"] * 2


@given(PLACES)
def test_a_name_is_found_where_it_ever_was(places):
    def told() -> tuple:
        found = MacroNamespace(*places)
        with pytest.raises(KeyError) as missing:
            found["nowhere"]
        return dict(found), set(found), len(found), found.get("way"), str(missing.value)

    ours = None
    with once():
        ours = told()
    assert ours == told()


def test_afterwards_all_is_as_it_was():
    def ways() -> tuple:
        own = (
            MacroNamespace.__init__,
            MacroNamespace.__getitem__,
            MacroNamespace._keys,
            parsedatetime.Constants,
        )
        return (*own, "compile" in vars(MacroFuzzEnvironment), NativeSandboxEnvironment.compile)

    before = ways()
    with once():
        assert ways() != before
    assert ways() == before
    with pytest.raises(ValueError, match="it broke"), once():
        raise ValueError("it broke")
    assert ways() == before
