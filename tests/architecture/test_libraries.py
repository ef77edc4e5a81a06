"""RQ-65, RQ-68: what a release is made of, and the papers beside it, are those of the lock and of the program."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.support import conformance_page, libraries_page

ROOT = Path(__file__).resolve().parents[2]
HELP = ROOT / "resources" / "help"
FLOORS = {"pydicom": "3.0.2", "onnx": "1.21"}  # each closes a published weakness


def lock() -> dict[str, set[Version]]:
    """Some have one version for each Python."""
    found: dict[str, set[Version]] = defaultdict(set)
    for one in libraries_page.libraries():
        found[one.name.lower()].add(Version(one.version))
    return found


@pytest.mark.parametrize(("name", "floor"), list(FLOORS.items()))
def test_rq_65_floors_hold_in_the_lock_and_in_what_we_allow(name: str, floor: str) -> None:
    allowed = SpecifierSet(libraries_page.wanted()[name][0])
    assert min(lock()[name]) >= Version(floor)
    *first, last = Version(floor).release
    last_bad = (*first, last - 1, 999)
    assert not allowed.contains(".".join(map(str, last_bad)))


def test_rq_65_every_library_that_we_name_is_locked_within_its_range() -> None:
    locked = lock()
    wanted = libraries_page.wanted()
    assert len(wanted) > 30
    for name, (allowed, _why) in wanted.items():
        assert all(version in SpecifierSet(allowed) for version in locked[name]), name


def test_rq_65_a_version_that_breaks_python_is_left_out() -> None:
    assert not SpecifierSet(libraries_page.wanted()["pyside6-essentials"][0]).contains("6.12.0")


def test_rq_65_gdcm_is_nowhere() -> None:
    assert not [name for name in lock() if "gdcm" in name]
    code = [file for room in ("app", "viewers", "inference") for file in (ROOT / room).rglob("*.py")]
    assert not [file for file in code if re.search(r"^\s*(import|from) gdcm", file.read_text("utf-8"), re.M)]


def test_rq_65_the_bill_of_materials_is_the_lock(tmp_path: Path) -> None:
    out = tmp_path / "bill.json"
    script = ROOT / "packaging" / "bill_of_materials.py"
    subprocess.run([sys.executable, str(script), "--out", str(out)], check=True, timeout=120)
    told = json.loads(out.read_text(encoding="utf-8"))
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert told["metadata"]["component"]["name"] == "overread"
    parts = told["components"]
    assert {(one["name"].lower(), Version(one["version"])) for one in parts} == {
        (name, version) for name, versions in lock().items() for version in versions
    }
    assert all(one["hashes"] and one["purl"].startswith("pkg:pypi/") for one in parts)
    assert sum("licenses" in one for one in parts) > 0.9 * len(parts)


def test_rq_68_the_list_of_libraries_is_the_lock() -> None:
    """Made anew by `python -m tests.support.libraries_page`."""
    present = libraries_page.PAGE.read_text(encoding="utf-8")
    # Licences are those of what is installed, which other systems have other parts of.
    assert _without_licences(libraries_page.page(present)) == _without_licences(present)


def _without_licences(page: str) -> list[list[str]]:
    return [[cell for at, cell in enumerate(line.split(" | ")) if at != 2] for line in page.splitlines()]


def test_rq_68_the_conformance_statement_is_what_is_negotiated() -> None:
    """Made anew by `python -m tests.support.conformance_page`."""
    present = conformance_page.PAGE.read_text(encoding="utf-8")
    assert conformance_page.page(present) == present
    uids = re.findall(r"`(1\.2\.840\.10008[.\d]+)`", present)
    assert len(uids) > 80
    assert not [
        uid for uid in uids if conformance_page.name_of(uid) == uid
    ]  # each is one that the standard names


def test_rq_68_each_risk_names_a_test_and_what_is_left() -> None:
    rows = [
        line for line in (HELP / "risks.md").read_text(encoding="utf-8").splitlines() if line[:4] == "| R-"
    ]
    assert [row[2:6] for row in rows] == [f"R-{number:02}" for number in range(1, len(rows) + 1)]
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 7
        assert cells[3] in {"S1", "S2", "S3"}
        assert "`tests/" in cells[-1]
        assert all(cells)


def test_rq_68_every_shipped_model_has_its_card_and_weaknesses_have_an_address() -> None:
    packages = [folder for folder in (ROOT / "resources" / "models").iterdir() if folder.is_dir()]
    assert len(packages) >= 6
    assert all((folder / "docs" / "README.md").is_file() for folder in packages)
    assert "Report" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")
