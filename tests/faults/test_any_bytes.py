"""Any bytes at all as a file: the night ends, every file has its fate, no row is lost, and nothing is told of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operations import terminal
from tests.faults.fuzz.taking import kept, take
from tests.faults.trial import conserved, county

FATES = {
    "accepted",
    "accepted with findings",
    "refused",
    "held",
    "nil",
    "explanations",
    "superseded",
    "duplicate",
}
BASES = tuple(path.read_bytes() for path in kept())
NAMES = ("a.csv", "a.xlsx", "a.xml", "SYCSE_R05_SYP_2024-05_v01.csv", "a")


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Bytes that were a good file: some flipped, left out, said twice, put in, or cut off."""
    for _ in range(chance.randint(1, 8)):
        at, much = chance.randrange(len(content) + 1), chance.randint(1, 40)
        match chance.randrange(5):
            case 0:
                content = content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
            case 1:
                content = content[:at] + content[at + much :]
            case 2:
                content = content[:at] + content[at : at + much] + content[at:]
            case 3:
                content = (
                    content[:at] + chance.choice((b'"', b",", b"\n", b"\r", b"\0", b"<", b"&")) + content[at:]
                )
            case 4:
                content = content[: max(at, 1)]
    return content


@pytest.mark.faults(119)
def test_what_was_ever_found_to_reach_something_new_is_read_or_refused(tmp_path):
    """The corpus a search led by coverage has left, every input of it."""
    fates = set()
    for path in kept():
        folder = tmp_path / path.name
        folder.mkdir()
        fates.add(take(path.read_bytes(), folder).format)
    assert len(BASES) > 40
    assert fates >= {"csv", "xlsx", "ssda903 csv", "ssda903 xml", "cin census xml", "csww xml"}


@pytest.mark.faults(119, 120)
@settings(deadline=None, max_examples=4)
@given(seed=st.integers(0, 2**32), raw=st.lists(st.binary(max_size=300), min_size=10, max_size=10))
def test_a_night_of_any_bytes_ends_and_loses_nothing(seed, raw, tmp_path_factory):
    chance = random.Random(seed)
    folder = tmp_path_factory.mktemp("any")
    with county(folder) as tried:
        sent = [*raw, *(spoilt(chance.choice(BASES), chance) for _ in range(40))]
        for number, content in enumerate(sent):
            place = tried.inbox / chance.choice(("SYP", "ROT/2024-25", "RHI/2024-05")) / str(number)
            place.mkdir(parents=True)
            (place / chance.choice(NAMES)).write_bytes(content)
        outcomes = tried.night()
        conserved(tried.connection)
    assert {o.fate.status for o in outcomes} <= FATES
    assert {Path(o.file_name).parts[-2] for o in outcomes if "files)" not in o.file_name} <= {
        str(number) for number in range(len(sent))
    }
    assert terminal.exit_code(outcomes) in (0, 1, 3)
