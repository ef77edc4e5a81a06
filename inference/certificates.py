"""Signing certificates: which key a chain vouches for, if it leads to a certificate that a site trusts.

Paths are validated by `cryptography` (RFC 5280): dates, issuers, lengths, critical extensions. Ours is what a package
asks of the signer: a key on an elliptic curve, made for signatures, and of code where its purposes are told. What is
not proven is not trusted; nothing is fetched, so withdrawn certificates are not known of.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LONGEST = 8  # certificates of a chain
LARGEST = 64 * 1024


def vouched_key(chain: Sequence[bytes], trusted: Sequence[Path], now: datetime | None = None) -> Any:
    """The key of the first certificate (DER) if the chain leads to a trusted one (PEM files), else None.

    Raises ValueError for what is no certificate.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    if not 1 <= len(chain) <= LONGEST or any(len(one) > LARGEST for one in chain):
        raise ValueError("chain")
    anchors = [one for file in trusted for one in certificates_of(file)]
    try:
        leaf, *between = [x509.load_der_x509_certificate(one) for one in chain]
        key = leaf.public_key()
        is_signer = isinstance(key, EllipticCurvePublicKey) and _signs(leaf)
        return key if is_signer and _leads_to(leaf, between, anchors, now or datetime.now(UTC)) else None
    except (
        x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm
    ) as error:  # fmt: skip
        raise ValueError(type(error).__name__) from error


def certificates_of(file: Path) -> list[Any]:
    """All certificates of a PEM file; none where it holds something else."""
    from cryptography import x509

    try:
        return list(x509.load_pem_x509_certificates(file.read_bytes()))
    except (OSError, ValueError):
        return []


def _leads_to(leaf: Any, between: list[Any], anchors: list[Any], moment: datetime) -> bool:
    from cryptography.x509 import verification

    if not anchors:
        return False
    # What the purposes of a web server or its visitor would be is not asked: `_signs` asks for those of a signer.
    rules = verification.ExtensionPolicy
    checks = (
        verification.PolicyBuilder()
        .store(verification.Store(anchors))
        .time(moment)
        .max_chain_depth(LONGEST)
        .extension_policies(ca_policy=_issuing(), ee_policy=rules.permit_all())
        .build_client_verifier()
    )
    try:
        checks.verify(leaf, between)
    except verification.VerificationError:
        return False
    return True


def _issuing() -> Any:
    """An issuer says that it is one; what else it says it may."""
    from cryptography import x509
    from cryptography.x509 import verification

    critical = verification.Criticality.AGNOSTIC
    return (
        verification.ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, critical, None)
        .may_be_present(x509.KeyUsage, critical, _may_issue)
    )


def _may_issue(_policy: Any, _certificate: Any, usage: Any) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("no issuer")


def _signs(leaf: Any) -> bool:
    """Made for signatures, and for those of code where it says what for."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    usage, purposes = _extension(leaf, x509.KeyUsage), _extension(leaf, x509.ExtendedKeyUsage)
    allowed = {ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    return (usage is None or bool(usage.digital_signature)) and (
        purposes is None or any(one in allowed for one in purposes)
    )


def _extension(one: Any, kind: Any) -> Any:
    from cryptography import x509

    try:
        return one.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
