"""The inner parts of pynetdicom that our limits hang on: a new version that moves them must fail here, in words."""

from __future__ import annotations

import inspect

import pynetdicom
import pytest
from pynetdicom import AE, _config
from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.dul import DULServiceProvider
from pynetdicom.transport import AssociationSocket

from app.studies.remote.dimse_wire import set_up_library


@pytest.mark.parametrize(
    "name", ["STORE_SEND_CHUNKED_DATASET", "LOG_REQUEST_IDENTIFIERS", "LOG_HANDLER_LEVEL"]
)
def test_switches_that_we_set_are_there(name: str) -> None:
    assert hasattr(_config, name), pynetdicom.__version__
    set_up_library()


def test_what_is_read_from_a_socket_goes_through_the_method_that_we_bound() -> None:
    """`recv` is replaced on each socket; if the provider read otherwise, nothing would be bounded."""
    assert list(inspect.signature(AssociationSocket.recv).parameters)[:2] == ["self", "nr_bytes"]
    source = inspect.getsource(DULServiceProvider)
    assert "socket.recv(" in source
    assert "_run_loop_delay" in source


def test_what_is_sent_goes_through_the_queue_that_we_narrow() -> None:
    assert "to_provider_queue" in inspect.getsource(DULServiceProvider)
    association = Association(AE(), "requestor")
    assert hasattr(association.dul, "to_provider_queue")
    assert hasattr(association.dul, "_run_loop_delay")
    assert hasattr(association.dimse, "msg_queue")


def test_who_waits_for_an_answer_waits_at_the_queue_that_we_wake() -> None:
    assert "msg_queue.get(" in inspect.getsource(DIMSEServiceProvider)
