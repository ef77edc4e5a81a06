"""Bodies of several parts (RFC 2046 section 5.1) as they come in, never held whole.

A part that states its length is read by it, and the line after it must then be the boundary; one that does not is read
up to the next boundary. Everything is bounded: a server's mistake, or malice, ends in `MultipartError`.
"""

from __future__ import annotations

from collections.abc import Iterator

LARGEST_HEADERS = 16 * 1024
LARGEST_PREAMBLE = 64 * 1024
_LINE = b"\r\n"


class MultipartError(ValueError):
    """The body is not what its content type promises; the text says where."""


class Part:
    """One part. `headers` have lower-case names. `chunks` must be read to its end before the next part is asked for."""

    def __init__(self, headers: dict[str, str], chunks: Iterator[bytes]) -> None:
        self.headers = headers
        self.chunks = chunks


def boundary_of(content_type: str) -> bytes:
    """The boundary of a multipart content type. Raises MultipartError where it is no multipart."""
    kind, _, parameters = content_type.partition(";")
    if not kind.strip().lower().startswith("multipart/"):
        raise MultipartError(f"'{kind.strip()[:40] or 'no type'}' in place of several parts")
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name.strip().lower() == "boundary":
            found = value.strip().strip('"')
            if 0 < len(found) <= 200 and found.isascii():
                return found.encode("ascii")
    raise MultipartError("several parts without a boundary")


def parts_of(chunks: Iterator[bytes], boundary: bytes) -> Iterator[Part]:
    """The parts one after another. Raises MultipartError while it is read."""
    source = _Source(chunks)
    delimiter = _LINE + b"--" + boundary
    source.put_back(_LINE)  # the first boundary may stand at the very start, without a line before it
    for _ in source.until(delimiter, LARGEST_PREAMBLE):
        pass
    while not _is_last(source):
        headers = _headers(source)
        body = _body(source, headers, delimiter)
        yield Part(headers, body)
        for _ in body:  # what the reader left unread
            pass


class _Source:
    """Bytes with a little that can be looked at ahead."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = bytearray()

    def put_back(self, data: bytes) -> None:
        self._held[:0] = data

    def more(self) -> bool:
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self._held += chunk
        return True

    def take(self, count: int) -> bytes:
        """Exactly so many bytes."""
        while len(self._held) < count:
            if not self.more():
                raise MultipartError("the answer breaks off")
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken

    def exactly(self, count: int) -> Iterator[bytes]:
        """So many bytes, in pieces."""
        while count > 0:
            if not self._held and not self.more():
                raise MultipartError("the answer breaks off")
            piece = bytes(self._held[:count])
            del self._held[: len(piece)]
            count -= len(piece)
            if piece:
                yield piece

    def until(self, mark: bytes, limit: int | None = None) -> Iterator[bytes]:
        """Everything up to a mark, which is taken too."""
        passed = 0
        while True:
            at = self._held.find(mark)
            ready = at if at >= 0 else max(len(self._held) - len(mark) + 1, 0)
            passed += ready
            if limit is not None and passed > limit:
                raise MultipartError("no boundary where one belongs")
            if ready:
                yield bytes(self._held[:ready])
                del self._held[:ready]
            if at >= 0:
                del self._held[: len(mark)]
                return
            if not self.more():
                raise MultipartError("the answer breaks off")


def _is_last(source: _Source) -> bool:
    """After a boundary: two hyphens end the body; else blanks and a line end follow."""
    two = source.take(2)
    if two == b"--":
        return True
    source.put_back(two)
    rest = b"".join(source.until(_LINE, 200))
    if rest.strip(b" \t"):
        raise MultipartError("no boundary where one belongs")
    return False


def _headers(source: _Source) -> dict[str, str]:
    found: dict[str, str] = {}
    size = 0
    while True:
        line = b"".join(source.until(_LINE, LARGEST_HEADERS))
        size += len(line)
        if not line:
            return found
        if size > LARGEST_HEADERS:
            raise MultipartError("a part with endless headers")
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            found[name.strip().lower()] = value.strip()


def _body(source: _Source, headers: dict[str, str], delimiter: bytes) -> Iterator[bytes]:
    stated = headers.get("content-length", "")
    if not (stated.isascii() and stated.isdigit()):
        yield from source.until(delimiter)
        return
    yield from source.exactly(int(stated))
    if source.take(len(delimiter)) != delimiter:
        raise MultipartError("a part is not as long as it says")
