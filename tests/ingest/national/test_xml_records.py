import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.national import recognise
from ingest.national.xml_records import encoding_of, records
from ingest.reading import Unreadable

WANTED = frozenset({"Message/Header", "Message/Children/Child"})
LARGE = 5_000_000
WHOLE = "<Message><Children><Child>{}</Child></Children></Message>"
DECLARED = "<?xml version='1.0' encoding='{}'?>" + WHOLE.format("<A>é</A>")


@pytest.fixture(params=["", "Message/Children/Child"], ids=["told of", "cut from the text"])
def parse(send, request):
    def found(content):
        return list(records(send("x.xml", content).path, "Message", WANTED, request.param))

    return found


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<!DOCTYPE Message SYSTEM 'x.dtd'><Message/>", "X501"),
        (
            "<?xml version='1.0'?>\n<!DOCTYPE M [<!ENTITY a 'a'><!ENTITY b '&a;&a;'>]><Message>&b;</Message>",
            "X501",
        ),
        ("<!DOCTYPE M [<!ENTITY a SYSTEM 'file:///nowhere'>]><Message>&a;</Message>", "X501"),
        ("<Message>" + "<a>" * 300_000, "X502"),
        ("<Message><Children><Child>" + "<a>" * 300_000, "X502"),
        (f"<Message a='{'x' * LARGE}'/>", "X502"),
        (WHOLE.format("x" * LARGE), "X502"),
        (WHOLE.format("<a/>" * 60_000), "X502"),
        ("<Message>" + "".join(f"<a{i}/>" for i in range(200_000)) + "</Message>", "X502"),
        ("<EXPSSDA903/>", "X503"),
        ("<Message xmlns='urn:other'/>", "X503"),
        ("<m:Message xmlns:m='urn:other'/>", "X503"),
        ("", "X504"),
        ("<Message></Massage>", "X504"),
        (WHOLE.format("&undefined;"), "X504"),
        (WHOLE.format("caf\xe9 ").encode("latin-1"), "X505"),
        (DECLARED.format("UTF-8").encode("utf-16"), "X505"),
        (DECLARED.format("UTF-16").encode("utf-8"), "X505"),
        (DECLARED.format("windows-1252").encode("utf-8-sig"), "X505"),
        (DECLARED.format("us-ascii").encode("utf-8"), "X505"),
        (DECLARED.format("unheard-of").encode("utf-8"), "X505"),
    ],
)
def test_what_no_return_holds_is_refused_and_does_not_grow_on_the_way(parse, content, code):
    """A billion laughs would take hours: a minute of the processor is no measure of speed, only an end."""
    began = time.process_time()
    with pytest.raises(Unreadable) as refused:
        parse(content)
    assert refused.value.code == code
    assert time.process_time() - began < 60


@given(st.integers(0, len(WHOLE) - 1))
@settings(max_examples=30)
def test_a_truncated_file_is_refused_with_line_and_column(tmp_path_factory, cut):
    path = tmp_path_factory.mktemp("cut") / "x.xml"
    path.write_text(WHOLE[:cut])
    with pytest.raises(Unreadable) as refused:
        list(records(path, "Message", WANTED))
    assert refused.value.code == "X504" and "line 1:" in refused.value.says


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252", "iso-8859-1"])
def test_text_is_right_in_every_encoding_that_is_declared_truly(parse, encoding):
    content = DECLARED.format(encoding).encode(encoding)
    assert encoding_of(content[:400]) == encoding
    assert parse(content)[0].element.value("A") == "é"


def test_lines_are_exact_far_beyond_the_sixteen_bits_other_readers_have(parse):
    body = "".join(f"<Child>\n<A>\n{i}</A>\n<B/>\n</Child>\n" for i in range(20_000))
    found = parse(f"<Message>\n<Children>\n{body}</Children>\n</Message>")
    assert len(found) == 20_000
    for i, record in enumerate(found):
        assert record.element.line == 3 + 5 * i
        assert [child.line - record.element.line for child in record.element.children] == [1, 3]
    assert found[-1].path == "/Message/Children/Child[20000]"


def test_text_that_elements_interrupt_is_whole_and_a_large_record_is_a_record(parse):
    """Forty thousand elements over several megabytes are no endless value: something ends all the time."""
    inside = " a<x>1</x>b <y/>c " + "<z><w>2</w></z>" + "<v>0123456789</v>" * 40_000
    (record,) = parse(WHOLE.format(inside))
    assert record.element.text == "ab c"
    assert (record.element.value("x"), len(record.element.children)) == ("1", 40_003)
    long = "<v>" + "0123456789" * 8 + "</v>"
    (record,) = parse(WHOLE.format(long * 33_000))
    assert len(record.element.children) == 33_000


def test_an_element_where_none_is_expected_is_told_and_not_kept(parse):
    found = parse("<Message><Odd><Odd>1</Odd></Odd><Children><Child/></Children></Message>")
    assert [(r.path, r.known, r.element.children) for r in found] == [
        ("/Message/Odd[1]", False, ()),
        ("/Message/Children/Child[1]", True, ()),
    ]


@pytest.mark.parametrize(
    ("head", "header", "answer"),
    [
        ("", ["CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"], "ssda903 csv"),
        ("", [" child", "sex", "dob", "ethnic", "upn", "Mother", "mc_dob", "uasc"], "ssda903 csv"),
        ("", ["crime_ref", "reported_date"], None),
        ("<?xml version='1.0'?><!-- x --><EXPSSDA903>", None, "ssda903 xml"),
        ("<Message><Header><Collection>CIN</Collection>", None, "cin census xml"),
        ("\ufeff<!DOCTYPE Message><Message><Children>", None, "cin census xml"),
        ("<Message><Header/><CSWWWorker>", None, "csww xml"),
        ("<Message><Header/><Learner>", None, None),
        ("<workbook>", None, None),
    ],
)
def test_a_file_is_known_by_its_content(head, header, answer):
    assert recognise(head.encode(), header) == answer


def test_the_census_is_known_in_utf_16_too():
    assert recognise("<Message><Children>".encode("utf-16"), ["ÿþ<"]) == "cin census xml"
