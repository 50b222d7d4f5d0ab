"""Pieces of which tests make censuses: plain children, and whatever may stand in one or between two."""

from __future__ import annotations

from hypothesis import strategies as st

HEAD = (
    "<Message><Header><CollectionDetails><Year>2024</Year></CollectionDetails>"
    "<Source><LEA>372</LEA></Source></Header><Children>"
)
TAIL = "</Children></Message>"
WHO = "<ChildIdentifiers><LAchildID>{}</LAchildID>\n<PersonBirthDate>2010-02-05</PersonBirthDate></ChildIdentifiers>"
REFERRAL = (
    "<CINdetails><CINreferralDate>{}</CINreferralDate>\n  <Assessments>\r\n<AssessmentActualStartDate>2023-06-01"
    "</AssessmentActualStartDate></Assessments><ChildProtectionPlans><Reviews>\n<CPPreviewDate>2023-09-01"
    "</CPPreviewDate></Reviews></ChildProtectionPlans></CINdetails>"
)
# What may stand in a child, between two, or in either; most of it is not plain, and some of it is not well formed.
ODD = [
    *(
        "<UPN/>",
        "<UPN />",
        "<UPN></UPN>",
        "<UPN a='1'>x</UPN>",
        "<UPN a='>'/>",
        "<Odd><b>1</b>c<b/></Odd>",
        "<a:b/>",
    ),
    *(
        "<!-- <Child> -->",
        "<!-- </Child><Child><UPN>1</UPN></Child> -->",
        "<!-- > -->",
        "<!-- < > -->",
        "<?x <Child>?>",
    ),
    *(
        "<![CDATA[<Child></Child>]]>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?x ",
        "?>",
        "<UPN><![CDATA[a]]>b</UPN>",
    ),
    *("&amp;", "&#10;", "&no;", "a > b", ">", "a", "\u00a0", " \r\n", "\r", "\n", "\u00e9", "\x01", "\ufffe"),
    *(
        "<Child>",
        "</Child>",
        "<Child/>",
        "<Child >",
        "</Child >",
        "<Child><Child></Child></Child>",
        "<Child a='1'></Child>",
    ),
    *(
        "</Children>",
        "<Children>",
        "</Message>",
        "<Header></Header>",
        "<UPN>",
        "</UPN>",
        "<é/>",
        "< UPN/>",
        "<//UPN>",
    ),
    *(
        "<!DOCTYPE Message>",
        "<a>" * 63 + "</a>" * 63,
        "<a>" * 64 + "</a>" * 64,
        "".join(f"<n{i}/>" for i in range(900)),
    ),
]
PIECES = st.one_of(
    st.sampled_from(ODD),
    st.builds(WHO.format, st.sampled_from(["1", " a1 ", "\u00e9", ""])),
    st.builds(REFERRAL.format, st.sampled_from(["2023-05-01", "01/05/2023", "\n2023-05-01 ", ""])),
)
PLAIN = st.builds("<Child>{}{}</Child>\n".format, st.builds(WHO.format, st.integers(1, 9)), PIECES)
CHILDREN = st.builds(lambda inside: f"<Child>{''.join(inside)}</Child>", st.lists(PIECES, max_size=3))
FILES = st.lists(st.one_of(PLAIN, PLAIN, CHILDREN, st.sampled_from(["\n", "\r\n", *ODD])), max_size=12)
