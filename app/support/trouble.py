"""What goes wrong beside the work, and stops none of it."""

from __future__ import annotations

import logging

from app.domain.errors import OverreadError
from app.support.i18n import explain


def log_trouble(error: OverreadError) -> None:
    """For whoever has no place to show it: one line in the log, which a command writes to standard error."""
    logging.getLogger("overread").warning(explain(error))
