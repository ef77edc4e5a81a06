"""Sessions of the runtime, in the child process only. What a session runs on is what it says, never what was asked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inference.errors import Problem, RunRefusedError

FATAL_ONLY = 4
_FRIENDLY = "CPUExecutionProvider"
# Words of the runtime for 'no memory'; it has no error class of its own for that.
_MEMORY_WORDS = (
    "allocate memory",
    "bad_alloc",
    "bad allocation",
    "out of memory",
    "OrtAllocator",
    "buffer of size",
)


@dataclass(slots=True)
class Session:
    """One graph, loaded; runs feeds of named arrays."""

    inner: Any  # onnxruntime has no types
    provider: str

    def run(self, feeds: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """All outputs by name. Raises RunRefusedError."""
        names = [output.name for output in self.inner.get_outputs()]
        self._check_shapes(feeds)
        try:
            values = self.inner.run(names, {name: self._fit(name, array) for name, array in feeds.items()})
        except Exception as error:
            raise _refusal(error) from error
        return dict(zip(names, values, strict=True))

    def _check_shapes(self, feeds: Mapping[str, NDArray[Any]]) -> None:
        """Raises RunRefusedError in words that help: the runtime's own name no sizes."""
        for entry in self.inner.get_inputs():
            given = feeds[entry.name].shape if entry.name in feeds else tuple(entry.shape)
            is_alike = len(given) == len(entry.shape) and all(
                not isinstance(wanted, int) or wanted == size
                for wanted, size in zip(entry.shape, given, strict=True)
            )
            if not is_alike:
                facts = {"tensor": entry.name, "wanted": _sizes(entry.shape), "found": _sizes(given)}
                raise RunRefusedError(Problem("model.failed.shape", facts))

    def _fit(self, name: str, array: NDArray[Any]) -> NDArray[Any]:
        """In the type that the graph declares, contiguous."""
        declared = {entry.name: entry.type for entry in self.inner.get_inputs()}.get(name, "tensor(float)")
        return np.ascontiguousarray(array, dtype=_NUMPY.get(declared, np.float32))


@dataclass(slots=True)
class Engine:
    """Makes sessions; `warnings` gathers what a reader must hear, as text keys."""

    requested: Sequence[str] = (_FRIENDLY,)
    threads: int = 0
    vram_mb: int = 0  # bound of the graphics card's arena; 0 none
    warnings: list[str] = field(default_factory=list)
    provider: str = ""
    opened: dict[Path, Session] = field(default_factory=dict)

    def open(self, file: Path) -> Session:
        """Load a graph, once. Raises RunRefusedError if the runtime refuses it."""
        if file not in self.opened:
            self.opened[file] = self._load(file)
        return self.opened[file]

    def _load(self, file: Path) -> Session:
        onnxruntime.set_default_logger_severity(FATAL_ONLY)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads or max((os.cpu_count() or 2) - 1, 1)
        options.inter_op_num_threads = 1
        options.log_severity_level = FATAL_ONLY
        inner = self._session(str(file), options)
        self.provider = inner.get_providers()[0]
        if self.requested and self.requested[0] != _FRIENDLY and self.provider == _FRIENDLY:
            self._warn("model.warning.cpu_fallback")
        return Session(inner, self.provider)

    def _session(self, file: str, options: Any) -> Any:
        """On the best device that takes it; one that fails at load leaves the processor, and is told of by `_load`."""
        providers = self._providers()
        try:
            return onnxruntime.InferenceSession(file, options, providers=providers)
        except Exception as error:
            refusal = _refusal(error)
            if len(providers) == 1 or refusal.problem.key == "model.failed.memory":
                raise refusal from error
        try:
            return onnxruntime.InferenceSession(file, options, providers=[_FRIENDLY])
        except Exception as error:
            raise _refusal(error) from error

    def _providers(self) -> list[Any]:
        """What was asked for and exists in this build; the CPU last."""
        if "CUDAExecutionProvider" in self.requested and hasattr(onnxruntime, "preload_dlls"):
            _preload()
        built_with = onnxruntime.get_available_providers()
        wanted = [name for name in self.requested if name in built_with and name != _FRIENDLY]
        return [self._with_options(name) for name in wanted] + [_FRIENDLY]

    def _with_options(self, name: str) -> Any:
        """A device with its settings; the bound holds for the arena alone, real use lies some way above it."""
        if name != "CUDAExecutionProvider":
            return name
        bound = {"gpu_mem_limit": str(self.vram_mb * 1024 * 1024)} if self.vram_mb else {}
        return name, {**_CUDA_OPTIONS, **bound}

    def _warn(self, key: str) -> None:
        if key not in self.warnings:
            self.warnings.append(key)


# Grow by what is asked, do not search for the fastest convolution at each new shape (see the technical notes).
_CUDA_OPTIONS = {"arena_extend_strategy": "kSameAsRequested", "cudnn_conv_algo_search": "HEURISTIC"}
_NUMPY: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(int16)": np.int16,
    "tensor(uint8)": np.uint8,
    "tensor(bool)": np.bool_,
}


def _sizes(shape: Sequence[Any]) -> str:
    """Lengths of axes as people write them; an axis of any length is *."""
    return " x ".join(str(one) if isinstance(one, int) else "*" for one in shape) or "1"


def _preload() -> None:
    """CUDA's libraries from their own wheels; where there are none it prints lines that nobody can use."""
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        onnxruntime.preload_dlls()


def _refusal(error: Exception) -> RunRefusedError:
    words = str(error)
    if isinstance(error, MemoryError) or any(word in words for word in _MEMORY_WORDS):
        return RunRefusedError(Problem("model.failed.memory"))
    return RunRefusedError(
        Problem("model.failed.runtime", {"what": words.splitlines()[0][:200] if words else "?"})
    )
