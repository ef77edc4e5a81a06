#!/usr/bin/env python3
"""Write what a release is made of: a CycloneDX 1.6 list of the product's locked libraries, each with its hashes.

    python3 packaging/bootstrap.py sbom [--out FILE]

It is made from `packaging/requirements.txt` alone, so it says what is installed by hash and not what happens to lie in
an environment; licences come from the installed libraries' own metadata. `pip-audit -r packaging/requirements.txt
--no-deps --disable-pip` holds the same lock against the public lists of weaknesses, where a network is at hand.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "packaging" / "requirements.txt"
LOCKED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Library:
    """One line of the lock. licence: as the library says itself; empty where it is not installed here."""

    name: str
    version: str
    hashes: tuple[str, ...]
    licence: str


def locked(lock: Path = LOCK) -> Iterator[Library]:
    """The libraries of a lock, in its order."""
    text = lock.read_text(encoding="utf-8")
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        found = LOCKED.match(block)
        if found is not None:
            name = found["name"]
            yield Library(name, found["version"], tuple(HASH.findall(block)), licence_of(name))


def licence_of(name: str) -> str:
    """What an installed library says of its licence: an expression, else a classifier, else its own first line."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return ""
    if "License-Expression" in told:
        return told["License-Expression"]
    classified = [line for line in told.get_all("Classifier") or () if line.startswith("License :: ")]
    if classified:
        return str(classified[0].rsplit(" :: ", 1)[-1])
    own = told["License"].strip() if "License" in told else ""
    return own.splitlines()[0][:80] if own else ""


def bill(libraries: list[Library]) -> Bom:
    """The list as CycloneDX; the product itself is what it is about."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    licences = LicenseFactory()
    made = Bom()
    product = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.APPLICATION,
        bom_ref=project["name"],
        licenses=[licences.make_from_string(project["license"])],
    )
    made.metadata.component = product
    parts = [
        Component(
            name=one.name,
            version=one.version,
            type=ComponentType.LIBRARY,
            bom_ref=f"{one.name}=={one.version}",
            purl=PackageURL("pypi", name=one.name.lower(), version=one.version),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=value) for value in one.hashes],
            licenses=[licences.make_from_string(one.licence)] if one.licence else [],
        )
        for one in libraries
    ]
    for part in parts:
        made.components.add(part)
    made.register_dependency(product, parts)
    return made


def main(arguments: list[str]) -> int:
    """Write the file; returns 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "overread.cdx.json")
    options = parser.parse_args(arguments)
    libraries = list(locked())
    options.out.parent.mkdir(parents=True, exist_ok=True)
    text = make_outputter(bill(libraries), OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    options.out.write_text(text + "\n", encoding="utf-8")
    print(f"{len(libraries)} libraries: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
