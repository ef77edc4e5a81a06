"""The wire of an association that is over: what is asked then closes the line and breaks nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from pynetdicom.association import Association
from pynetdicom.fsm import InvalidEventError, StateMachine

from app.studies.remote.dimse_wire import close_after_the_end

ABORT_ASKED = "Evt15"  # PS3.8 table 9-10


class Line:
    """Counts how often it is closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


def over_a_line(state: str) -> tuple[Any, Line]:
    line = Line()
    dul: Any = SimpleNamespace(socket=line)
    dul.state_machine = StateMachine(dul)
    dul.state_machine.current_state = state
    close_after_the_end(cast("Association", SimpleNamespace(dul=dul)))
    return dul.state_machine, line


def test_an_abort_after_a_refusal_closes_the_line() -> None:
    """A port that closes just after it has refused a caller: the library ended with a trace in its thread."""
    machine, line = over_a_line("Sta13")
    machine.do_action(ABORT_ASKED)
    assert line.closed == 1


def test_what_is_wrong_elsewhere_stays_wrong() -> None:
    machine, line = over_a_line("Sta1")
    with pytest.raises(InvalidEventError):
        machine.do_action(ABORT_ASKED)
    assert line.closed == 0
