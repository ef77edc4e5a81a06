"""Task plug-ins found by listing."""

from __future__ import annotations

import importlib
import pkgutil

import inference.tasks
from inference.task_types import Task


def tasks() -> dict[str, Task]:
    """All kinds of packages that can be run."""
    modules = pkgutil.iter_modules(inference.tasks.__path__)
    found = [importlib.import_module(f"inference.tasks.{module.name}").TASK for module in modules]
    return {task.kind: task for task in found}
