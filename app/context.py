"""What the window and the commands share: built once, passed as the first argument, never global.

Index, journal and model client are opened when they are first asked for, so that a window is up before them and a
command pays for what it uses only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import OverreadError
from app.domain.readers import role_named, signed
from app.settings.file import load_settings, save_settings
from app.settings.schema import Settings
from app.state.store import Store
from app.support.held.laying import lay_vaults
from app.support.i18n import use_language
from app.support.languages import wanted_language
from app.support.paths import UserPaths, resource_dir, user_paths
from app.support.private import make_private
from app.support.slow_imports import settle_pydantic
from app.support.trouble import log_trouble

if TYPE_CHECKING:
    from app.audit.log import AuditLog
    from app.findings.journal import Journal
    from app.jobs.runner import Runner
    from app.jobs.runtime import Runtime
    from app.studies.index import StudyIndex
    from app.studies.on_the_way import OnTheWay
    from app.studies.source_types import AskSecret
    from app.studies.stack_source import Means
    from inference.client import ModelClient

Post = Callable[[Callable[[], None]], None]


@dataclass(slots=True)
class AppContext:
    """Built by `build_context`; `close` ends every job and lets go of every file."""

    paths: UserPaths
    settings: Settings
    store: Store = field(default_factory=Store)
    settings_refused: tuple[str, ...] = ()  # entries of the settings file that could not be used
    ask_secret: AskSecret | None = None  # whoever sits at the window or terminal; None: nobody
    on_trouble: Callable[[OverreadError], None] | None = None  # hears, on the main thread; None: the log
    _post: Post | None = None
    _index: StudyIndex | None = None
    _journal: Journal | None = None
    _audit: AuditLog | None = None
    _jobs: Runner | None = None
    _client: ModelClient | None = None
    _runtime: Runtime | None = None
    _means: Means | None = None
    _on_the_way: OnTheWay | None = None
    _opening: threading.RLock = field(
        default_factory=threading.RLock
    )  # jobs ask for parts on threads of theirs

    @property
    def post(self) -> Post:
        """Run something on the main thread, from any thread."""
        with self._opening:
            if self._post is None:
                from app.jobs.dispatch import QueueDispatch

                self._post = QueueDispatch().post
            return self._post

    @property
    def index(self) -> StudyIndex:
        """Known studies."""
        with self._opening:
            if self._index is None:
                from app.studies.index import StudyIndex

                self._index = StudyIndex(self.paths.index_file, self._hear_trouble)
            return self._index

    @property
    def journal(self) -> Journal:
        """Results and verdicts; raises JournalError if it cannot be opened."""
        with self._opening:
            if self._journal is None:
                from app.findings.audit_trail import audited_journal

                self._journal = audited_journal(self.paths.journal_file, self.audit)
            return self._journal

    @property
    def audit(self) -> AuditLog:
        """Who did what with whose data."""
        with self._opening:
            if self._audit is None:
                from app.audit.log import AuditLog

                self._audit = AuditLog(self.paths.data)
            return self._audit

    @property
    def jobs(self) -> Runner:
        """Long work."""
        with self._opening:
            if self._jobs is None:
                from app.jobs.runner import Runner

                self._jobs = Runner(self.post, noted=self._note_fault)
            return self._jobs

    def _note_fault(self, error: Exception) -> None:
        from app.support.faults import fault_of, write_fault

        write_fault(self.paths.faults_file, fault_of(error))

    @property
    def client(self) -> ModelClient:
        """The child process that runs models; started by its first run."""
        with self._opening:
            if self._client is None:
                settle_pydantic()
                from inference.client import ModelClient

                self._client = ModelClient()
            return self._client

    @property
    def runtime(self) -> Runtime:
        """Queue of model runs, runs that ended, history of packages; raises OverreadError if it cannot be opened."""
        with self._opening:
            if self._runtime is None:
                from app.jobs.runtime import Runtime

                self._runtime = Runtime.open(self.paths.runtime_file)
            return self._runtime

    @property
    def means(self) -> Means:
        """Threads that decode, and the room that decoded pictures may take: one of each for the process."""
        with self._opening:
            if self._means is None:
                from app.studies.decode_line import DecodeLine
                from app.studies.memory import MemoryBudget, memory_limit
                from app.studies.stack_source import Means

                room = MemoryBudget(memory_limit(self.settings.memory_percent))
                self._means = Means(DecodeLine(), room)
            return self._means

    @property
    def on_the_way(self) -> OnTheWay:
        """Images of servers that are shown while they come."""
        with self._opening:
            if self._on_the_way is None:
                from app.studies.on_the_way import OnTheWay

                self._on_the_way = OnTheWay(self.means.line.wake)
            return self._on_the_way

    def _hear_trouble(self, error: OverreadError) -> None:
        """From any thread."""
        heard = self.on_trouble
        if heard is None:
            log_trouble(error)
        else:
            self.post(lambda: heard(error))

    @property
    def results(self) -> Path:
        """One folder per result id."""
        return self.paths.results

    @property
    def model_folders(self) -> tuple[Path, ...]:
        """Where packages are looked for: the user's, then those of the settings, then the shipped ones."""
        extra = tuple(Path(folder) for folder in self.settings.extra_model_folders)
        return (self.paths.models, *extra, resource_dir() / "models")

    @property
    def reader(self) -> str:
        """Whose verdicts these are, as the journal names them."""
        return signed(self.settings.reader_name, role_named(self.settings.role))

    def change_settings(self, settings: Settings) -> None:
        """Save first, then use. Raises OSError if they cannot be saved."""
        save_settings(self.paths.settings, settings)
        self.settings = settings

    def close(self) -> None:
        """End jobs first, then whatever they were writing to."""
        if self._means is not None:
            self._means.line.close()
        for part in (self._jobs, self._client, self._runtime, self._journal, self._index):
            if part is not None:
                part.close()
        self._jobs = self._client = self._runtime = self._journal = self._index = self._means = None


def build_context(paths: UserPaths | None = None, post: Post | None = None) -> AppContext:
    """Context of one user; `post` brings callbacks to the main thread (a queue of its own without one)."""
    where = paths or user_paths()
    settings, refused = load_settings(where.settings)
    use_language(wanted_language(settings.language))
    lay_vaults(where, settings.copies_protection, settings.copies_key_file)
    for folder in (where.data, where.cache, where.settings):
        make_private(folder)
    return AppContext(where, settings, settings_refused=refused, _post=post)
