"""`overread journal verify` vouches for every voxel that was painted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.main import run
from app.context import AppContext
from app.domain.masks import Segment
from app.findings.mask_check import check_masks
from app.support.mask_blocks import SUFFIX
from app.workflows import masks as deeds
from tests.unit.masks.test_journal_of_masks import block, ctx, head, keep

__all__ = ["ctx"]  # a fixture


@pytest.fixture
def painted(ctx: AppContext) -> AppContext:
    deeds.begin(ctx, head(), Segment(1, "A", (255, 0, 0)))
    keep(ctx, block(), "1")
    keep(ctx, block(start=(3, 3, 3)), "2")
    keep(ctx, block(), "3")  # the same change again is the same file
    return ctx


def files(ctx: AppContext) -> list[Path]:
    return sorted(ctx.paths.masks.glob(f"*{SUFFIX}"))


def test_all_there(painted: AppContext) -> None:
    report = check_masks(painted.paths.journal_file, painted.paths.masks)
    assert report.is_whole
    assert report.files == 2


def test_a_missing_and_an_altered_file_are_named(painted: AppContext) -> None:
    gone, altered = files(painted)
    gone.unlink()
    altered.write_bytes(altered.read_bytes()[:-1] + b"x")
    report = check_masks(painted.paths.journal_file, painted.paths.masks)
    assert (report.missing, report.damaged) == ((gone.stem,), (altered.stem,))


def test_the_command_says_so_and_ends_with_1(painted: AppContext, capsys: pytest.CaptureFixture[str]) -> None:
    journal = str(painted.paths.journal_file)
    assert run(["journal", "verify", journal]) == 0
    assert "2 changes of masks, each as it was kept." in capsys.readouterr().out
    files(painted)[0].unlink()
    assert run(["journal", "verify", journal]) == 1
    assert "1 of 2 changes of masks" in capsys.readouterr().err
    assert run(["journal", "verify", journal, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["is_whole"] is False
    assert len(told["masks"]["missing"]) == 1
