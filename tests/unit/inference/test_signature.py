"""RQ-35, RQ-67: a signature counts if a trusted key made it over exactly the files that lie there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from inference.hashes import write_sums
from inference.signature import Signed, check_signature, root_digest
from tests.support.signing import make_key, sign, statement_of, write_public
from tests.support.tiny_package import TinyPackage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return TinyPackage().write(tmp_path / "spot")


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()], ids=lambda one: one.name)
def test_a_trusted_key_is_recognised(folder: Path, tmp_path: Path, curve: ec.EllipticCurve) -> None:
    key = make_key(curve)
    sign(folder, key)
    other = write_public(make_key(), tmp_path / "keys" / "other.pem")
    report = check_signature(folder, [other, write_public(key, tmp_path / "keys" / "maker.pem")])
    assert (report.state, report.problem) == (Signed.VERIFIED, None)
    assert len(report.signer) == 64


def test_without_a_signature_it_is_unsigned(folder: Path) -> None:
    assert check_signature(folder, []).state is Signed.UNSIGNED


def test_a_key_that_is_not_trusted_is_named(folder: Path, tmp_path: Path) -> None:
    sign(folder, make_key())
    report = check_signature(folder, [write_public(make_key(), tmp_path / "a.pem")])
    assert (report.state, report.problem is not None) == (Signed.UNKNOWN_SIGNER, True)


def test_another_key_under_the_name_of_a_trusted_one_is_refused(folder: Path, tmp_path: Path) -> None:
    trusted, thief = make_key(), make_key()
    file = sign(folder, thief)
    hint = json.loads(sign(folder, trusted).read_text())["verificationMaterial"]
    bundle = json.loads(sign(folder, thief).read_text())
    file.write_text(json.dumps({**bundle, "verificationMaterial": hint}))
    report = check_signature(folder, [write_public(trusted, tmp_path / "a.pem")])
    assert report.state is Signed.REFUSED
    assert report.problem is not None
    assert report.problem.key == "model.problem.signature_wrong"


@pytest.mark.parametrize("what", ["flipped", "added", "removed"])
def test_files_that_are_not_those_signed_are_refused(folder: Path, tmp_path: Path, what: str) -> None:
    """Even where SHA256SUMS was written anew to fit."""
    key = make_key()
    sign(folder, key)
    if what == "flipped":
        (folder / "docs/README.md").write_text("another card")
    elif what == "added":
        (folder / "docs/more.md").write_text("more")
    else:
        (folder / "docs/README.md").unlink()
    write_sums(folder)
    report = check_signature(folder, [write_public(key, tmp_path / "a.pem")])
    assert report.state is Signed.REFUSED
    assert report.problem is not None
    assert report.problem.key == "model.problem.signature_files"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"mediaType": "x"}',
        "\x00",
        '{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}',
        "[" * 5000,
    ],
    ids=range(7),
)
def test_what_is_no_bundle_is_refused(folder: Path, content: str) -> None:
    (folder / "model.sig").write_text(content)
    assert check_signature(folder, []).state is Signed.REFUSED


def test_digests_that_do_not_add_up_are_refused(folder: Path, tmp_path: Path) -> None:
    key, statement = make_key(), statement_of(folder)
    statement["subject"] = [{"name": "x", "digest": {"sha256": "0" * 64}}]
    sign(folder, key, statement)
    assert check_signature(folder, [write_public(key, tmp_path / "a.pem")]).state is Signed.REFUSED


def test_a_bundle_without_a_key_cannot_be_checked_here(folder: Path) -> None:
    file = sign(folder, make_key())
    bundle = json.loads(file.read_text())
    bundle["verificationMaterial"] = {"certificate": {"rawBytes": ""}, "tlogEntries": []}
    file.write_text(json.dumps(bundle))
    assert check_signature(folder, []).state is Signed.UNKNOWN_SIGNER


def test_the_root_digest_is_that_of_the_specification() -> None:
    """sha256 over the digests' bytes in order: of none, that of nothing."""
    assert root_digest([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
