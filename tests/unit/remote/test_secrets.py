"""Secrets go to the keyring, or stay in memory; they never show. (RQ-66)"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import keyring
import pytest

from app.settings.connections import Connection
from app.studies.remote import secrets
from app.studies.remote.secrets import Kept, forget_secret, get_secret, has_keyring, hold_secret, put_secret
from tests.support.keyrings import Drawer

WEB = Connection("archive", url="https://pacs.example.org/dicom-web", auth="basic", user="ann")


@pytest.fixture(autouse=True)
def _own_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)
    secrets._memory = secrets._Memory()


def test_the_keyring_keeps_it() -> None:
    drawer = Drawer()
    keyring.set_keyring(drawer)
    assert has_keyring()
    assert get_secret(WEB) is None
    assert put_secret(WEB, "s3cret") is Kept.KEYRING
    assert get_secret(WEB) == "s3cret"
    assert list(drawer.held.values()) == ["s3cret"]
    forget_secret(WEB)
    forget_secret(WEB)
    assert get_secret(WEB) is None
    assert not drawer.held


@pytest.mark.parametrize("is_locked", [False, True], ids=["none", "locked"])
def test_without_a_keyring_it_lives_for_this_run(*, is_locked: bool) -> None:
    backend = Drawer(locked=True) if is_locked else keyring.core.load_keyring("keyring.backends.fail.Keyring")
    keyring.set_keyring(backend)
    assert put_secret(WEB, "s3cret") is Kept.THIS_RUN
    assert get_secret(WEB) == "s3cret"
    assert "s3cret" not in repr(secrets._memory)
    forget_secret(WEB)
    assert get_secret(WEB) is None


def test_a_secret_is_not_given_to_another_address_or_user() -> None:
    keyring.set_keyring(Drawer())
    put_secret(WEB, "s3cret")
    assert get_secret(replace(WEB, url="https://elsewhere.example.org/")) is None
    assert get_secret(replace(WEB, user="bob")) is None
    assert get_secret(replace(WEB, auth="bearer", user="")) is None


def test_a_secret_of_this_run_goes_before_the_keyrings() -> None:
    keyring.set_keyring(Drawer())
    put_secret(WEB, "old")
    hold_secret(WEB, "new")
    assert get_secret(WEB) == "new"
