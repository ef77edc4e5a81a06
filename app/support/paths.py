"""Where things lie: shipped resources, and the user's data, cache and settings."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HOME_VARIABLE = "OVERREAD_HOME"  # one folder for everything: portable use, tests


def resource_dir() -> Path:
    """Shipped resources: inside the wheel, or beside the rooms in a checkout."""
    installed = Path(__file__).resolve().parents[1] / "_resources"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[2] / "resources"


@dataclass(frozen=True, slots=True)
class UserPaths:
    """Folders of one user; made on first use by whoever writes there."""

    data: Path
    cache: Path
    settings: Path

    @property
    def index_file(self) -> Path:
        """SQLite index of known studies; may be deleted, a scan makes it anew."""
        return self.cache / "index.sqlite"

    @property
    def journal_file(self) -> Path:
        """The hash-chained record of results and verdicts; never deleted by the product."""
        return self.data / "journal.sqlite"

    @property
    def runtime_file(self) -> Path:
        """The queue of model runs, the runs that ended, and the history of model packages."""
        return self.data / "runtime.sqlite"

    @property
    def results(self) -> Path:
        """One folder per result id with its heat and label maps."""
        return self.data / "results"

    @property
    def masks(self) -> Path:
        """What readers changed in masks, named by content; the journal refers to it, so it is never deleted."""
        return self.data / "masks"

    @property
    def faults_file(self) -> Path:
        """Faults that nobody foresaw, as places in the program, without anybody's data; may be deleted."""
        return self.data / "faults.log"

    @property
    def models(self) -> Path:
        """Installed model packages of this user."""
        return self.data / "models"

    @property
    def model_keys(self) -> Path:
        """Public keys (PEM) of makers whose signed packages this user trusts."""
        return self.data / "model_keys"


def user_paths() -> UserPaths:
    """The user's folders, or all of them under $OVERREAD_HOME."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        root = Path(home)
        return UserPaths(root / "data", root / "cache", root / "settings")
    dirs = platformdirs.PlatformDirs("overread", appauthor=False)
    return UserPaths(dirs.user_data_path, dirs.user_cache_path, dirs.user_config_path)
