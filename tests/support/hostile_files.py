"""Files made to harm: real ones bent by seeded chance, and bombs by hand. One number names one file, for ever."""

from __future__ import annotations

import io
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Bytes = bytes
Bend = Callable[[random.Random, bytes], bytes]
LARGEST_SEED = 300_000
# Values that a header may hold and that no reader may believe: DS and IS first, then US.
LYING_TEXT = (
    b"nan",
    b"-1",
    b"0",
    b"1e400",
    b"-1e-300",
    b"nan\\nan\\nan",
    b"2147483647",
    b"4294967296",
    b"x" * 40,
)
LYING_WORDS = (0, 1, 3, 7, 65535, 32768, 255)
NUMBERS = (0x00280008, 0x00200032, 0x00200037, 0x00280030, 0x00281053, 0x00281050, 0x00180050, 0x00280120)
WORDS = (
    0x00280010,
    0x00280011,
    0x00280002,
    0x00280006,
    0x00280100,
    0x00280101,
    0x00280102,
    0x00280103,
    0x00281101,
)
SYNTAXES = (
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.5",
    "1.2.3.4",
)


@dataclass(frozen=True, slots=True)
class Hostile:
    """One file: its name with the suffix that its kind has, its bytes, and how it was made."""

    name: str
    data: bytes
    recipe: str


def seeds(folders: Sequence[Path]) -> list[Path]:
    """Small real files of many kinds, in an order that does not depend on the disk."""
    found = (path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if 200 < path.stat().st_size < LARGEST_SEED and _is_dicom(path)]


def hostile(number: int, kept: Sequence[Path]) -> Hostile:
    """The file of this number; two of ten are archives, volumes or made by hand."""
    chance = random.Random(number)
    if number % 10 == 8:
        return _packed(number, chance, kept)
    if number % 10 == 9:
        return _made(number, chance, kept)
    path = chance.choice(kept)
    data, told = path.read_bytes(), []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        bend = chance.choice(BENDS)
        data = bend(chance, data)
        told.append(bend.__name__.strip("_"))
    return Hostile(f"{number}.dcm", data, f"{path.name}: {', '.join(told)}")


def _is_dicom(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


def _flip_bits(chance: random.Random, data: bytes) -> bytes:
    kept = bytearray(data)
    top = len(kept) if chance.random() < 0.5 else min(len(kept), 2000)  # headers are short and matter most
    for _ in range(chance.randint(1, 30)):
        kept[chance.randrange(132, max(top, 133)) % len(kept)] ^= 1 << chance.randrange(8)
    return bytes(kept)


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(100, max(len(data), 101))]


