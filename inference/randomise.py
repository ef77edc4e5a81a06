"""A package whose last weights are shuffled: what its heat still shows is not what it has learnt.

The sanity check of Adebayo et al. 2018 (arXiv:1810.03292), for the head alone (RQ-46).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inference.bundle import MANIFEST, Bundle, load_bundle
from inference.hashes import file_sha256, write_sums

if TYPE_CHECKING:
    from onnx import GraphProto

_WEIGHED = frozenset({"Conv", "Gemm", "MatMul"})


def write_randomised(bundle: Bundle, folder: Path, seed: int) -> Bundle | None:
    """A copy in `folder` whose graphs have their last weights in another order; None where none has weights.

    Raises PackageError if the copy does not pass its checks.
    """
    import onnx

    shutil.copytree(bundle.folder, folder)
    for link in (path for path in folder.rglob("*") if path.is_symlink()):
        link.unlink()
    content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    facts = content["viewer"]["onnx"]
    changed = False
    for entry in facts if isinstance(facts, list) else [facts]:
        file = folder / entry.get("file", "models/model.onnx")
        model = onnx.load(str(file))
        changed |= _shuffle_last(model.graph, seed)
        onnx.save(model, str(file))
        entry["sha256"] = file_sha256(file)
    if not changed:
        return None
    (folder / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    write_sums(folder)
    return load_bundle(folder)


def _shuffle_last(graph: GraphProto, seed: int) -> bool:
    """Shuffle the weights of the last layer that has any; whether there was one."""
    from onnx import numpy_helper

    weights = {one.name: one for one in graph.initializer if len(one.dims) >= 2 and np.prod(one.dims) > 1}
    used = [name for node in graph.node if node.op_type in _WEIGHED for name in node.input if name in weights]
    if not used:
        return False
    last = weights[used[-1]]
    values = numpy_helper.to_array(last)
    mixed = np.random.default_rng(seed).permutation(values.ravel()).reshape(values.shape)
    last.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(mixed), last.name))
    return True
