"""What a process says that has just read a stranger's bytes: JSON of a bounded length, never a pickle."""

from __future__ import annotations

import json
from multiprocessing.connection import Connection
from typing import Any

MOST_WORDS = 64 * 1024


def say(line: Connection, words: object) -> None:
    """Numbers, text, lists and dictionaries; anything else as its text. Raises OSError."""
    line.send_bytes(json.dumps(words, default=str).encode())


def hear(line: Connection) -> Any:  # Any: what JSON holds
    """What was said. Raises EOFError where the other side is gone, or says what is no JSON or too long."""
    try:
        return json.loads(line.recv_bytes(MOST_WORDS))
    except (OSError, ValueError, RecursionError) as error:
        raise EOFError("no words") from error
