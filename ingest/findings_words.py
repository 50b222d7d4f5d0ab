"""The words of a findings workbook: what became of a file, what each finding means, how to mend it, how to reply."""

from __future__ import annotations

FATES = {
    "accepted": "Accepted.",
    "accepted with findings": "Accepted. Rows in error are set aside: mend them and send the whole file again.",
    "refused": "Refused. Nothing of it counts. Mend the file and send it again.",
    "held": "Held. Nothing of it counts until you have said that it is right, or have sent it again.",
    "nil": "Received as a nil return: nothing to count.",
    "superseded": "Accepted, and since replaced by a later submission.",
    "duplicate": "Received before, byte for byte. Nothing was changed.",
}
WHOLE = "Accepted whole. Something in it needs looking at."
IN_PART = "Accepted in part. Mend the explanations listed and send them again."
NONE = "Refused. No explanation of it was taken."
MEANS = {
    "file": "The file is refused",
    "error": "Must be mended: the row is set aside",
    "warning": "Please check: the row was taken",
    "information": "For your information",
}
# By the rule, else by the letters it begins with, else by how grave it is.
MEND = {
    "C202": "Shorten it to what the standard allows.",
    "C203": "Nothing is lost. Set your system to write dates as YYYY-MM-DD.",
    "C205": "Give a day that exists, written as the sentence says.",
    "C212": "Use one of the words listed, spelt as they stand there.",
    "C213": "Mend the date, or send the row in the return of its own period.",
    "C215": "Use a code of that list; the blank template has every list.",
    "C216": "Write it in the form the template shows.",
    "C217": "Give a number alone: no words, no unit, no thousands comma.",
    "C218": "Check it for a slip of the keys, and give what was meant.",
    "C220": "Fill it in. Where it is not known, use the code for not known if its list has one.",
    "C222": "Send only rows of your own organisation.",
    "F007": "Nothing is lost. Save as 'CSV UTF-8' next time.",
    "R301": "Keep the one row that is right, and send each reference once.",
    "R303": "Keep the one row that is right, and send each reference once.",
    "R304": "Send the row it belongs to, or mend the reference.",
    "R305": "Nothing is lost. Find out why your system writes the row twice.",
    "S103": "A comma or a quotation mark in a value splits the row: put such a value in quotation marks.",
    "S106": "Nothing to mend unless the column should have been read: then give it the standard's name.",
    "S116": "Nothing is lost. Use the standard's own name for the column.",
    "P": "Take it out of your system's extract. Send your own reference or code in its place.",
    "F": "Mend the whole file as the sentence says, and send it again.",
    "X6": "Mend the explanation in the sheet Warnings of the workbook you had, and send that workbook again.",
}
MEND_BY_SEVERITY = {
    "file": "Mend the whole file as the sentence says, and send it again.",
    "error": "Mend the record in your own system, so that it stays mended, and send the whole file again.",
    "warning": "If the record is wrong, mend it and send the whole file again. If it is right, say why in Warnings.",
    "information": "Nothing to mend.",
}
# The headings by which a reply is known, in a workbook or a CSV of its sheet, and rows given back that are no return.
REFERENCE, REASON, EXPLANATION = "Reference", "Reason", "Explanation"
WRONG, RULES = "what is wrong", "reasons"
EXPLANATIONS = "explanations"  # the format of a file that replies, and is of no return
OTHER = "Other: see the explanation"
REASONS = (
    "Checked and right as sent",
    "Not known when it was sent; it will follow",
    "Will be put right in the next return",
    "Our system cannot record this",
    "Recorded by a local rule: see the explanation",
    OTHER,
)
LONGEST = 1000  # characters of one explanation
TO_MEND = (
    "To mend rows",
    (
        "Mend the record in your own system first, so that it stays mended. Then make the whole file again and send it "
        "the way you sent this one. Rows mended here, in this workbook, are not read."
    ),
)
TO_EXPLAIN = (
    (
        "To explain a warning",
        (
            "A warning whose record is right needs an explanation once. In the sheet Warnings choose a Reason, and say in "
            "Explanation what we should know. A reason that says 'see the explanation' needs it."
        ),
    ),
    (
        "What not to write",
        (
            f"No name, address, telephone, e-mail, NHS or police number: each explanation is searched for them, and one "
            f"that seems to hold any is not kept. Two words next to each other that begin with capitals look like a name. "
            f"No more than {LONGEST:,} characters."
        ),
    ),
    ("What cannot be explained", "An error. A row that is set aside counts only once it is mended."),
    (
        "To send it back",
        (
            "Save this workbook, or its sheet Warnings as CSV UTF-8, and send it the way you send returns: it goes into "
            "your own folder of the inbox. Leave the column Reference as it is. Rows may be sorted or left out."
        ),
    ),
    (
        "What happens then",
        (
            "The warning is marked explained and not put to you again, also when the same record comes again unchanged. "
            "Explain it again to replace what you said. Sending the same file twice does nothing."
        ),
    ),
)
ALONE = (
    "This was a check alone",
    "Nothing was sent and nothing is kept. Warnings can be explained once the file has been sent.",
)


def fate(submission: dict) -> str:
    """What became of a file, in words; of one with nothing set aside no row is said to be."""
    status, is_reply = submission["status"], submission["format"] == EXPLANATIONS
    says = FATES.get(status, status)
    if status == "accepted with findings" and not submission["rows_quarantined"]:
        says = WHOLE
    if is_reply and status != "accepted":
        says = NONE if status == "refused" else IN_PART
    return " ".join(filter(None, (says, submission["says"])))


def how_to_mend(rule_code: str, severity: str) -> str:
    """What to do about a finding, in a sentence."""
    for key in (rule_code, rule_code[:2], rule_code[:1]):
        if key in MEND:
            return MEND[key]
    return MEND_BY_SEVERITY[severity]


def how_to_reply(refused: bool, alone: bool) -> list[tuple[str, str]]:
    """The lines of the sheet `How to reply`: what to do, and how."""
    if alone:
        return [TO_MEND, ALONE]
    return [TO_MEND] if refused else [TO_MEND, *TO_EXPLAIN]
