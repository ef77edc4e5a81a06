"""Switch the listener on and off; what arrives goes into the index and the worklist."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import SettingRefusedError
from app.settings.listener import ListenerSettings, load_listener
from app.state.events import StudiesListed
from app.support.held.doors import vault_of
from app.support.held.laying import RECEIVED

if TYPE_CHECKING:
    from app.studies.headers import ScannedInstance
    from app.studies.remote.dimse_intake import Refused
    from app.studies.remote.dimse_listener import Listener

LIST_EVERY_S = 1.0


@dataclass(slots=True)
class Counts:
    """What came in since the start. refused: text key and facts -> how often."""

    received: int = 0
    refused: dict[tuple[str, tuple[tuple[str, object], ...]], int] = field(default_factory=dict)


@dataclass(slots=True)
class Listening:
    """A running listener, for `stop_listener`."""

    listener: Listener
    folder: Path
    counts: Counts

    @property
    def port(self) -> int:
        """The port in use."""
        return self.listener.port


def received_folder(ctx: AppContext, settings: ListenerSettings) -> Path:
    """Where received studies lie."""
    return Path(settings.folder) if settings.folder else ctx.paths.data / RECEIVED


def start_listener(
    ctx: AppContext,
    settings: ListenerSettings | None = None,
    heard: Callable[[Counts], None] | None = None,
) -> Listening:
    """Open the port. `heard` is called on the main thread after each object.

    Raises SettingRefusedError, RemoteError where the port cannot be opened, OSError for the folder.
    """
    from app.studies.remote.dimse_listener import Ears, Listener

    chosen = settings or load_listener(ctx.paths.settings)[0]
    folder = received_folder(ctx, chosen)
    _check_key(folder)
    index, counts, lock = ctx.index, Counts(), threading.Lock()
    listed = 0.0

    def tell() -> None:
        if heard is not None:
            ctx.post(lambda: heard(counts))

    def kept(one: ScannedInstance) -> None:
        nonlocal listed
        with lock:
            index.add([one])
            counts.received += 1
            is_due = time.monotonic() - listed >= LIST_EVERY_S
            if is_due:
                listed = time.monotonic()
        if is_due:
            _list_studies(ctx)
        tell()

    def refused(refusal: Refused) -> None:
        with lock:
            reason = (refusal.key, refusal.facts)
            counts.refused[reason] = counts.refused.get(reason, 0) + 1
        tell()

    listener = Listener(chosen, folder, Ears(kept, refused))
    listener.start()
    return Listening(listener, folder, counts)


def _check_key(folder: Path) -> None:
    """The sender may delete what we took: it is never taken under a key that ends with this process."""
    vault = vault_of(folder / "x")
    if vault is not None and not vault.master.lasts:
        raise SettingRefusedError("error.listener.no_keychain")


def stop_listener(ctx: AppContext, listening: Listening) -> None:
    """Close the port; the worklist shows everything that came."""
    listening.listener.close()
    if listening.counts.received:
        _list_studies(ctx)


def _list_studies(ctx: AppContext) -> None:
    studies = ctx.index.studies()
    ctx.post(lambda: ctx.store.apply(StudiesListed(studies)))
