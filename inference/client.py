"""What the window sees of models: one child process, one run at a time; whatever happens there ends as an output.

A child that crashes, hangs, eats memory or is cancelled is ended, and the next run gets a fresh one. Nothing of the
runtime is imported here.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from inference.bundle import Bundle, load_bundle
from inference.errors import Problem
from inference.sandbox import RUNTIME_MIB
from inference.types import ModelInput, ModelOutput, OutputState
from inference.wire import WireError, pack_input, receive, send, unpack_output

CPU = "CPUExecutionProvider"
DEFAULT_PROVIDERS = ("CUDAExecutionProvider", CPU)
POLL_S = 0.02
IDLE_S = 60.0
LOOK_S = 0.25
START_S = 60.0

Tell = Callable[[float, str], None]


class CancelledRun(Exception):  # noqa: N818 - the user's wish, not an error
    """The run was cancelled; the child is gone, nothing of it is kept."""


@dataclass(slots=True)
class _Child:
    process: BaseProcess
    line: Connection


class ModelClient:
    """Runs packages in a child process. Safe to share between threads; close it at the end."""

    def __init__(self, *, idle_s: float = IDLE_S) -> None:
        self._child: _Child | None = None
        self._one_at_a_time = threading.Lock()
        self._idle_s = idle_s
        self._timer: threading.Timer | None = None

    def run(
        self,
        bundle: Bundle,
        given: ModelInput,
        *,
        progress: Tell | None = None,
        cancel: Callable[[], bool] | None = None,
        providers: Sequence[str] = DEFAULT_PROVIDERS,
    ) -> ModelOutput:
        """One run. The package is checked anew first. Raises PackageError, CancelledRun; all else is an output."""
        from inference.applicability import why_not
        from inference.ladder import FELL

        bundle = load_bundle(bundle.folder)
        reason = why_not(bundle.manifest, given)
        if reason is not None:
            return _ended(OutputState.NOT_APPLICABLE, reason, providers)
        content, arrays = pack_input(given)
        message = {"folder": str(bundle.folder), "providers": list(providers), "input": content}
        began = time.perf_counter()
        resources = bundle.manifest.viewer.resources
        bounds = _Bounds(resources.timeout_s, progress, cancel, resources.ram_mb)
        with self._one_at_a_time:
            answer = self._ask("run", message, arrays, bounds)
        if isinstance(answer, Problem):
            return _ended(OutputState.FAILED, answer, providers)
        try:
            output = unpack_output(*answer)
        except WireError:
            self.stop()
            return _ended(OutputState.FAILED, Problem("model.failed.answer"), providers)
        if FELL.intersection(output.warnings):
            self.stop()  # what the device still holds of the run that did not fit goes with the process
        return replace(output, seconds={**output.seconds, "client": time.perf_counter() - began})

    def golden(
        self,
        bundle: Bundle,
        providers: Sequence[str] = (CPU,),
        cancel: Callable[[], bool] | None = None,
    ) -> dict[str, Any] | Problem:
        """Differences of all golden cases, or why they could not be run. Raises CancelledRun."""
        message = {"folder": str(bundle.folder), "providers": list(providers)}
        with self._one_at_a_time:
            resources = bundle.manifest.viewer.resources
            bounds = _Bounds(resources.timeout_s, cancel=cancel, ram_mb=resources.ram_mb)
            answer = self._ask("golden", message, (), bounds)
        if isinstance(answer, Problem):
            return answer
        told = answer[0]
        if "problem" in told:
            return Problem(str(told["problem"]["key"]), told["problem"]["facts"])
        return told

    def try_graph(
        self, folder: Path, wanted: dict[str, Any], arrays: Sequence[Any], limit_s: float
    ) -> tuple[dict[str, Any], list[Any]] | Problem:
        """One run of one graph, see `inference.golden_make.try_graph`; the graph was checked by the caller."""
        message = {"folder": str(folder), **wanted}
        with self._one_at_a_time:
            answer = self._ask("try", message, tuple(arrays), _Bounds(limit_s))
        if isinstance(answer, Problem):
            return answer
        if "problem" in answer[0]:
            return Problem(str(answer[0]["problem"]["key"]), answer[0]["problem"]["facts"])
        return answer

    @property
    def pid(self) -> int | None:
        """Process id of the child, if there is one."""
        return self._child.process.pid if self._child is not None else None

    def stop(self) -> None:
        """End the child now; that is the only full release of its memory and its device."""
        child, self._child = self._child, None
        if child is not None:
            child.line.close()
            child.process.kill()
            child.process.join(5)
            child.process.close()

    def close(self) -> None:
        """End the child and its timer."""
        if self._timer is not None:
            self._timer.cancel()
        self.stop()

    def _ask(
        self, kind: str, message: dict[str, Any], arrays: tuple[Any, ...], bounds: _Bounds
    ) -> tuple[dict[str, Any], list[Any]] | Problem:
        """Send a request and wait within bounds; a Problem if no answer came."""
        if self._timer is not None:
            self._timer.cancel()
        try:
            child = self._started()
            _send_all(child.line, kind, message, arrays)
            answer = bounds.wait(child)
        except (OSError, EOFError, WireError):
            answer = Problem("model.failed.crashed")
        except CancelledRun:
            self.stop()
            raise
        if isinstance(answer, Problem):
            self.stop()
        else:
            self._timer = threading.Timer(self._idle_s, self._unload)
            self._timer.daemon = True
            self._timer.start()
        return answer

    def _started(self) -> _Child:
        if self._child is None or not self._child.process.is_alive():
            self.stop()
            self._child = _start()
        return self._child

    def _unload(self) -> None:
        """Nobody asked for a while: give memory and device back."""
        if self._one_at_a_time.acquire(blocking=False):
            try:
                self.stop()
            finally:
                self._one_at_a_time.release()


@dataclass(slots=True)
class _Bounds:
    """How long to wait, whom to tell, whom to ask."""

    limit_s: float
    progress: Tell | None = None
    cancel: Callable[[], bool] | None = None
    ram_mb: int = 0  # 0: nobody watches

    def wait(self, child: _Child) -> tuple[dict[str, Any], list[Any]] | Problem:
        """The child's answer, or why there is none."""
        until = time.monotonic() + self.limit_s
        look = 0.0
        while True:
            if self.ram_mb and time.monotonic() > look:
                look = time.monotonic() + LOOK_S
                if _resident_mib(child) > self.ram_mb + RUNTIME_MIB:
                    return Problem("model.failed.memory")
            if self.cancel is not None and self.cancel():
                raise CancelledRun
            if time.monotonic() > until:
                return Problem("model.failed.timeout", {"limit_s": f"{self.limit_s:g}"})
            if not child.line.poll(POLL_S):
                if not child.process.is_alive() and not child.line.poll(0):
                    return Problem("model.failed.crashed")
                continue
            kind, content, arrays = receive(child.line)
            if kind != "progress":
                return content, arrays
            if self.progress is not None:
                self.progress(float(content["fraction"]), str(content["key"]))


