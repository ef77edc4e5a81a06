"""A manifest, or a part of one, that stands beneath the options; and the files that lie in their places beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.domain.errors import ModelRefusedError
from app.workflows.pack_answers import Answers
from app.workflows.pack_checks import check_part
from app.workflows.pack_model import CARD, DATA_LICENCE, LICENCE, Beside

OURS = "urn:overread:"  # schemas of this product
LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """manifest: its keys so far; root: the folder in which the files of the package lie, if any do."""

    manifest: dict[str, Any] = field(default_factory=dict)
    root: Path | None = None
    graphs: tuple[str, ...] = ()

    def beside(self, given: Beside) -> Beside:
        """What is given, and the rest from beside the manifest: card, licences, golden inputs and answers."""
        if self.root is None:
            return given
        cases = {str(one.get("model", "models/model.onnx")): one for one in _cases(self.manifest)}
        golden, expected = dict(given.golden), dict(given.expected)
        for name in self.graphs:
            case = cases.get(f"models/{name}.onnx", {})
            own = self._there(str(case.get("input", "")))
            if name not in golden and own is not None:
                golden[name] = own
                answer = self._there(str(case.get("expected", "")))
                expected |= {name: answer} if answer is not None and name not in expected else {}
        return replace(
            given,
            card=given.card or self._there(CARD),
            licence=given.licence or self._there(LICENCE),
            data_licence=given.data_licence or self._there(DATA_LICENCE),
            golden=golden,
            expected=expected,
        )

    def _there(self, name: str) -> Path | None:
        """A file below the root, and only there."""
        if self.root is None or not name or Path(name).is_absolute() or ".." in Path(name).parts:
            return None
        file = self.root / name
        return file if file.is_file() else None


def part_of_manifest(file: Path | None, graphs: Iterable[str], answers: Answers) -> Part:
    """Read it; `configs/metadata.json` has its files beside `configs`. Raises ModelRefusedError.

    The metadata of a MONAI bundle is such a part: its keys mean the same here, but that it names MONAI's own schema.
    """
    if file is None:
        return Part()
    if not file.is_file():
        raise ModelRefusedError("error.model.no_file", file=file.name)
    try:
        told = json.loads(file.read_bytes()) if file.stat().st_size <= LARGEST else None
    except (ValueError, RecursionError) as error:
        raise ModelRefusedError("error.model.manifest", file=file.name, what=str(error)) from error
    if not isinstance(told, dict) or not isinstance(told.get("viewer", {}), dict):
        raise ModelRefusedError(
            "error.model.manifest", file=file.name, what="not an object of keys up to 4 MiB"
        )
    if not str(told.get("schema", "")).startswith(OURS):
        told.pop("schema", None)
    check_part(file.name, told, answers)
    told.get("viewer", {}).pop("onnx", None)  # worked out of the files anew
    folder = file.absolute().parent
    return Part(told, folder.parent if folder.name == "configs" else folder, tuple(graphs))


def _cases(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The golden cases that a manifest names."""
    return list(manifest.get("viewer", {}).get("golden") or ())
