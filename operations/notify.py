"""Somebody is told of a night by e-mail: counts and what to do, never a value, a name of a file or a sentence about one.

A notice is put into `notices/` first and taken out when a mail server has it, so that one that could not be sent
is sent with the next. Nothing here can undo a night: what fails is a sentence and exit code 1.
"""

from __future__ import annotations

import smtplib
import ssl
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

from on_disk import put
from operations.settings import Notify
from refusal import Refusal

PASSWORD = "smtp"  # the name of its key
PATIENCE = 10  # seconds for each answer of the mail server
KEPT = 30  # notices that wait; older ones tell nothing any more
ROWS = ("read", "accepted", "quarantined", "skipped")
ENDED = {
    0: "All is well, nothing to do.",
    1: "Somebody must act. On the server: warehouse status",
    3: "A check or a model failed, or a sharing agreement is wanting. On the server: warehouse status",
    4: "It could not start or write: the lock, a key, the disk, a permission or a file. On the server: warehouse doctor",
    5: "It is our fault, not yours. The report is in the folder faults.",
    130: "It was interrupted. Run it again: warehouse nightly",
    143: "It was interrupted. Run it again: warehouse nightly",
}


@dataclass(frozen=True)
class Notice:
    """What is sent: one line, and the text."""

    subject: str
    text: str


@dataclass(frozen=True)
class Night:
    """What may be told of a night: its name, how it ended, and counts: submissions by status, rows by fate."""

    run_id: str | None
    code: int
    published: bool
    statuses: Counter = field(default_factory=Counter)
    rows: Counter = field(default_factory=Counter)


def of_night(night: Night) -> Notice:
    """The notice of a night."""
    ended = "published" if night.published else "not published"
    text = [f"Night {night.run_id or 'not begun'}: {ended}, exit code {night.code}."]
    if night.published:
        each = ", ".join(f"{number:,} {status}" for status, number in sorted(night.statuses.items()))
        text.append(f"Submissions: {each or 'none'}.")
        text.append(f"Rows: {', '.join(f'{night.rows[name]:,} {name}' for name in ROWS)}.")
    else:
        text.append("Readers are served the last good night, whole.")
    text.append(ENDED.get(night.code, "On the server: warehouse status"))
    return Notice(f"Warehouse: night {ended}, exit code {night.code}", "\n".join(text) + "\n")


def of_silence(hours: float | None) -> Notice:
    """The notice that no night has ended well for too long."""
    ago = (
        "No night has ended well yet." if hours is None else f"The last good night ended {hours:g} hours ago."
    )
    return Notice("Warehouse: nights have stopped", f"{ago}\nOn the server: warehouse doctor\n")


def deliver(home, notice: Notice | None, later: bool = False) -> str | None:
    """Send what waits and this; a sentence where it could not be sent. `later` only has it wait.

    `home` gives `root`, `settings` and `keys`. Where the settings name nobody, nothing is done.
    """
    if (how := home.settings.notify) is None:
        return None
    folder = home.root / "notices"
    try:
        if notice:
            _keep(folder, notice)
        if not later:
            _send_waiting(folder, how, home.keys)
    except Refusal as problem:
        return f"The notice could not be sent. {problem}"
    except Exception as problem:  # noqa: BLE001 - whatever a mail server or a keyring does, the night ends as it did
        return (
            f"The notice could not be sent by {how.host}, port {how.port}: {_why(problem)}. What was published "
            "stands; it is tried again next night. To try now: warehouse notify test"
        )
    return None


def waiting(home) -> list[Path]:
    """Notices no mail server has taken yet, the oldest first."""
    return sorted((home.root / "notices").glob("*.txt"))


def _keep(folder: Path, notice: Notice) -> None:
    """Put a notice among those that wait, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    put(folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.txt", f"{notice.subject}\n{notice.text}".encode())
    for old in sorted(folder.glob("*.txt"))[:-KEPT]:
        old.unlink(missing_ok=True)


def _send_waiting(folder: Path, how: Notify, keys) -> None:
    """Every notice that waits, in one go; each is gone from here once the server has taken it."""
    found = sorted(folder.glob("*.txt"))
    if not found:
        return
    with _server(how, keys) as server:
        for path in found:
            subject, _, text = path.read_text("utf-8").partition("\n")
            if subject:
                server.send_message(_message(how, subject, text))
            path.unlink(missing_ok=True)


def _server(how: Notify, keys) -> smtplib.SMTP:
    """A mail server that has let us in. It is never spoken to in the clear where the settings ask otherwise."""
    password = _password(keys) if how.user else None
    own_name = how.sender.rpartition("@")[2]  # else the library asks the net what this machine is called
    safe = ssl.create_default_context()
    if how.security == "tls":
        server = smtplib.SMTP_SSL(how.host, how.port, own_name, timeout=PATIENCE, context=safe)
    else:
        server = smtplib.SMTP(how.host, how.port, own_name, timeout=PATIENCE)
    try:
        if how.security == "starttls":
            server.starttls(context=safe)
        if how.user:
            server.login(how.user, password)
    except BaseException:
        server.close()
        raise
    return server


def _password(keys) -> str:
    if not (found := keys._find(PASSWORD)):
        raise Refusal("The password of the mail server is missing. Run: warehouse notify password", 4)
    return found


def _message(how: Notify, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, how.sender, ", ".join(how.to)
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=how.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _why(problem: Exception) -> str:
    """What went wrong, in our words: those of a mail server are its own, and may be anything."""
    match problem:
        case smtplib.SMTPResponseException():
            return f"it answered {problem.smtp_code}"
        case smtplib.SMTPNotSupportedError():
            return "it does not offer what the settings ask for (encryption, or a login)"
        case smtplib.SMTPRecipientsRefused():
            return "it takes none of the addresses"
        case smtplib.SMTPServerDisconnected():
            return "it hung up"
        case ssl.SSLCertVerificationError():
            return "its certificate is not trusted here"
        case TimeoutError():
            return f"no answer in {PATIENCE} seconds"
        case OSError() if problem.strerror:
            return problem.strerror
    return type(problem).__name__


def trial() -> Notice:
    """What is sent to see whether it arrives."""
    return Notice("Warehouse: a test", "This is how nights will be told. There is nothing to do.\n")