def _resident_mib(child: _Child) -> float:
    """Memory that the child holds: its own bound on addresses does not hold on every system, this does."""
    import psutil

    try:
        return float(psutil.Process(child.process.pid).memory_info().rss) / (1024 * 1024)
    except psutil.Error:
        return 0.0


def _start() -> _Child:
    from inference.worker import main

    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=main, args=(theirs,), name="overread-model", daemon=True)
    process.start()
    theirs.close()
    return _Child(process, ours)


def _send_all(line: Connection, kind: str, message: dict[str, Any], arrays: tuple[Any, ...]) -> None:
    """On a thread of its own where it is large: a child that never reads must not hang the caller for good."""
    sender = threading.Thread(target=_quietly, args=(line, kind, message, arrays), daemon=True)
    sender.start()
    sender.join(START_S)
    if sender.is_alive():
        raise WireError("the child does not read")


def _quietly(line: Connection, kind: str, message: dict[str, Any], arrays: tuple[Any, ...]) -> None:
    try:
        send(line, kind, message, arrays)
    except OSError:
        return  # the waiting side sees that the child is gone


def _ended(state: OutputState, problem: Problem, providers: Sequence[str]) -> ModelOutput:
    return ModelOutput(
        state=state,
        reason_key=problem.key,
        reason_facts=dict(problem.facts),
        requested_providers=tuple(providers),
    )
