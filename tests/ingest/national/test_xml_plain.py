"""Records cut from the text are those that Expat tells of: text for text, line for line, refusal for refusal."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.national import cin_xml, read_cin_xml, xml_parts, xml_plain, xml_records
from ingest.national.xml_plain import Plain
from ingest.reading import Sent, Unreadable
from tests.ingest.national.census_pieces import CHILDREN, FILES, HEAD, ODD, PLAIN, REFERRAL, TAIL, WHO

WANTED, CHILD = frozenset({"Message/Header", "Message/Children/Child"}), "Message/Children/Child"


def deep(element) -> tuple:
    """All that is asked of an element, and of those in it."""
    own = (element.tag, element.line, element.text, element.values())
    named = [(c.tag, element.value(c.tag), [x.line for x in element.all(c.tag)]) for c in element.children]
    return (*own, named, [deep(c) for c in element.children], element.value("None"), element.all("None"))


def told(path: Path, many: str) -> tuple[list, list, tuple | None]:
    """The records as far as they came, which of them were cut from the text, and what refused the file."""
    found, cut = [], []
    try:
        for record in xml_records.records(path, "Message", WANTED, many):
            found.append((record.path, record.known, deep(record.element)))
            cut.append(isinstance(record.element, Plain))
    except Unreadable as refused:
        return found, cut, refused.args
    return found, cut, None


def compare(content: bytes, folder: Path) -> tuple[list[bool], tuple | None]:
    """The file read in both ways."""
    path = folder / "x.xml"
    path.write_bytes(content)
    (ours, cut, refused), (theirs, _, why) = told(path, CHILD), told(path, "")
    assert (ours, refused) == (theirs, why)
    return cut, refused


@pytest.fixture
def chunks(monkeypatch):
    """Reads so many bytes at a time."""

    def set_to(size: int) -> None:
        monkeypatch.setattr(xml_parts, "CHUNK", size)

    return set_to


@given(pieces=FILES, size=st.sampled_from([7, 64, 300, 1_000, 1 << 18]), cut=st.integers(0, 3) | st.just(99))
def test_any_file_is_read_as_expat_tells_of_it(pieces, size, cut, tmp_path_factory):
    content = (HEAD + "".join(pieces) + TAIL[: cut if cut < 99 else None]).encode("utf-8", "surrogatepass")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_parts, "CHUNK", size)
        compare(content, tmp_path_factory.mktemp("any"))


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("place", ["between {0} them", "<Child><UPN>{0}</UPN></Child>", "<Child>{0}</Child>"])
def test_what_is_odd_is_left_to_expat_and_what_follows_is_cut_again(odd, place, tmp_path, chunks):
    plain = "<Child><UPN>1</UPN>\n</Child>\n" * 3
    for size in (40, 1 << 18):
        chunks(size)
        cut, refused = compare((HEAD + plain + place.format(odd) + plain + TAIL).encode(), tmp_path)
    assert refused or sum(cut) >= 3


def test_plain_records_are_cut_and_nothing_else_is(tmp_path):
    plain = "<Child>" + WHO.format("1") + REFERRAL.format("2023-05-01") + "</Child>\n"
    cut, refused = compare(
        (HEAD + plain * 50 + "<Child><UPN>&amp;</UPN></Child>" + plain + TAIL).encode(), tmp_path
    )
    assert (cut, refused) == ([False, *[True] * 50, False, True], None)


@pytest.mark.parametrize(
    "content",
    [
        ("\ufeff" + HEAD + "<Child><UPN>é</UPN></Child>" + TAIL).encode(),
        (
            '<?xml version="1.0" encoding="windows-1252"?>' + HEAD + "<Child><UPN>é</UPN></Child>" + TAIL
        ).encode("cp1252"),
        ('<?xml version="1.0" encoding="UTF-16"?>' + HEAD + "<Child><UPN>é</UPN></Child>" + TAIL).encode(
            "utf-16"
        ),
        (HEAD + "<Child><UPN>é</UPN></Child>" + TAIL).encode("cp1252"),
        (HEAD + "<Child>" + "<a>1</a>" * 60_000 + "</Child>" + TAIL).encode(),
        (HEAD + "<Child>" + "x" * 5_000_000 + "</Child>" + TAIL).encode(),
        (HEAD + "".join(f"<Child><n{i}>1</n{i}></Child>" for i in range(5_000)) + TAIL).encode(),
        (
            HEAD + "<!--" + "".join(f"<Child><n{i}>1</n{i}></Child>" for i in range(5_000)) + "-->" + TAIL
        ).encode(),
        b"<Message><Odd>" + b"<Child><UPN>1</UPN></Child>" * 9 + b"</Odd><Children></Children></Message>",
        b"<Message><Children/>" + b"<Child><UPN>1</UPN></Child>" * 9 + b"</Message>",
    ],
)
def test_encodings_limits_and_places_are_the_same(content, tmp_path):
    compare(content, tmp_path)


def test_a_run_that_is_not_well_formed_is_refused(tmp_path):
    """The bytes of a plain record are Expat's to judge: a sign no file may have is seen by Expat alone."""
    _, refused = compare((HEAD + "<Child><UPN>\ufffe</UPN></Child>" + TAIL).encode(), tmp_path)
    assert refused[0] in ("X504", "X505") and refused[2] == 1


def test_forms_are_kept_for_so_many_elements_and_no_more(tmp_path, monkeypatch):
    """A file whose every record is of another form is read all the same, and nothing of it is kept."""
    monkeypatch.setattr(xml_plain, "MOST_TAGS", 100)
    kept, made = [], xml_plain.Forms.of

    def of(forms, tags, depth=1):
        form = made(forms, tags, depth)
        kept.append(sum(map(len, forms.known)))
        return form

    monkeypatch.setattr(xml_plain.Forms, "of", of)
    records = "".join(f"<Child>{'<a>1</a>' * n}</Child>" for n in range(45))
    cut, _ = compare((HEAD + records + TAIL).encode(), tmp_path)
    assert sum(cut) == 45 and max(kept) <= 100


def test_a_file_of_ever_new_forms_is_left_to_expat(tmp_path, chunks):
    chunks(1_000)
    new = "".join(f"<Child>{f'<a{n % 9}/>' * (n % 90)}<b{n // 90}/></Child>" for n in range(1_500))
    cut, _ = compare((HEAD + new + TAIL).encode(), tmp_path)
    assert len(cut) == 1_501 and 256 < sum(cut) < 900 and not any(cut[-20:])


@given(children=st.lists(st.one_of(PLAIN, CHILDREN), min_size=1, max_size=6))
def test_a_census_gives_the_same_rows_and_findings_in_both_ways(children, tmp_path_factory):
    folder = tmp_path_factory.mktemp("census")
    path, found = folder / "census.xml", []
    path.write_text(HEAD + "".join(children) + TAIL, encoding="utf-8", newline="")
    for records in (
        xml_records.records,
        lambda path, root, wanted, *_: xml_records.records(path, root, wanted),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cin_xml, "records", records)
            try:
                reading = read_cin_xml(Sent(path, path.name), folder)
            except Unreadable as refused:
                found.append(refused.args)
                continue
        found.append((repr(reading), [table.data.read_bytes() for table in reading.tables]))
    assert found[0] == found[1]
