"""Bodies of several parts, however the network cuts them, and what no server should send."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.studies.remote.multipart import MultipartError, boundary_of, parts_of

BOUNDARY = b"b0und"


def cut(body: bytes, places: list[int]) -> Iterator[bytes]:
    edges = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    return iter([body[a:b] for a, b in pairwise(edges)])


def body_of(parts: list[tuple[bytes, bool]], preamble: bytes = b"") -> bytes:
    whole = preamble
    for content, has_length in parts:
        length = f"Content-Length: {len(content)}\r\n".encode() if has_length else b""
        whole += (
            b"\r\n--" + BOUNDARY + b"\r\nContent-Type: application/dicom\r\n" + length + b"\r\n" + content
        )
    return whole + b"\r\n--" + BOUNDARY + b"--\r\n"


def read_all(body: bytes) -> None:
    for part in parts_of(iter([body]), BOUNDARY):
        b"".join(part.chunks)


CONTENT = st.binary(max_size=300).filter(lambda part: BOUNDARY not in part)


@given(
    st.lists(st.tuples(CONTENT, st.booleans()), max_size=5),
    st.lists(st.integers(0, 5000), max_size=12),
    st.booleans(),
)
def test_every_part_comes_out_as_it_went_in(
    parts: list[tuple[bytes, bool]], places: list[int], bare: bool
) -> None:
    body = body_of(parts)
    if bare:  # the first boundary without a line before it
        body = body[2:]
    found = [b"".join(part.chunks) for part in parts_of(cut(body, places), BOUNDARY)]
    assert found == [content for content, _ in parts]


@given(st.binary(max_size=400), st.lists(st.integers(0, 500), max_size=5))
def test_nonsense_ends_in_one_kind_of_error(body: bytes, places: list[int]) -> None:
    try:
        for part in parts_of(cut(body, places), BOUNDARY):
            for _ in part.chunks:
                pass
    except MultipartError:
        pass


@given(st.integers(0, 200))
def test_an_answer_that_breaks_off_never_passes_for_whole(place: int) -> None:
    body = body_of([(b"x" * 50, True), (b"y" * 50, False)])
    end = min(place, len(body) - 5)
    with pytest.raises(MultipartError):
        read_all(body[:end])


def test_parts_that_nobody_reads_are_passed_over() -> None:
    body = body_of([(b"x" * 5000, True), (b"y", False)])
    assert len([part.headers["content-type"] for part in parts_of(iter([body]), BOUNDARY)]) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"\r\n--b0und\r\nContent-Length: 3\r\n\r\nlonger than that\r\n--b0und--",
        b"\r\n--b0und\r\n" + b"X-Long: " + b"y" * 40_000 + b"\r\n\r\nz\r\n--b0und--",
        b"p" * 100_000,
        b"\r\n--b0undary of another\r\n\r\nx\r\n--b0und--",
    ],
)
def test_lies_are_refused(body: bytes) -> None:
    with pytest.raises(MultipartError):
        read_all(body)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ('multipart/related; type="application/dicom"; boundary=abc', b"abc"),
        ('Multipart/Related; boundary="a b"', b"a b"),
    ],
)
def test_boundary(kind: str, wanted: bytes) -> None:
    assert boundary_of(kind) == wanted


@pytest.mark.parametrize("kind", ["", "text/html", "multipart/related", "multipart/related; boundary="])
def test_no_boundary(kind: str) -> None:
    with pytest.raises(MultipartError):
        boundary_of(kind)
