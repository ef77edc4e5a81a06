"""RQ-67: a signature made with a certificate counts if its chain leads to one that the site trusts, and only then."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inference.hashes import write_sums
from inference.signature import SignatureReport, Signed, check_signature
from tests.support.certificates import NOW, YEAR, certificate, keyless, sign_with, write_pem
from tests.support.signing import make_key, sign, write_public
from tests.support.tiny_package import TinyPackage

ROOT_KEY, MIDDLE_KEY, KEY = make_key(), make_key(), make_key()
ROOT = certificate("root", ROOT_KEY, issues=True)
MIDDLE = certificate("middle", MIDDLE_KEY, ("root", ROOT_KEY), issues=True)
LEAF = certificate("signing", KEY, ("middle", MIDDLE_KEY))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return TinyPackage().write(tmp_path / "spot")


def key_of(report: SignatureReport) -> str:
    return report.problem.key.removeprefix("model.problem.") if report.problem else ""


@pytest.mark.parametrize("chain", [[LEAF, MIDDLE], [LEAF, MIDDLE, ROOT], [LEAF, ROOT, MIDDLE]])
def test_a_chain_to_a_trusted_root_counts(folder: Path, tmp_path: Path, chain: list[object]) -> None:
    sign_with(folder, KEY, chain)  # type: ignore[arg-type]  # certificates
    report = check_signature(
        folder, [write_public(make_key(), tmp_path / "a.pem"), write_pem(ROOT, tmp_path / "r.pem")]
    )
    assert (report.state, report.problem) == (Signed.VERIFIED, None)
    assert len(report.signer) == 64


def test_a_certificate_that_is_trusted_itself_counts(folder: Path, tmp_path: Path) -> None:
    sign_with(folder, KEY, [LEAF])
    assert check_signature(folder, [write_pem(LEAF, tmp_path / "l.pem")]).state is Signed.VERIFIED


FOREIGN = certificate("root", make_key(), issues=True)
EXPIRED = certificate("signing", KEY, ("root", ROOT_KEY), ends=NOW - YEAR)
OLD_MIDDLE = certificate("middle", MIDDLE_KEY, ("root", ROOT_KEY), issues=True, ends=NOW - YEAR)
NO_ISSUER = certificate("middle", MIDDLE_KEY, ("root", ROOT_KEY))
ALONE = certificate("root", ROOT_KEY, issues=True, alone=True)


@pytest.mark.parametrize(
    ("chain", "trusted"),
    [
        ([LEAF, MIDDLE, ROOT], None),
        ([LEAF, MIDDLE, ROOT], FOREIGN),
        ([LEAF], ROOT),
        ([EXPIRED], ROOT),
        ([LEAF, OLD_MIDDLE], ROOT),
        ([LEAF, NO_ISSUER], ROOT),
        ([LEAF, MIDDLE], ALONE),
        ([certificate("signing", KEY, ("root", ROOT_KEY), signs=False)], ROOT),
        ([certificate("signing", KEY, ("root", ROOT_KEY), for_code=False)], ROOT),
        ([certificate("signing", KEY, ("root", ROOT_KEY), strange=True)], ROOT),
    ],
    ids=[
        "nobody trusted", "another of that name", "a link missing", "run out", "an issuer run out",
        "made by one that may not issue", "longer than allowed", "not for signatures", "for servers", "unknown rule",
    ],
)  # fmt: skip
def test_any_other_chain_needs_consent(
    folder: Path, tmp_path: Path, chain: list[object], trusted: object
) -> None:
    sign_with(folder, KEY, chain)  # type: ignore[arg-type]  # certificates
    keys = [] if trusted is None else [write_pem(trusted, tmp_path / "r.pem")]  # type: ignore[arg-type]
    report = check_signature(folder, keys)
    assert (report.state, key_of(report)) == (Signed.UNKNOWN_SIGNER, "signature_chain")


def test_a_trusted_certificate_over_the_signature_of_another_key_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    sign_with(folder, make_key(), [LEAF, MIDDLE])
    report = check_signature(folder, [write_pem(ROOT, tmp_path / "r.pem")])
    assert (report.state, key_of(report)) == (Signed.REFUSED, "signature_wrong")


def test_a_keyless_signature_is_never_accepted_by_itself(folder: Path, tmp_path: Path) -> None:
    keyless(sign(folder, KEY))
    report = check_signature(folder, [write_pem(ROOT, tmp_path / "r.pem")])
    assert (report.state, key_of(report)) == (Signed.UNKNOWN_SIGNER, "signature_keyless")


@pytest.mark.parametrize("how", ["keyless", "certificate", "unknown key"])
def test_changed_files_are_refused_whoever_signed(folder: Path, how: str) -> None:
    file = sign_with(folder, KEY, [LEAF]) if how == "certificate" else sign(folder, KEY)
    if how == "keyless":
        keyless(file)
    (folder / "docs/README.md").write_text("another card")
    write_sums(folder)
    report = check_signature(folder, [])
    assert (report.state, key_of(report)) == (Signed.REFUSED, "signature_files")


@pytest.mark.parametrize(
    "told",
    [
        {"certificates": [{"rawBytes": "AAAA"}]}, {"certificates": [{"rawBytes": "%"}]}, {"certificates": [7]},
        {"certificates": "x"}, {"certificates": [{}]}, [1], "text",
        {"certificates": [{"rawBytes": "AAAA"}] * 40},
    ],
)  # fmt: skip
def test_what_is_no_chain_is_refused(folder: Path, told: object) -> None:
    file = sign_with(folder, KEY, [LEAF])
    bundle = json.loads(file.read_text())
    bundle["verificationMaterial"]["x509CertificateChain"] = told
    file.write_text(json.dumps(bundle))
    report = check_signature(folder, [])
    assert (report.state, key_of(report)) == (Signed.REFUSED, "signature_form")
