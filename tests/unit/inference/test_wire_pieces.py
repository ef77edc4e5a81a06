"""Arrays travel in pieces and arrive whole; a sender that lies about their size is found out."""

from __future__ import annotations

import json
import multiprocessing
import threading

import numpy as np
import pytest

from inference.wire import PIECE, WireError, receive, send


@pytest.mark.parametrize("count", [0, 1, PIECE // 2 - 1, PIECE // 2, PIECE // 2 + 1, 5 * PIECE])
def test_an_array_of_any_length_arrives_as_it_was(count: int) -> None:
    ours, theirs = multiprocessing.Pipe()
    values = np.arange(count, dtype=np.int16)
    sender = threading.Thread(target=send, args=(ours, "run", {"a": 1}, (values, np.eye(4))))
    sender.start()
    kind, content, (arrived, affine) = receive(theirs)
    sender.join()
    assert (kind, content) == ("run", {"a": 1})
    np.testing.assert_array_equal(arrived, values)
    assert arrived.dtype == np.int16
    np.testing.assert_array_equal(affine, np.eye(4))


@pytest.mark.parametrize("pieces", [(b"",), (b"12345678" * 5,), (b"12345678", b"")])
def test_more_or_fewer_bytes_than_announced_are_refused(pieces: tuple[bytes, ...]) -> None:
    ours, theirs = multiprocessing.Pipe()
    told = {"kind": "result", "content": {}, "arrays": [{"dtype": "float64", "shape": [4]}]}
    ours.send_bytes(json.dumps(told).encode())
    for piece in pieces:
        ours.send_bytes(piece)
    with pytest.raises(WireError):
        receive(theirs)
