"""A DICOMweb archive of a few files that behaves as a test tells it: whole by default, odd where it is asked to be."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pydicom

from tests.support.odd_server import Answer, Asked, answer, multipart

PARTS = 'multipart/related; type="application/dicom"; boundary=b0und'
Odd = Callable[[Asked], Answer | str]
AS_USUAL = "as usual"


class SmallArchive:
    """One series of one study. odd: asked first; AS_USUAL leaves the answer to the archive."""

    def __init__(self, files: Sequence[Path], odd: Odd = lambda _asked: AS_USUAL) -> None:
        self.bodies = {str(pydicom.dcmread(path).SOPInstanceUID): path.read_bytes() for path in files}
        self.odd = odd
        self.sent: list[str] = []  # paths below `studies/<uid>/series/<uid>/` that were answered

    def __call__(self, asked: Asked) -> Answer:
        told = self.odd(asked)
        return self.usual(asked) if isinstance(told, str) else told

    def usual(self, asked: Asked) -> Answer:
        """What a right archive answers."""
        path = asked.path.partition("?")[0]
        if path.endswith("/series"):
            return _json([{"0020000E": ("UI", "1.2.3.4"), "00201209": ("IS", len(self.bodies))}])
        if path.endswith("/metadata"):
            return answer(json.dumps([_metadata(body) for body in self.bodies.values()]).encode())
        if path.endswith("/instances"):
            start, count = _page(asked.path)
            return _json([{"00080018": ("UI", uid)} for uid in list(self.bodies)[start : start + count]])
        if "/frames/" in path:
            uid, _, number = path.partition("/instances/")[2].partition("/frames/")
            self.sent.append(f"{uid}/{number}")
            return self.frame(uid, int(number))
        if "/instances/" in path:
            uid = path.rpartition("/")[2]
            self.sent.append(uid)
            return answer(multipart([self.bodies[uid]]), PARTS)
        if "/series/" in path:
            self.sent.append("series")
            return answer(multipart(list(self.bodies.values())), PARTS)
        return answer(status=404)

    def frame(self, uid: str, number: int) -> Answer:
        """One frame as it is stored, and in which form."""
        dataset = pydicom.dcmread(io.BytesIO(self.bodies[uid]))
        stored, syntax = dataset.PixelData, dataset.file_meta.TransferSyntaxUID
        if syntax.is_compressed:
            from pydicom.encaps import get_frame

            part, kind = (
                get_frame(stored, number - 1, number_of_frames=int(dataset.NumberOfFrames)),
                "image/x-any",
            )
        else:
            size = len(stored) // int(dataset.NumberOfFrames)
            part, kind = stored[(number - 1) * size : number * size], "application/octet-stream"
        head = f"\r\n--b0und\r\nContent-Type: {kind}; transfer-syntax={syntax}\r\n\r\n".encode()
        return answer(head + part + b"\r\n--b0und--\r\n", "multipart/related; boundary=b0und")


def _metadata(body: bytes) -> dict[str, object]:
    dataset = pydicom.dcmread(io.BytesIO(body), stop_before_pixels=True)
    told: dict[str, object] = dataset.to_json_dict()
    return told


def _page(path: str) -> tuple[int, int]:
    told = dict(part.split("=", 1) for part in path.partition("?")[2].split("&") if "=" in part)
    return int(told.get("offset", 0)), int(told.get("limit", 1000))


def _json(items: Sequence[dict[str, tuple[str, object]]]) -> bytes:
    told = [{tag: {"vr": vr, "Value": [value]} for tag, (vr, value) in item.items()} for item in items]
    return answer(json.dumps(told).encode())