def _repeat(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(132, max(len(data), 133))
    end = min(start + chance.randrange(2, 400), len(data))
    return data[:end] + data[start:end] * chance.randint(1, 20) + data[end:]


def _take_out(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(132, max(len(data), 133))
    return data[:start] + data[start + chance.randrange(1, 300) :]


def _places(data: bytes, tags: Sequence[int]) -> list[tuple[int, int]]:
    """(offset of the value, its length) of explicit or implicit little-endian elements that look whole."""
    found = []
    for tag in tags:
        at = data.find(struct.pack("<HH", tag >> 16, tag & 0xFFFF), 132)
        if at < 0 or at + 8 > len(data):
            continue
        explicit = data[at + 4 : at + 6].isalpha()
        length = struct.unpack_from("<H" if explicit else "<I", data, at + (6 if explicit else 4))[0]
        if at + 8 + length <= len(data):
            found.append((at + 8, length))
    return found


def _lie_about_numbers(chance: random.Random, data: bytes) -> bytes:
    for at, length in _places(data, chance.sample(NUMBERS, 3)):
        value = chance.choice(LYING_TEXT)[:length].ljust(length)
        data = data[:at] + value + data[at + length :]
    return data


def _lie_about_words(chance: random.Random, data: bytes) -> bytes:
    for at, length in _places(data, chance.sample(WORDS, 2)):
        if length == 2:
            data = data[:at] + struct.pack("<H", chance.choice(LYING_WORDS)) + data[at + 2 :]
    return data


def _lie_about_lengths(chance: random.Random, data: bytes) -> bytes:
    """The length of some element, wherever two bytes look like a VR."""
    kept = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        vr = chance.choice((b"SQ", b"OB", b"OW", b"UN", b"DS", b"UI", b"LO", b"US", b"PN", b"CS"))
        at = data.find(vr, chance.randrange(132, max(len(data) - 1, 133)))
        if 0 <= at < len(kept) - 12:
            lie = chance.choice((0xFFFFFFFF, 0xFFFFFFFE, 0x7FFFFFFF, 1, 0, len(data) * 2))
            long = vr in {b"SQ", b"OB", b"OW", b"UN"}
            struct.pack_into(*("<I", kept, at + 4, lie) if long else ("<H", kept, at + 2, lie & 0xFFFF))
    return bytes(kept)


def _other_syntax(chance: random.Random, data: bytes) -> bytes:
    for at, length in _places(data[:2000], (0x00020010,)):
        value = chance.choice(SYNTAXES).encode()[:length].ljust(length, b"\0")
        return data[:at] + value + data[at + length :]
    return data


def _nest(chance: random.Random, data: bytes) -> bytes:
    """Sequences in sequences, without an end, before the pixels or at the end."""
    depth = chance.choice((40, 300, 3000))
    opened = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF) + struct.pack(
        "<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF
    )
    at = data.rfind(b"\xe0\x7f\x10\x00")
    at = at if at > 132 else len(data)
    return data[:at] + opened * depth + data[at:]


def _bad_fragments(chance: random.Random, data: bytes) -> bytes:
    """Items of encapsulated pixels that begin or end elsewhere than they say."""
    kept = bytearray(data)
    start = data.rfind(b"\xe0\x7f\x10\x00")
    at = data.find(b"\xfe\xff\x00\xe0", max(start, 0))
    while 0 <= at < len(kept) - 8:
        if chance.random() < 0.7:
            struct.pack_into("<I", kept, at + 4, chance.choice((0, 1, 0xFFFFFFFF, 0x7FFFFFF0, len(data))))
        at = data.find(b"\xfe\xff\x00\xe0", at + 8)
    return bytes(kept)


def _noise_in_pixels(chance: random.Random, data: bytes) -> bytes:
    start = max(data.rfind(b"\xe0\x7f\x10\x00"), len(data) // 2)
    kept = bytearray(data)
    for _ in range(chance.randint(1, 60)):
        kept[chance.randrange(start, len(kept))] = chance.randrange(256)
    return bytes(kept)


BENDS: tuple[Bend, ...] = (
    _flip_bits,
    _cut,
    _repeat,
    _take_out,
    _lie_about_numbers,
    _lie_about_words,
    _lie_about_lengths,
    _other_syntax,
    _nest,
    _bad_fragments,
    _noise_in_pixels,
)


def _packed(number: int, chance: random.Random, kept: Sequence[Path]) -> Hostile:
    """Archives: bent ones, paths that lead out, links, members that lie, bombs."""
    inner = chance.choice(kept).read_bytes()
    out = io.BytesIO()
    if chance.random() < 0.5:
        suffix, names = (
            "zip",
            ("../../out.dcm", "/etc/x.dcm", "a/" * 200 + "b.dcm", "C:\\x.dcm", "a.dcm", "a.dcm", ""),
        )
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in chance.sample(names, 3):
                if name:
                    archive.writestr(name, inner)
            if chance.random() < 0.3:
                archive.writestr("bomb.dcm", b"\0" * 60_000_000)
    else:
        suffix = chance.choice(("tar", "tar.gz"))
        with tarfile.open(fileobj=out, mode="w:gz" if suffix == "tar.gz" else "w") as tar:
            for name in chance.sample(("../../out.dcm", "/etc/x.dcm", "a.dcm", "b/../../c.dcm"), 2):
                member = tarfile.TarInfo(name)
                member.size = len(inner)
                tar.addfile(member, io.BytesIO(inner))
            link = tarfile.TarInfo("link.dcm")
            link.type, link.linkname = chance.choice(
                ((tarfile.SYMTYPE, "/etc/passwd"), (tarfile.LNKTYPE, "../../x"), (tarfile.FIFOTYPE, ""))
            )
            tar.addfile(link)
    data = out.getvalue()
    bent = chance.random() < 0.6
    return Hostile(
        f"{number}.{suffix}", _flip_bits(chance, data) if bent else data, f"{suffix}, bent: {bent}"
    )


def _made(number: int, chance: random.Random, kept: Sequence[Path]) -> Hostile:
    """Deflated bombs, volume files whose headers lie, plain noise, several parts."""
    kind = chance.choice(tuple(_KINDS))
    suffix = kind if kind in {"nii", "nrrd", "mha", "parts"} else "dcm"
    name = "DICOMDIR" if kind == "dicomdir" else f"{number}.{suffix}"
    return Hostile(name, _KINDS[kind](chance, kept), kind)


def _bomb(chance: random.Random, kept: Sequence[Path]) -> bytes:
    head = chance.choice(kept).read_bytes()[:132]
    meta = _element(0x0002, 0x0010, b"UI", b"1.2.840.10008.1.2.1.99")
    zeros = b"\0" * chance.choice((10**6, 10**8))
    return head + meta + zlib.compress(_element(0x0008, 0x0016, b"UI", b"1.2") + zeros)[2:-4]


def _nifti(chance: random.Random, _kept: Sequence[Path]) -> bytes:
    head = bytearray(struct.pack("<i", 348) + bytes(348))
    struct.pack_into("<8h", head, 40, *(chance.choice((0, 1, 3, -1, 32767, 7)) for _ in range(8)))
    struct.pack_into("<hh", head, 70, chance.choice((2, 4, 16, 512, 9999)), chance.choice((8, 16, 32, 0)))
    sizes = (chance.choice((0.0, 1.0, -1.0, 1e38, float("nan"))) for _ in range(8))
    struct.pack_into("<8f", head, 76, *sizes)
    head[344:348] = b"n+1\0"
    return bytes(head) + chance.randbytes(chance.choice((0, 100, 5000)))


SIZES = ("4 4 4", "99999 99999 9", "-1 2 3", "0 0 0", "4 4", "nan 1 1")


def _nrrd(chance: random.Random, _kept: Sequence[Path]) -> bytes:
    size = chance.choice(SIZES)
    lines = (
        "NRRD0004",
        f"type: {chance.choice(('short', 'float', 'x'))}",
        "dimension: 3",
        f"sizes: {size}",
        f"encoding: {chance.choice(('raw', 'gzip', 'x'))}",
        f"space directions: (1,0,0) (0,1,0) (0,0,{size[:1]})",
        f"data file: {chance.choice(('/etc/passwd', '../x', 'LIST'))}",
        "",
        "",
    )
    return "\n".join(lines).encode() + chance.randbytes(128)


def _mha(chance: random.Random, _kept: Sequence[Path]) -> bytes:
    lines = (
        "ObjectType = Image",
        "NDims = 3",
        f"DimSize = {chance.choice(SIZES)}",
        "ElementType = MET_SHORT",
        f"ElementSpacing = {chance.choice(('1 1 1', '0 0 0', '-1 1 1', 'nan 1 1'))}",
        f"ElementDataFile = {chance.choice(('LOCAL', '/etc/passwd', 'LIST'))}",
        "",
    )
    return "\n".join(lines).encode() + chance.randbytes(128)


def _parts(chance: random.Random, _kept: Sequence[Path]) -> bytes:
    lengths = [chance.choice((0, 5, 10**12)) for _ in range(5)]
    body = b"".join(b"--b\r\nContent-Length: %d\r\n\r\n" % one + chance.randbytes(60) for one in lengths)
    return _flip_bits(chance, bytes(132) + body)[132:]


def _noise(chance: random.Random, _kept: Sequence[Path]) -> bytes:
    return bytes(128) + b"DICM" + chance.randbytes(chance.choice((0, 40, 4000)))


_KINDS: dict[str, Callable[[random.Random, Sequence[Path]], bytes]] = {
    "bomb": _bomb,
    "nii": _nifti,
    "nrrd": _nrrd,
    "mha": _mha,
    "noise": _noise,
    "parts": _parts,
    "dicomdir": _noise,
}


def _element(group: int, element: int, vr: bytes, value: bytes) -> bytes:
    value += b"\0" * (len(value) % 2)
    return struct.pack("<HH2sH", group, element, vr, len(value)) + value
