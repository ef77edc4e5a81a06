"""`doctor` tries what decodes studies, and a codec that is broken shows as broken."""

from __future__ import annotations

import numpy as np
import pytest

from app.studies.codec_check import working_codecs


def test_every_family_works_here() -> None:
    assert all(working_codecs().values()), working_codecs()
    assert len(working_codecs()) == 7


def test_a_codec_that_gives_another_picture_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "app.studies.codec_check.decode_codestream", lambda _task, _frame: np.zeros((64, 64), np.uint16)
    )
    assert not any(working_codecs().values())
