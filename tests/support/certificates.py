"""Certificates as a maker's own authority would issue them, good ones and bad ones."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.support.signing import make_key, sign

NOW = datetime.now(UTC)
YEAR = timedelta(days=365)


def certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    by: tuple[str, ec.EllipticCurvePrivateKey] | None = None,
    *,
    issues: bool = False,
    ends: datetime = NOW + YEAR,
    **more: bool,
) -> x509.Certificate:
    """Signed by itself where nobody else is named. more: signs=False, for_code=False, strange=True, alone=True."""
    issuer, issuing_key = by or (name, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 2 * YEAR)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(issues, 0 if more.get("alone") else None), critical=True)
        .add_extension(_usage(issues, more.get("signs", True)), critical=True)
    )
    if not issues:
        purpose = (
            ExtendedKeyUsageOID.CODE_SIGNING
            if more.get("for_code", True)
            else ExtendedKeyUsageOID.SERVER_AUTH
        )
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    if more.get("strange"):
        strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
        builder = builder.add_extension(strange, critical=True)
    return builder.sign(issuing_key, hashes.SHA256())


def write_pem(one: x509.Certificate, file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(one.public_bytes(serialization.Encoding.PEM))
    return file


def sign_with(folder: Path, key: ec.EllipticCurvePrivateKey, chain: list[x509.Certificate]) -> Path:
    """A bundle in the form of `model_signing sign certificate`."""
    file = sign(folder, key)
    bundle = json.loads(file.read_text())
    coded = [base64.b64encode(one.public_bytes(serialization.Encoding.DER)).decode() for one in chain]
    bundle["verificationMaterial"] = {
        "x509CertificateChain": {"certificates": [{"rawBytes": one} for one in coded]},
        "tlogEntries": [],
    }
    file.write_text(json.dumps(bundle))
    return file


def keyless(file: Path) -> Path:
    """A bundle in the form of Sigstore's: a certificate of minutes, and the entry of a public log."""
    bundle = json.loads(file.read_text())
    key = make_key()
    one = certificate("signer@example.org", key, ends=NOW - YEAR).public_bytes(serialization.Encoding.DER)
    bundle["verificationMaterial"] = {
        "certificate": {"rawBytes": base64.b64encode(one).decode()},
        "tlogEntries": [{"logIndex": "1", "kindVersion": {"kind": "dsse", "version": "0.0.1"}}],
    }
    file.write_text(json.dumps(bundle))
    return file


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(issues: bool, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs, content_commitment=False, key_encipherment=not signs, data_encipherment=False,
        key_agreement=False, key_cert_sign=issues, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
