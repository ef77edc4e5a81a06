"""`tests/corpus/decoding/expected.csv`: what must come of each transfer syntax and kind of object, and its check.

A row names a syntax, an object, and its material: `breadth` (every image of the breadth set of that syntax and object
that has no row of its own), `wg04` (those whose uncompressed original is there), `headers` (files without pixels),
`file NAME` (one file) or `made NAME` (a recipe). Outcome `decoded` is compared with
every decoder of `against`, none further away than `within`; outcome `refused` gives the key of the sentence instead.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import OverreadError
from app.studies.decode import decode_stored
from app.studies.pixel_header import PixelHeader, read_pixel_header
from tests.support.decoding import breadth_file, breadth_rows
from tests.support.decoding_cases import CASES
from tests.support.second_decoders import DECODERS

TABLE = Path(__file__).resolve().parents[1] / "corpus" / "decoding" / "expected.csv"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    syntax: str
    object: str
    material: str
    outcome: str
    against: str
    within: float


def read_rows(table: Path = TABLE) -> tuple[Row, ...]:
    """All lines."""
    with table.open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(**{**line, "within": float(line["within"] or 0)})  # type: ignore[arg-type]  # columns are the fields
            for line in csv.DictReader(file)
        )


@cache
def kinds() -> dict[str, tuple[str, str, str]]:
    """(transfer syntax, object, material) of each file of the breadth set that is here, as the table names them."""
    found = {}
    for line in breadth_rows():
        path = breadth_file(line["file"])
        if path is not None:
            found[line["file"]] = _syntax(path), _object(line["sop_class"]), _material(line)
    return found


def _material(line: dict[str, str]) -> str:
    if line["pixels_decoded_by_pydicom3_pylibjpeg"] == "no pixels":
        return "headers"
    folder = line["file"].split("/")[-2]
    return "wg04" if folder in {"JPLL", "JLSL", "JLSN", "J2KR", "RLE"} else "breadth"


def _syntax(path: Path) -> str:
    from pydicom.errors import InvalidDicomError
    from pydicom.filereader import read_file_meta_info

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return str(read_file_meta_info(path).get("TransferSyntaxUID", ""))
        except InvalidDicomError:
            return ""


def _object(sop_class: str) -> str:
    named = sop_class.removesuffix(" Storage").replace(" Image Storage", "").removesuffix(" Image")
    return named if named and not named[0].isdigit() else "unknown class"


def files_of(row: Row) -> Iterator[str]:
    """Names of the breadth files that a row speaks of."""
    if row.material.startswith("file "):
        yield row.material.removeprefix("file ")
    else:
        own = {one.material.removeprefix("file ") for one in read_rows() if one.material.startswith("file ")}
        wanted = (row.syntax, row.object, row.material)
        yield from (name for name, kind in kinds().items() if kind == wanted and name not in own)


def outcome_of(path: Path) -> tuple[PixelHeader | None, dict[int, NDArray[Any]], str]:
    """Header, frames - the first, the middle and the last - and the key of the refusal, if one was met."""
    try:
        header = read_pixel_header(path)
    except OverreadError as error:
        return None, {}, error.key
    frames: dict[int, NDArray[Any]] = {}
    for index in sorted({0, header.frames // 2, header.frames - 1}):
        try:
            frames[index] = decode_stored(header, index)
        except OverreadError as error:
            return header, frames, error.key
    return header, frames, ""


def furthest(found: NDArray[Any], wanted: NDArray[Any]) -> float:
    """Largest difference; without end where the sizes differ."""
    if found.shape != wanted.shape:
        return float("inf")
    return float(np.abs(found.astype(np.float64) - wanted.astype(np.float64)).max())


def check_file(row: Row, path: Path) -> None:
    """Raises AssertionError where the file does not come out as its row says."""
    _, frames, refusal = outcome_of(path)
    if row.outcome == "refused":
        assert refusal == row.against, f"{path.name}: {refusal or 'decoded'}"
        return
    assert not refusal, f"{path.name}: {refusal}"
    for decoder in row.against.split("+"):
        for index, found in frames.items():
            away = furthest(found, DECODERS[decoder](path, index))
            assert away <= row.within, f"{path.name} frame {index + 1}: {away} from {decoder}"


def check_made(row: Row, folder: Path) -> None:
    """The same for a recipe; `original` is what went in."""
    path, wanted = CASES[row.material.removeprefix("made ")](folder)
    _, frames, refusal = outcome_of(path)
    if row.outcome == "refused":
        assert refusal == row.against
        return
    assert not refusal
    for decoder in row.against.split("+"):
        for index, found in frames.items():
            other = wanted[index] if decoder == "original" else DECODERS[decoder](path, index)
            assert found.dtype == wanted[index].dtype
            assert furthest(found, other) <= row.within, f"frame {index + 1} from {decoder}"
