"""Signs packages in the form of OpenSSF Model Signing, with a bare elliptic curve key, as a maker would."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from inference.hashes import file_sha256
from inference.signature import MEDIA_TYPE, PAYLOAD_TYPE, PREDICATE, STATEMENT, signed_files

SHA: dict[int, hashes.HashAlgorithm] = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}


def make_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve or ec.SECP256R1())


def write_public(key: ec.EllipticCurvePrivateKey, file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    file.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, form))
    return file


def statement_of(folder: Path) -> dict[str, object]:
    digests = {name: file_sha256(folder / name) for name in signed_files(folder)}
    whole = hashlib.sha256(b"".join(bytes.fromhex(one) for one in digests.values())).hexdigest()
    return {
        "_type": STATEMENT,
        "subject": [{"name": folder.name, "digest": {"sha256": whole}}],
        "predicateType": PREDICATE,
        "predicate": {
            "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": False},
            "resources": [{"name": n, "algorithm": "sha256", "digest": d} for n, d in digests.items()],
        },
    }


def sign(folder: Path, key: ec.EllipticCurvePrivateKey, statement: dict[str, object] | None = None) -> Path:
    payload = json.dumps(statement or statement_of(folder)).encode()
    covered = b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
    signature = key.sign(covered, ec.ECDSA(SHA[key.curve.key_size]))
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    bundle = {
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {"publicKey": {"hint": hashlib.sha256(pem).hexdigest()}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}],
        },
    }
    file = folder / "model.sig"
    file.write_text(json.dumps(bundle), encoding="utf-8")
    return file
