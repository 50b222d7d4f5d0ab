"""How a home is run: what `settings.toml` in it says, and the demo's settings where there is none."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from refusal import Refusal

TAKES = {"encryption": ("required", "off"), "keys": ("file", "keyring", "credential")}
PRODUCTION = 'encryption = "required"\nkeys = "file"\n'


@dataclass(frozen=True)
class Settings:
    """`encryption` of the warehouse and what it spills; where `keys` are kept. The demo's, unless told otherwise."""

    encryption: str = "off"
    keys: str = "file"
    is_demo: bool = True


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
        if value not in TAKES[name]:
            raise Refusal(f"{path}: {name} is one of {', '.join(TAKES[name])}, not {value!r}.", 4)
    return Settings(**given, is_demo=False)
