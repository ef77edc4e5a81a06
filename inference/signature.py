"""Signatures of packages: OpenSSF Model Signing bundles, checked against keys and certificates that a site trusts.

The bundle is a file `model.sig` beside the files: JSON with a DSSE envelope, whose payload is an in-toto statement that
lists every file with its sha256. A signature over anything else than exactly the files that lie here is refused,
whoever made it. One made with a certificate counts if its chain leads to a trusted one; a keyless one (Sigstore) cannot
be checked without a network, and never counts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from inference.certificates import vouched_key
from inference.errors import Problem
from inference.hashes import SIGNATURE, SUMS, file_sha256, listed_files

LARGEST_BUNDLE = 4 * 1024 * 1024
MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
_HASHES = {256: "SHA256", 384: "SHA384", 521: "SHA512"}  # by the size of the curve
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://model_signing/signature/v1.0"


class Signed(Enum):
    """What a signature is worth here."""

    UNSIGNED = "unsigned"
    VERIFIED = "verified"
    UNKNOWN_SIGNER = "unknown_signer"  # no trusted key made it; whether it is right cannot be told
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """signer: sha256 of the key that made it, as the bundle or the trusted key says."""

    state: Signed
    signer: str = ""
    problem: Problem | None = None


def check_signature(folder: Path, keys: Sequence[Path]) -> SignatureReport:
    """Check `model.sig` of a package against PEM files of public keys (P-256, P-384 or P-521) and of certificates."""
    file = folder / SIGNATURE
    if not file.exists():
        return SignatureReport(Signed.UNSIGNED)
    try:
        if file.is_symlink() or file.stat().st_size > LARGEST_BUNDLE:
            return _refused("model.problem.signature_form", what="not a plain file of at most 4 MiB")
        bundle = json.loads(file.read_text(encoding="utf-8"))
        payload, signature, hint = _opened(bundle)
        chain = _chain(bundle["verificationMaterial"])
        vouched = vouched_key(chain, keys) if chain else None
        vouched = vouched if vouched is not None and vouched.curve.key_size in _HASHES else None
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        return _refused("model.problem.signature_form", what=type(error).__name__)
    problem = _disagreement(folder, payload)
    if problem is not None:  # whoever signed: these are not the files
        return SignatureReport(Signed.REFUSED, hint, problem)
    if not hint and vouched is None:
        why = "model.problem.signature_chain" if chain else "model.problem.signature_keyless"
        return SignatureReport(Signed.UNKNOWN_SIGNER, "", Problem(why, {"file": SIGNATURE}))
    key = vouched or next((_load(one) for one in keys if key_id(one) == hint), None)
    if key is None:
        return SignatureReport(
            Signed.UNKNOWN_SIGNER, hint, Problem("model.problem.signer_unknown", {"signer": hint[:16]})
        )
    if not _is_of(key, payload, signature):
        return _refused("model.problem.signature_wrong", signer=hint)
    return SignatureReport(Signed.VERIFIED, _id_of(key))


def key_id(file: Path) -> str:
    """sha256 of a public key as PEM, which is how bundles name it; '' for a file that holds no such key."""
    key = _load(file)
    return "" if key is None else _id_of(key)


def _id_of(key: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return hashlib.sha256(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def pre_authentication(payload: bytes) -> bytes:
    """What is signed: type and payload with their lengths (DSSE, pre-authentication encoding, version 1)."""
    head = f"DSSEv1 {len(PAYLOAD_TYPE)} {PAYLOAD_TYPE} {len(payload)} "
    return head.encode() + payload


def root_digest(digests: Sequence[str]) -> str:
    """The one digest over all files, in the order of their names."""
    whole = hashlib.sha256()
    for digest in digests:
        whole.update(bytes.fromhex(digest))
    return whole.hexdigest()


def signed_files(folder: Path) -> list[str]:
    """Every file of a package but the signature itself, sorted."""
    return sorted([*listed_files(folder), *([SUMS] if (folder / SUMS).is_file() else [])])


def _opened(bundle: Any) -> tuple[bytes, bytes, str]:
    """Payload, signature and name of the key. Raises ValueError, KeyError, TypeError, IndexError."""
    if bundle["mediaType"] != MEDIA_TYPE or bundle["dsseEnvelope"]["payloadType"] != PAYLOAD_TYPE:
        raise ValueError("type")
    envelope = bundle["dsseEnvelope"]
    try:
        payload = base64.b64decode(envelope["payload"], validate=True)
        signature = base64.b64decode(envelope["signatures"][0]["sig"], validate=True)
    except binascii.Error as error:
        raise ValueError("base64") from error
    named = bundle["verificationMaterial"].get("publicKey") or {}
    return payload, signature, str(named.get("hint") or "")


def _chain(material: Any) -> list[bytes]:
    """Certificates of a bundle, the signer's first; none of a keyless one, whose own holds for minutes only.

    Raises ValueError, KeyError, TypeError, AttributeError.
    """
    told = material.get("x509CertificateChain") or {}
    return [base64.b64decode(one["rawBytes"], validate=True) for one in told.get("certificates") or ()]


def _load(file: Path) -> Any:  # an elliptic curve key of cryptography, or None
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(file.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, EllipticCurvePublicKey) and key.curve.key_size in _HASHES else None


def _is_of(key: Any, payload: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    algorithm = getattr(hashes, _HASHES[key.curve.key_size])()
    try:
        key.verify(signature, pre_authentication(payload), ec.ECDSA(algorithm))
    except InvalidSignature:
        return False
    return True


def _disagreement(folder: Path, payload: bytes) -> Problem | None:
    """What the signed statement says that is not so here, or None."""
    try:
        statement = json.loads(payload)
        is_whole = (statement["_type"], statement["predicateType"]) == (STATEMENT, PREDICATE)
        resources = statement["predicate"]["resources"]
        told = {str(one["name"]): str(one["digest"]) for one in resources if one["algorithm"] == "sha256"}
        root = str(statement["subject"][0]["digest"]["sha256"])
        is_whole = is_whole and len(statement["subject"]) == 1 and len(told) == len(resources)
        is_whole = is_whole and root == root_digest([str(one["digest"]) for one in resources])
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        return Problem("model.problem.signature_form", {"what": type(error).__name__})
    if not is_whole:
        return Problem("model.problem.signature_form", {"what": "its digests do not add up"})
    present = signed_files(folder)
    for name in sorted(set(present) ^ set(told)):
        return Problem("model.problem.signature_files", {"file": name})
    for name in present:
        if file_sha256(folder / name) != told[name]:
            return Problem("model.problem.signature_files", {"file": name})
    return None


def _refused(key: str, signer: str = "", **facts: str) -> SignatureReport:
    return SignatureReport(Signed.REFUSED, signer, Problem(key, {"signer": signer[:16], **facts}))
