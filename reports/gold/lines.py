"""What stands in the pack, line by line, in the order it is read."""

from __future__ import annotations

from dataclasses import dataclass

VALUE, ABOVE, BELOW = "value", "numerator", "denominator"


@dataclass(frozen=True)
class Line:
    """One line of the pack: an indicator, which of its numbers is shown, and the words about it.

    `unit` is the catalogue's, `counted` what the shown number counts, `under` the words below it, with the
    numerator and the denominator in them. A share or a stock is drawn without limits, which monthly counts alone have.
    """

    key: str
    code: str
    unit: str
    title: str
    counted: str
    take: str = VALUE
    under: str = ""
    # A stock is carried from month to month, so its months are not the independent ones that limits are made for.
    is_stock: bool = False

    @property
    def is_share(self) -> bool:
        return self.take == VALUE and self.unit.startswith("%")

    @property
    def has_limits(self) -> bool:
        return not (self.is_share or self.is_stock)


@dataclass(frozen=True)
class Section:
    """A heading and its lines."""

    title: str
    lines: tuple[Line, ...]


OF = "{numerator} of {denominator}"
POLICE, COUNCIL, GAP = "over-24-police", "over-24-council", "over-24-gap"
SECTIONS = (
    Section(
        "The seven counts",
        (
            Line("complaints", "I01", "complaint", "CSE complaints", "complaint"),
            Line("crimes", "I02", "crime", "Investigations: crimes recorded", "crime"),
            Line("investigations", "I02", "investigation", "Investigations opened", "investigation"),
            Line("prosecutions", "I03", "defendant", "Prosecutions", "defendant"),
            Line("convictions", "I04", "defendant", "Convictions", "defendant"),
            Line("police", "I05", "FTE", "Police officers", "FTE", is_stock=True),
            Line("social-workers", "I06", "FTE", "Social workers", "FTE", is_stock=True),
            Line("others", "I07", "FTE", "Other specialist workers", "FTE", is_stock=True),
        ),
    ),
    Section(
        "Investigated, prosecuted, successful",
        (
            Line("under-investigation", "I08", "crime", "Crimes under investigation", "crime", is_stock=True),
            Line("charged", "I09", "case", "Cases with a first charge", "case"),
            Line(
                "successful",
                "I11",
                "% of completed prosecutions",
                "Successful prosecutions",
                "% of completed prosecutions",
                under=OF,
            ),
        ),
    ),
    Section(
        "Return interviews within 72 hours",
        (
            Line(
                "interviews", "I20", "% of required", "Interviews within 72 hours", "% of those due", under=OF
            ),
            Line(
                "interviews-possibly",
                "I20",
                "% of required, possibly",
                "The same, with those without times",
                "% of those due, possibly",
                under=OF,
            ),
        ),
    ),
    Section(
        "Missing over 24 hours: police and council",
        (
            Line(
                POLICE,
                "I17",
                "% of police episodes",
                "Missing over 24 hours, police",
                "episode",
                ABOVE,
                "of {denominator}",
            ),
            Line(
                COUNCIL,
                "I17",
                "% of council episodes",
                "Missing over 24 hours, council",
                "episode",
                ABOVE,
                "of {denominator}",
            ),
            Line(GAP, "", "", "Gap, police less council", "episode"),
            Line(
                "agree", "I18", "% of episodes", "From care, both have the episode", "% of episodes", under=OF
            ),
        ),
    ),
    Section(
        "Open caseload",
        (
            Line(
                "open-cases",
                "I26",
                "% of open cases",
                "Open CSE cases of councils",
                "case",
                BELOW,
                "{numerator} with a plan",
                is_stock=True,
            ),
            Line("voluntary", "I43", "open case", "Open cases, voluntary services", "case", is_stock=True),
        ),
    ),
)
LINES = tuple(line for section in SECTIONS for line in section.lines)
# What the group was promised to see each month, in a sentence each.
IN_SHORT = ("complaints", "prosecutions", "successful", "interviews")
