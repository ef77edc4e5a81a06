"""What only a graphics card can show (RQ-24, RQ-25, RQ-27, RQ-29); skipped, and said, where a session gets none."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.errors import Problem
from inference.probe import probe_runtime
from inference.types import ModelInput, OutputState
from tests.support.starters import shipped
from tests.support.tiny_package import TinyPackage

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
BOTH = {"viewer.resources.providers": [CUDA, CPU]}
GIVEN = ModelInput(np.full((1, 64, 64), 900, np.int16), np.eye(4), attributes={"modality": "CT"})


@cache
def has_card() -> bool:
    """Whether a session really lands on a card; a list of what the library was built with says nothing."""
    return shutil.which("nvidia-smi") is not None and CUDA in probe_runtime().usable


pytestmark = pytest.mark.skipif(
    shutil.which("nvidia-smi") is None, reason="this machine has no graphics card that the runtime could use"
)


@pytest.fixture
def client() -> Iterator[ModelClient]:
    if not has_card():
        pytest.skip("the card is there, but no session lands on it")
    made = ModelClient(idle_s=0.5)
    yield made
    made.close()


def of_child(pid: int) -> int:
    """MiB of the card's memory that a process holds; 0 where the driver lists none."""
    asked = ["nvidia-smi", "--query-compute-apps=pid,used_memory", "--format=csv,noheader,nounits"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    rows = [line.split(",") for line in told.strip().splitlines() if line.strip()]
    return sum(int(used) for number, used in rows if int(number) == pid)


def test_rq_25_the_card_ran_and_is_named(client: ModelClient, tmp_path: Path) -> None:
    output = client.run(load_bundle(TinyPackage(changes=BOTH).write(tmp_path / "p")), GIVEN)
    assert (output.provider, output.warnings) == (CUDA, ())


def test_rq_24_the_golden_test_holds_on_the_card(client: ModelClient, tmp_path: Path) -> None:
    changes: dict[str, Any] = {**BOTH, "viewer.golden.0.atol": {"cpu": 1e-4, "cuda": 2e-3}}
    answer = client.golden(load_bundle(TinyPackage(changes=changes).write(tmp_path / "p")), (CUDA, CPU))
    assert not isinstance(answer, Problem)
    assert answer["provider"] == CUDA
    assert answer["cases"][0]["difference"] <= answer["cases"][0]["allowed"] == 2e-3


def test_rq_27_an_idle_worker_gives_the_card_back(client: ModelClient, tmp_path: Path) -> None:
    client.run(load_bundle(TinyPackage(changes=BOTH).write(tmp_path / "p")), GIVEN)
    pid = client.pid
    assert pid is not None
    until = time.monotonic() + 10
    while client.pid is not None and time.monotonic() < until:
        time.sleep(0.1)
    assert client.pid is None
    assert of_child(pid) == 0


def test_rq_29_a_film_takes_less_than_a_third_of_a_second_warm(client: ModelClient) -> None:
    bundle = load_bundle(shipped("cxr-opacity-starter"))
    if CUDA not in bundle.manifest.viewer.resources.providers:
        pytest.skip("the shipped classifier asks for the processor alone")
    pixels = np.random.default_rng(1).integers(0, 4000, (1, 2048, 2048), dtype=np.uint16)
    given = ModelInput(
        pixels, np.eye(4), in_patient=False, attributes={"modality": "DX", "photometric": "MONOCHROME2"}
    )
    begun = time.monotonic()
    assert client.run(bundle, given).state is not OutputState.FAILED
    assert time.monotonic() - begun < 5.0
    begun = time.monotonic()
    client.run(bundle, given)
    assert time.monotonic() - begun < 0.3
