"""What a run that did not fit is tried with next: a smaller batch, then the processor, then it has failed (RQ-27)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from inference.errors import Problem, RunRefusedError
from inference.manifest import Manifest
from inference.types import ModelOutput

CPU = "CPUExecutionProvider"
NO_MEMORY, NOT_RUN = "model.failed.memory", "model.failed.runtime"
SMALLER, TO_CPU, DEVICE_FAILED = (
    "model.warning.smaller_batch",
    "model.warning.memory_to_cpu",
    "model.warning.device_failed",
)
FELL = frozenset({SMALLER, TO_CPU, DEVICE_FAILED})
"""Warnings after which the process is better ended: what its device holds is given back by that alone."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to try: a manifest with the batches to use, the devices to ask for, and what the reader must hear."""

    manifest: Manifest
    providers: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def climb_down(
    manifest: Manifest,
    providers: tuple[str, ...],
    attempt: Callable[[Rung], ModelOutput],
    ran_on: Callable[[], str],
) -> ModelOutput:
    """Try rung after rung while memory or the device is what fails. Raises RunRefusedError of the last one."""
    rung = Rung(manifest, providers)
    while True:
        try:
            output = attempt(rung)
        except (RunRefusedError, MemoryError) as error:
            refusal = error if isinstance(error, RunRefusedError) else RunRefusedError(Problem(NO_MEMORY))
            lower = next(_below(rung, refusal.problem.key, ran_on()), None)
            if lower is None:
                raise refusal from error
            rung = lower
        else:
            return replace(output, warnings=(*output.warnings, *rung.warnings))


def _below(rung: Rung, why: str, ran_on: str) -> Iterator[Rung]:
    """The next rungs to try, the nearest first."""
    small = with_batch_of_one(rung.manifest)
    on_device = ran_on not in ("", CPU) or (not ran_on and rung.providers[:1] not in ((), (CPU,)))
    if why == NO_MEMORY and small is not rung.manifest:
        yield Rung(small, rung.providers, (*rung.warnings, SMALLER))
    if why in (NO_MEMORY, NOT_RUN) and on_device and rung.providers != (CPU,):
        yield Rung(small, (CPU,), (*rung.warnings, TO_CPU if why == NO_MEMORY else DEVICE_FAILED))


def with_batch_of_one(manifest: Manifest) -> Manifest:
    """The same package run one picture or window at a time; the very same object where it is so already."""
    viewer = manifest.viewer
    if viewer.inference.batch == 1 and all(stage.inference.batch == 1 for stage in viewer.stages):
        return manifest
    one = {"batch": 1}
    stages = tuple(
        stage.model_copy(update={"inference": stage.inference.model_copy(update=one)})
        for stage in viewer.stages
    )
    changed = {"inference": viewer.inference.model_copy(update=one), "stages": stages}
    return manifest.model_copy(update={"viewer": viewer.model_copy(update=changed)})
