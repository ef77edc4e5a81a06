"""The audit file of one user: messages in a chain, each on the disk before the next."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from app.audit.message import Message, as_xml
from app.support import chained_file
from app.support.chained_file import Proof
from app.support.i18n import text

FILE = "audit.log"


class AuditLog:
    """Never stands in the way of a verdict: what cannot be written is said, not raised."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE
        self.failed: Callable[[str], None] | None = None  # whoever sits at the window

    def write(self, message: Message) -> None:
        """Put a message at the end of the file; it is on the disk when this returns."""
        try:
            chained_file.append(self.file, {"xml": as_xml(message)})
        except OSError as error:
            said = text("audit.unwritten", file=self.file.name, reason=error.strerror or str(error))
            logging.getLogger("overread.audit").warning(said)
            if self.failed is not None:
                self.failed(said)

    def messages(self) -> Iterator[str]:
        """All messages that can be read, as XML, in order."""
        for record in chained_file.records(self.file):
            if isinstance(record.get("xml"), str):
                yield record["xml"]

    def verify(self, head: str = "") -> Proof:
        """Prove the chain. Raises OSError if the file cannot be read."""
        return chained_file.verify(self.file, head)
