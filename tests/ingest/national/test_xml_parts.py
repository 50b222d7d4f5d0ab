"""A census read in parts gives what it gives when it is read whole: each row, line and finding, once and in order."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import reading_apart
from ingest.national import cin_checks, cin_xml, joined_cin, read_cin_part, read_cin_xml
from ingest.national.xml_parts import WHOLE, spans
from ingest.readers import Parcel
from ingest.reading import Reading, Sent, Unreadable
from tests.ingest.national.census_pieces import FILES, HEAD, ODD, REFERRAL, TAIL, WHO

KNOWN = "<Child>" + WHO.format("1") + REFERRAL.format("2023-05-01") + "</Child>\n"
# A day of birth that is none, a conference dated twice, and an element nobody knows: one finding each, and a note.
NOTED = (
    "<Child><ChildIdentifiers><LAchildID>2</LAchildID><PersonBirthDate>2010-02-30</PersonBirthDate>"
    "</ChildIdentifiers>\n<Odd/><CINdetails><CINreferralDate>2023-05-01</CINreferralDate>"
    "<DateOfInitialCPC>2023-06-01</DateOfInitialCPC>\n<Section47><DateOfInitialCPC>2023-06-01</DateOfInitialCPC>"
    "</Section47></CINdetails></Child>\n"
)


def told(reading: Reading) -> tuple[str, list[bytes]]:
    return repr(reading), [table.data.read_bytes() for table in reading.tables]


def both_ways(content: bytes, folder: Path, parts: int = 2) -> tuple | None:
    """What the parts give, held against the whole; None where the whole is what is read."""
    path, outs = folder / "census.xml", [folder / str(n) for n in range(parts)]
    path.write_bytes(content)
    sent, cut = Sent(path, path.name), spans(path, cin_xml.CHILD, parts, 1)
    if cut == [WHOLE]:
        return None
    try:
        read = [read_cin_part(sent, out, span) for out, span in zip(outs, cut, strict=False)]
        joined = joined_cin(sent, outs[: len(cut)], cut, read)
    except Unreadable:
        return None
    if joined is None:
        return None
    ours = told(joined)
    assert ours == told(read_cin_xml(sent, outs[0]))
    return ours


@given(pieces=FILES, parts=st.integers(2, 4), head=st.sampled_from(["", *ODD]))
def test_what_is_read_in_parts_is_what_is_read_whole(pieces, parts, head, tmp_path_factory):
    content = (HEAD + head + KNOWN + "".join(pieces) + KNOWN + TAIL).encode("utf-8", "surrogatepass")
    both_ways(content, tmp_path_factory.mktemp("parts"), parts)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize(
    "begin", [HEAD + "{0}" + KNOWN * 3, HEAD + KNOWN + "{0}" + KNOWN * 2, "{0}" + HEAD + KNOWN * 3]
)
def test_what_is_odd_before_the_cut_makes_no_difference(odd, begin, tmp_path):
    content = begin.replace("{0}", odd) + KNOWN * 4 + TAIL
    both_ways(content.encode("utf-8", "surrogatepass"), tmp_path)


@pytest.mark.parametrize("parts", [2, 3, 7])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("most", [2, 1_000])
def test_plain_files_are_read_in_parts(parts, end, most, tmp_path, monkeypatch):
    """Else the parts would gain nothing. Sixty children, 12 noted: found on their own lines up to the most."""
    monkeypatch.setattr(cin_checks, "MOST_LISTED", most)
    content = HEAD + "<Unknown/>" + (KNOWN * 4 + NOTED) * 12 + TAIL
    reading, tables = both_ways(content.replace("\r", "").replace("\n", end).encode(), tmp_path, parts)
    assert tables[0].count(b"\n") == 61
    assert reading.count("PersonBirthDate is not a real date") == min(most + 1, 12)
    assert "met 12 times" in reading  # the element nobody knows


def test_a_line_end_that_expat_counts_otherwise_is_not_cut(tmp_path):
    assert both_ways((HEAD + (KNOWN + "\r") * 9 + TAIL).encode(), tmp_path) is None


@pytest.mark.parametrize("cut", ["<!-- {} -->", "<![CDATA[{}]]>", "<?x {}?>"])
def test_a_cut_within_what_is_no_record_is_noticed(cut, tmp_path):
    """The first tag of a child after the middle stands in a comment, the end of which makes another record of it."""
    inside = cut.format(KNOWN * 3)
    assert both_ways((HEAD + KNOWN + inside + KNOWN + TAIL).encode(), tmp_path) is None


def test_a_child_with_an_attribute_is_counted_in_one_part_alone(tmp_path):
    odd = KNOWN.replace("<Child>", "<Child a='1'>", 1)
    assert both_ways((HEAD + odd + KNOWN * 4 + TAIL).encode(), tmp_path) is None
    assert both_ways((HEAD + KNOWN + odd + KNOWN * 4 + TAIL).encode(), tmp_path) is None


def test_names_beyond_what_a_file_may_have_are_not_shared_out(tmp_path):
    """Each part has fewer than a file may have, both together more: read whole, it is refused."""
    names = ["".join(f"<n{n}/>" for n in range(begin, begin + 1_100)) for begin in (0, 2_000)]
    first, last = (f"<Child>{inside}</Child>" for inside in names)
    assert both_ways((HEAD + first + KNOWN * 40 + last + TAIL).encode(), tmp_path) is None


def test_a_beginning_that_is_open_is_noticed_where_the_numbers_agree(tmp_path):
    """The instruction's tag is none and the child with an attribute has none, so there are as many tags as children;
    what the second part begins with would end at the end of an instruction that is none."""
    odd = KNOWN.replace("<Child>", "<Child a='1'>", 1)
    content = HEAD + "<?x <Child>?>" + odd + KNOWN * 6 + "?>" + KNOWN + TAIL
    assert both_ways(content.encode(), tmp_path) is None


@pytest.mark.parametrize("last", ["", "</Wrong>", "<!DOCTYPE x>", "<UPN>&no;</UPN>"])
def test_a_night_reads_a_long_census_in_parts_and_refuses_it_as_a_whole(last, tmp_path, monkeypatch):
    """Two processes; what breaks at the end is told with the line and words of one reading."""
    monkeypatch.setattr(cin_xml, "LEAST", 1)
    path, out, whole = tmp_path / "census.xml", tmp_path / "out", tmp_path / "whole"
    path.write_text(HEAD + (KNOWN * 4 + NOTED) * 9 + last + TAIL)
    out.mkdir(), whole.mkdir()
    sent = Sent(path, "sent.xml")
    assert len(cin_xml.cin_parts(sent)) == 2
    (answer,) = reading_apart.read_all([Parcel((sent,), "ROT", 2024, "cin census xml")], [out])
    if last:
        with pytest.raises(Unreadable) as refused:
            read_cin_xml(sent, whole)
        assert answer.args == refused.value.args
    else:
        assert told(answer)[0].replace("/out/", "/whole/") == told(read_cin_xml(sent, whole))[0]
        assert told(answer)[1] == told(read_cin_xml(sent, whole))[1]
    assert [p.name for p in out.iterdir() if p.is_dir()] == []


def test_parts_that_write_more_than_a_file_may_are_read_whole(tmp_path, monkeypatch):
    """Each wrote what one may, both together more."""
    folders = [tmp_path / "out", tmp_path / "out" / "1"]
    for folder in folders:
        folder.mkdir()
        (folder / "x.csv").write_bytes(b"x" * 60)
    assert reading_apart._fits(folders, 120) and not reading_apart._fits(folders, 119)
    (folders[1] / "y.csv").symlink_to("/dev/zero")
    assert not reading_apart._fits(folders, 120)
