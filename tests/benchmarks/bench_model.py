"""One run of ct-dense-lung as the window runs it, warm, beside bare onnxruntime on an array that is ready.

Aim: at most 15 % on top. The peer has the same graph, the same threads and the very tensor that our preprocessing
makes; it pays for nothing else. Both alternate, and the ratio is taken pair by pair: they meet the same machine.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analysis.packages import open_package
from app.analysis.to_model_input import to_model_input
from app.domain.study import Study
from app.domain.volume import Volume
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_volume, open_path
from app.support.paths import resource_dir
from app.workflows.run_model import Session, run_on
from inference.bundle import Bundle
from inference.client import ModelClient
from inference.engine import Engine
from inference.engine import Session as Graph
from inference.types import ModelInput, ModelOutput
from tests.benchmarks._table import row

WARM_UP, ROUNDS = 3, 9
CPU = ("CPUExecutionProvider",)
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "ct_chest_cptac_C3N-00247"


def main() -> int:
    with tempfile.TemporaryDirectory() as made:
        study, display_set, volume = _chest(Path(made))
        bundle = open_package("ct-dense-lung", (resource_dir() / "models",))
        given = to_model_input(volume, study, display_set.series)
        client = Watched()
        try:
            found = _rounds(client, bundle, (study, display_set, volume), given)
        finally:
            client.close()
    print(f"volume {volume.pixels.shape}, {ROUNDS} rounds, medians; warm worker, pictures already read")
    row("whole run: checks, model, findings", 1000 * found["whole"], 1000 * found["peer"], "ms", "-")
    row("  of it the child", 1000 * found["child"], None, "ms", "-")
    row("  of it in and out of the child", 1000 * (found["client"] - found["child"]), None, "ms", "-")
    row("whole / bare, median over pairs", 100 * found["ratio"], 100.0, "%", "<= 115")
    return 0 if found["ratio"] <= 1.15 else 1


class Watched(ModelClient):
    """Keeps what the last answer said of its time."""

    seconds: Mapping[str, float]

    def run(self, *given: Any, **named: Any) -> ModelOutput:
        output = super().run(*given, **named)
        self.seconds = output.seconds
        return output


def _rounds(
    client: Watched, bundle: Bundle, case: tuple[Study, DisplaySet, Volume], given: ModelInput
) -> dict[str, float]:
    graph, feeds = _bare(bundle, given)
    session = Session(client, bundle, CPU)
    seconds: dict[str, list[float]] = {"whole": [], "peer": [], "client": [], "child": [], "ratio": []}
    for number in range(WARM_UP + ROUNDS):
        whole = _timed(lambda: run_on(session, *case))
        peer = _timed(lambda: graph.run(feeds))
        if number >= WARM_UP:  # the first starts the child, the next fill its memory
            measured = {"whole": whole, "peer": peer, "ratio": whole / peer, **client.seconds}
            for name, values in seconds.items():
                values.append(measured[name])
    return {name: statistics.median(values) for name, values in seconds.items()}


def _bare(bundle: Bundle, given: ModelInput) -> tuple[Graph, dict[str, NDArray[Any]]]:
    """The session that a run opens, and the tensor that its preprocessing makes."""
    from inference.image import spacing_of
    from inference.pipeline import as_image, preprocess

    viewer = bundle.manifest.viewer
    image = preprocess(as_image(given), viewer.preprocess)
    graph = Engine(requested=CPU).open(next((bundle.folder / "models").glob("*.onnx")))
    hu = np.ascontiguousarray(image.values[None, None], np.float32)
    return graph, {"hu": hu, "spacing_mm": np.array(spacing_of(image.affine), np.float32)}


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _chest(made: Path) -> tuple[Study, DisplaySet, Volume]:
    folder = REAL
    if not folder.is_dir():
        from app.phantom.study import write_phantom_study

        write_phantom_study(made, radiograph=False)
        folder = made
    [study] = open_path(folder)
    display_set = max(display_sets(study), key=lambda one: len(one.frames))
    return study, display_set, load_volume(display_set)


if __name__ == "__main__":
    sys.exit(main())
