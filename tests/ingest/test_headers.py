"""Headers: what is said of one that is none of ours repeats nothing that was sent."""

from __future__ import annotations

import pytest

from ingest import headers
from ingest.reading import Unreadable

SENT = ["Ann Other", "9990000018", "ann@example.org", "Person Key", "LA", "Quillfeather"]


def test_an_unknown_header_is_counted_and_none_of_it_is_repeated():
    told = headers.unknown(SENT)
    assert (told.code, told.line) == ("F010", 1)
    assert told.says == (
        "No return of the standard has this header (6 columns; of ours it has la, person_key). "
        "Start from `warehouse template all`."
    )
    assert [word for word in SENT if word in told.says] == []
    assert "none of them is ours" in headers.unknown(["Ann Other"]).says


def test_that_is_what_is_said_where_a_file_begins_with_rows():
    with pytest.raises(Unreadable) as refused:
        headers.identify(SENT)
    assert str(refused.value) == str(headers.unknown(SENT))
