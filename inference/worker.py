"""The child process: takes one run after another, answers each, never lives past its parent's end of the line."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from inference.errors import Problem, RunRefusedError
from inference.sandbox import leave_network, limit_to_package
from inference.types import ModelInput, ModelOutput, OutputState
from inference.wire import Connection, WireError, pack_output, receive, send, unpack_input

if TYPE_CHECKING:
    from inference.engine import Engine
    from inference.ladder import Rung

RUN, GOLDEN, TRY = "run", "golden", "try"
PROGRESS, RESULT, ANSWER = "progress", "result", "answer"


def main(connection: Connection) -> None:
    """Serve until the parent closes the line."""
    leave_network()
    while True:
        try:
            kind, content, arrays = receive(connection)
        except (EOFError, OSError, WireError):
            return
        try:
            if kind == RUN:
                _serve_run(connection, content, arrays)
            elif kind == GOLDEN:
                _serve_golden(connection, content)
            elif kind == TRY:
                _serve_try(connection, content, arrays)
        except (BrokenPipeError, ConnectionError):
            return


def _serve_run(connection: Connection, content: dict[str, Any], arrays: list[NDArray[Any]]) -> None:
    folder, requested = Path(content["folder"]), tuple(content["providers"])

    def tell(fraction: float, key: str) -> None:
        send(connection, PROGRESS, {"fraction": fraction, "key": key})

    try:
        output = run(folder, unpack_input(content["input"], arrays), requested, tell)
    except RunRefusedError as error:
        state = OutputState.FAILED if error.applicable else OutputState.NOT_APPLICABLE
        output = _ended(state, error.problem)
    except MemoryError:
        output = _ended(OutputState.FAILED, Problem("model.failed.memory"))
    told, packed = pack_output(replace(output, requested_providers=output.requested_providers or requested))
    send(connection, RESULT, told, packed)


def run(folder: Path, given: ModelInput, requested: tuple[str, ...], tell: Any) -> ModelOutput:
    """One run in this process; the package was checked by the parent. Raises RunRefusedError."""
    from inference.bundle import read_manifest
    from inference.consistency import settle
    from inference.ladder import climb_down
    from inference.plugins import tasks
    from inference.task_types import RunContext

    problems: list[Problem] = []
    manifest = read_manifest(folder, problems)
    if manifest is None:
        raise RunRefusedError(problems[0] if problems else Problem("model.problem.manifest"))
    resources = manifest.viewer.resources
    limit_to_package(resources.ram_mb)
    sha256 = tuple(one.sha256 for one in manifest.viewer.onnx)
    began, stamp = time.perf_counter(), _now()
    used: list[Engine] = []

    def attempt(rung: Rung) -> ModelOutput:
        used.append(_engine(folder, sha256, rung.providers, resources.vram_mb))
        context = RunContext(rung.manifest, folder, given, used[-1].open, tell)
        return tasks()[manifest.viewer.kind].run(context)

    providers = tuple(name for name in requested if name in resources.providers)
    output = climb_down(manifest, providers, attempt, lambda: used[-1].provider if used else "")
    done = replace(
        output,
        provider=used[-1].provider,
        warnings=(*output.warnings, *used[-1].warnings),
        stamps={"main_start": stamp, "main_end": _now()},
        seconds={"child": time.perf_counter() - began},
        requested_providers=providers,  # a package for the processor alone has asked for no other device
    )
    return settle(done)


@lru_cache(maxsize=1)
def _engine(folder: Path, sha256: tuple[str, ...], providers: tuple[str, ...], vram_mb: int) -> Engine:
    """The engine of the package that ran last stays warm; one of another package, or content, takes its place."""
    from inference.engine import Engine

    return Engine(requested=providers, vram_mb=vram_mb)


def _serve_golden(connection: Connection, content: dict[str, Any]) -> None:
    """Run every golden case; the answer is the largest difference of each, or why it could not be run."""
    from inference.golden import run_golden

    try:
        send(connection, ANSWER, run_golden(Path(content["folder"]), tuple(content["providers"])))
    except RunRefusedError as error:
        send(connection, ANSWER, {"problem": {"key": error.problem.key, "facts": dict(error.problem.facts)}})


def _serve_try(connection: Connection, content: dict[str, Any], arrays: list[NDArray[Any]]) -> None:
    """Run one graph once, on inputs that are given or made up: how a golden test comes to be."""
    from inference.golden_make import try_graph

    try:
        told, values = try_graph(content, arrays)
        send(connection, ANSWER, told, values)
    except RunRefusedError as error:
        send(connection, ANSWER, {"problem": {"key": error.problem.key, "facts": dict(error.problem.facts)}})
    except MemoryError:
        send(connection, ANSWER, {"problem": {"key": "model.failed.memory", "facts": {}}})


def _ended(state: OutputState, problem: Problem) -> ModelOutput:
    return ModelOutput(state=state, reason_key=problem.key, reason_facts=dict(problem.facts))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
