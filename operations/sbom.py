"""What this software is made of: every locked package with its hashes and licence, as CycloneDX; and their licences.

The locks say which packages; `docs/licences.md` says under which licence.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

from refusal import Refusal

LOCKS = ("requirements.lock", "bootstrap.lock", "test-data.lock", "spark.lock", "spark-build.lock")
LICENCES = Path("docs") / "licences.md"
NAME = "south-yorkshire-core-data"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
ROW = re.compile(r"^\| ([a-z0-9-]+) \| ([^|]+?) \|", re.MULTILINE)


@dataclass(frozen=True)
class Package:
    """One locked package: every file of it that may be installed, by its SHA-256."""

    name: str
    version: str
    sha256: tuple[str, ...]


def packages(here: Path) -> list[Package]:
    """Every package of the locks below a folder, by name and version. Refusal (exit 4) where a lock is not there."""
    found = {}
    for name in LOCKS:
        path = here / name
        if not path.exists():
            raise Refusal(
                f"{path} is not there, and it alone says what is installed. Use a whole checkout.", 4
            )
        found |= {(p.name, p.version): p for p in _of_lock(path.read_text("utf-8"))}
    return [found[key] for key in sorted(found)]


def _of_lock(text: str) -> list[Package]:
    starts = list(PINNED.finditer(text))
    ends = [*(m.start() for m in starts[1:]), len(text)]
    return [
        Package(m[1], m[2], tuple(sorted(HASH.findall(text, m.end(), end))))
        for m, end in zip(starts, ends, strict=True)
    ]


def licences(here: Path) -> dict[str, str]:
    """The licence of each package, as an SPDX expression."""
    path = here / LICENCES
    return dict(ROW.findall(path.read_text("utf-8").partition("|---|")[2])) if path.exists() else {}


def bill(here: Path) -> str:
    """The bill of materials as CycloneDX JSON, held against its schema; the same locks give the same serial number.

    Refusal (exit 4) names a package without a licence.
    """
    found, known = packages(here), licences(here)
    if lacking := sorted({p.name for p in found} - set(known)):
        raise Refusal(f"{here / LICENCES} does not name the licence of {', '.join(lacking)}. Add it.", 4)
    told = _told(found, known, here)
    _hold_against_schema(told)
    return told


def _told(found: list[Package], known: dict[str, str], here: Path) -> str:
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6

    own = Component(name=NAME, version=_version(), type=ComponentType.APPLICATION, bom_ref=NAME)
    parts = [_component(package, known[package.name]) for package in found]
    locks = hashlib.sha256(b"".join((here / name).read_bytes() for name in (*LOCKS, LICENCES))).hexdigest()
    bom = Bom(components=parts, serial_number=uuid.uuid5(uuid.NAMESPACE_OID, locks))
    bom.metadata.component = own
    bom.register_dependency(own, parts)
    return JsonV1Dot6(bom).output_as_string(indent=1)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(NAME)
    except PackageNotFoundError:
        return "checkout"


def _component(package: Package, licence: str):
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    where = PackageURL("pypi", name=package.name, version=package.version)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        purl=where,
        bom_ref=str(where),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256) for sha256 in package.sha256],
        licenses=[LicenseFactory().make_from_string(licence)],
    )


def _hold_against_schema(told: str) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    if problem := JsonStrictValidator(SchemaVersion.V1_6).validate_str(told):
        where = "/".join(map(str, getattr(problem.data, "absolute_path", ())))
        raise RuntimeError(f"not CycloneDX at {where}")


def counted(told: str) -> tuple[int, int]:
    """How many packages a bill names, and how many hashes."""
    parts = json.loads(told)["components"]
    return len(parts), sum(len(part.get("hashes", ())) for part in parts)
