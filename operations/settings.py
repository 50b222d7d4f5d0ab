"""How a home is run: what `settings.toml` in it says, and the demo's settings where there is none."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from refusal import Refusal

TAKES = {"encryption": ("required", "off"), "keys": ("file", "keyring", "credential")}
MEMORY = "1500MB"
SIZE = re.compile(r"[1-9][0-9]{2,5}MB|[1-9][0-9]{0,3}GB")
PRODUCTION = 'encryption = "required"\nkeys = "file"\n'
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+")
HOST = re.compile(r"[A-Za-z0-9.:-]+")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PORTS = {"starttls": 587, "tls": 465, "off": 25}


@dataclass(frozen=True)
class Notify:
    """Whom a night is told to, and by which mail server; the password is the key `smtp`, never a setting.

    `when`: `always`, or `act` for nights somebody must act on.
    """

    host: str
    sender: str
    to: tuple[str, ...]
    port: int
    security: str = "starttls"
    user: str | None = None
    when: str = "always"


@dataclass(frozen=True)
class Settings:
    """`encryption` of the warehouse and what it spills; where `keys` are kept; whom to `notify`, if anybody.

    `memory` is what the database may take in a night; what does not fit goes to the disk. The demo's, unless told
    otherwise.
    """

    encryption: str = "off"
    keys: str = "file"
    is_demo: bool = True
    notify: Notify | None = None
    memory: str = MEMORY


def read(path: Path) -> Settings:
    """The settings in a file; the demo's where it is not there. Refusal (exit 4) names what is wrong in it."""
    if not path.exists():
        return Settings()
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise Refusal(f"{path} cannot be read as TOML: {problem}", 4) from None
    known = {f.name for f in fields(Settings)} - {"is_demo"}
    for name, value in given.items():
        if name not in known:
            raise Refusal(f"{path}: there is no setting {name}. There are {', '.join(sorted(known))}.", 4)
        if name in TAKES and value not in TAKES[name]:
            raise Refusal(f"{path}: {name} is one of {', '.join(TAKES[name])}, not {value!r}.", 4)
        if name == "memory" and not _is(SIZE, value):
            raise Refusal(
                f'{path}: memory is a size, as memory = "{MEMORY}" or "4GB". The least is 100MB.', 4
            )
    try:
        notify = _notify(given.pop("notify", None))
    except ValueError as problem:
        raise Refusal(f"{path}: [notify] {problem}", 4) from None
    return Settings(**given, notify=notify, is_demo=notify is None and given.keys() == {"memory"})


def _notify(given: object) -> Notify | None:
    """The table [notify]; ValueError says what is wrong in it and what is wanted, and repeats no value."""
    if given is None:
        return None
    if not isinstance(given, dict):
        raise ValueError("is a table: write [notify] on a line of its own, and its settings below.")
    table = {"security": "starttls", "user": None, "when": "always", **given}
    table["port"] = given.get("port", PORTS.get(str(table["security"]), 0))
    known = ("host", "from", "to", "port", "security", "user", "when")
    if unknown := set(table) - set(known):
        says = "The password is the key smtp: warehouse notify password." if "password" in unknown else ""
        raise ValueError(f"has no setting {min(unknown)}. There are {', '.join(known)}. {says}".rstrip())
    for name, is_good, wants in _wants(table):
        if not is_good:
            raise ValueError(f"{name} {'is missing' if name not in table else 'is not right'}: {wants}.")
    table["sender"], table["to"] = table.pop("from"), tuple(table["to"])
    return Notify(**table)


def _wants(table: dict) -> list[tuple[str, bool, str]]:
    """What each setting must be: (its name, whether it is, what is wanted)."""
    to, port, user, host = (table.get(name) for name in ("to", "port", "user", "host"))
    is_near = host in LOOPBACK or table["security"] != "off"
    return [
        ("host", _is(HOST, host), 'the name of the mail server, as host = "mail.example.org"'),
        ("from", _is(ADDRESS, table.get("from")), 'one address, as from = "warehouse@example.org"'),
        (
            "to",
            isinstance(to, list) and bool(to) and all(_is(ADDRESS, one) for one in to),
            'a list of addresses, as to = ["night.officer@example.org"]',
        ),
        ("security", table["security"] in tuple(PORTS), f"one of {', '.join(PORTS)}"),
        ("port", type(port) is int and 0 < port < 65536, "a number, as port = 587"),
        ("user", user is None or _is(re.compile(r"[!-~]+"), user), 'a name, as user = "warehouse"'),
        ("user", user is None or is_near, 'no password goes over the net in the clear; set security = "tls"'),
        ("when", table["when"] in ("always", "act"), "one of always, act"),
    ]


def _is(pattern: re.Pattern, text: object) -> bool:
    return isinstance(text, str) and bool(pattern.fullmatch(text))
