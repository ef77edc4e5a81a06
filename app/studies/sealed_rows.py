"""Rows of the index that speak of encrypted copies: their words are sealed under the key of the copy's own study.

So a purge, which takes that key away, takes the row's words with it, whatever a database file keeps of old pages. What
is searched for is a keyed name of the identifier. Rows of the user's own folders lie as they are, beside the files.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.support.held.doors import vault_of, vaults

if TYPE_CHECKING:
    from app.support.held.vault import Vault

_SEALED = "sealed"
_NONCE = 12
_HIDDEN = ("study_instance_uid", "series_instance_uid", "sop_instance_uid")
_LEFT_OUT = ("patient_id", "modality", "study_date")


def sealed(path: Path, row: dict[str, Any]) -> dict[str, Any]:
    """The row as it may be written: unchanged where the file is no encrypted copy. Raises OSError."""
    vault = vault_of(path)
    if vault is None:
        return row
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce, words = os.urandom(_NONCE), json.dumps(row["content"]).encode()
    whole = nonce + AESGCM(vault.key_to_write(vault.unit_of(path))).encrypt(nonce, words, _bound(path))
    hidden = {name: vault.name_for(row[name]) for name in _HIDDEN}
    content = {_SEALED: base64.b64encode(whole).decode()}
    return row | hidden | dict.fromkeys(_LEFT_OUT, "") | {"content": content}


def opened(path: Path, content: dict[str, Any]) -> dict[str, Any] | None:
    """What a row says; None where its key is gone or not to be had, or where it was altered."""
    if _SEALED not in content:
        return content
    vault = vault_of(path)
    return None if vault is None else _unsealed(vault, path, content)


def spellings(identifier: str) -> tuple[str, ...]:
    """Under which names an identifier may stand in the index."""
    hidden = (vault.name_for(identifier) for vault in vaults() if vault.root.is_dir())
    return tuple(dict.fromkeys((identifier, *hidden)))


def _unsealed(vault: Vault, path: Path, content: dict[str, Any]) -> dict[str, Any] | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        whole = base64.b64decode(content[_SEALED])
        key = vault.key_of(vault.unit_of(path))
        told = json.loads(AESGCM(key).decrypt(whole[:_NONCE], whole[_NONCE:], _bound(path)))
    except (OSError, InvalidTag, ValueError, TypeError, binascii.Error):
        return None
    return told if isinstance(told, dict) else None


def _bound(path: Path) -> bytes:
    return f"row {path.name}".encode()
