"""What a volume file (NIfTI, NRRD, MetaImage) says of itself, read by hand before a library touches it.

Only what decides over safety: which other file holds its data, and whether it says where in the patient it lies.
"""

from __future__ import annotations

import gzip
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import StudyUnreadableError

SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
TEXT_HEAD = 64 * 1024
NIFTI_1, NIFTI_2 = 348, 540
SAME_MM = 0.01
_DATA_FILE = re.compile(r"^(?:data ?file|elementdatafile)\s*[:=]\s*(.*)$", re.IGNORECASE | re.MULTILINE)
_SPACE = re.compile(r"^space\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_ANATOMY = re.compile(
    r"^(?:(?:right|left|r|l)-?(?:anterior|posterior|a|p)-?(?:superior|inferior|s|i)(?:-time|t)?)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claims:
    """data: the file of the pixels. is_placed: it says which way in the patient its axes run, and does so once.

    two_places: it says so twice, and differently; whoever draws it into a patient would have to guess.
    """

    data: Path
    is_placed: bool
    two_places: bool = False


def is_volume_name(name: str) -> bool:
    """Whether a file is called like a volume file."""
    return name.casefold().endswith(SUFFIXES)


def read_claims(path: Path) -> Claims:
    """Raises StudyUnreadableError if the header is none, or its data lie elsewhere than beside it; OSError."""
    name = path.name.casefold()
    if name.endswith((".nii", ".nii.gz")):
        return _nifti(path)
    with path.open("rb") as file:
        raw = file.read(TEXT_HEAD)
    if name.endswith((".nrrd", ".nhdr")):
        if not raw.startswith(b"NRRD000"):
            raise _not_one(path)
        head = raw.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0].decode("latin-1")
        space = _SPACE.search(head)
        return Claims(_data_file(path, head), space is not None and bool(_ANATOMY.match(space[1])))
    head = raw.partition(b"ElementDataFile")[0].decode("latin-1")
    if "=" not in head or "DimSize" not in head:
        raise _not_one(path)
    end = raw[len(head) : len(head) + 1024].split(b"\n")[0].decode("latin-1")
    return Claims(_data_file(path, end), "TransformMatrix" in head or "Orientation" in head)


def _data_file(path: Path, head: str) -> Path:
    """The file of the pixels: this one, or one beside it. A header must not make us read anything else."""
    found = _DATA_FILE.search(head)
    if found is None or found[1].strip().upper() == "LOCAL":
        return path
    named = found[1].strip()
    parts = named.replace("\\", "/").split("/")
    if named.upper().startswith("LIST") or "%" in named or any(one in {"", "..", "."} for one in parts):
        raise StudyUnreadableError("error.source.data_elsewhere", file=path.name)
    data = path.parent.joinpath(*parts)
    if not data.resolve().is_relative_to(path.parent.resolve()):
        raise StudyUnreadableError("error.source.data_elsewhere", file=path.name)
    if not data.is_file():
        raise StudyUnreadableError("error.source.data_missing", file=path.name, data=parts[-1])
    return data


def _nifti(path: Path) -> Claims:
    """The two places of a NIfTI header: qform and sform (nifti1.h); both may be there and differ."""
    opener = gzip.open if path.name.casefold().endswith(".gz") else open
    try:
        with opener(path, "rb") as file:
            raw = file.read(NIFTI_2)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _not_one(path) from error
    order = next((sign for sign in "<>" if raw[:4] in (struct.pack(f"{sign}i", n) for n in (348, 540))), "")
    if not order or len(raw) < NIFTI_1:
        raise _not_one(path)
    if raw[:4] == struct.pack(f"{order}i", NIFTI_2):
        if len(raw) < NIFTI_2:
            raise _not_one(path)
        codes, real, at = struct.unpack_from(f"{order}2i", raw, 344), "d", (352, 400, 104)
    else:
        codes, real, at = struct.unpack_from(f"{order}2h", raw, 252), "f", (256, 280, 76)
    turn = struct.unpack_from(f"{order}6{real}", raw, at[0])
    rows = np.array(struct.unpack_from(f"{order}12{real}", raw, at[1]), dtype=float).reshape(3, 4)
    steps = struct.unpack_from(f"{order}4{real}", raw, at[2])
    differ = all(code > 0 for code in codes) and _differ(_quaternion(turn, steps), rows)
    return Claims(path, any(code > 0 for code in codes) and not differ, differ)


def _quaternion(turn: tuple[float, ...], steps: tuple[float, ...]) -> NDArray[np.float64]:
    """The qform as three rows of four (nifti1.h, method 2)."""
    b, c, d = turn[:3]
    a = max(0.0, 1.0 - (b * b + c * c + d * d)) ** 0.5
    turned = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * b * c - 2 * a * d, 2 * b * d + 2 * a * c],
            [2 * b * c + 2 * a * d, a * a + c * c - b * b - d * d, 2 * c * d - 2 * a * b],
            [2 * b * d - 2 * a * c, 2 * c * d + 2 * a * b, a * a + d * d - c * c - b * b],
        ]
    )
    flip = -1.0 if steps[0] < 0 else 1.0
    return np.column_stack([turned * np.array([steps[1], steps[2], steps[3] * flip]), np.array(turn[3:])])


def _differ(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two places part by more than rounding somewhere within a few hundred voxels of the origin."""
    corners = np.array([[i, j, k, 1.0] for i in (0, 300) for j in (0, 300) for k in (0, 300)]).T
    return not np.allclose(one @ corners, other @ corners, atol=SAME_MM * 50, rtol=1e-3)


def _not_one(path: Path) -> StudyUnreadableError:
    return StudyUnreadableError("error.source.no_volume", file=path.name)
