"""Plug-in folders: every module of a package that holds one named object."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def load_plugins(package: ModuleType, name: str) -> dict[str, Any]:
    """Module name -> its object `name`, for every public module of a package, in alphabetical order.

    A module without that object is a mistake of ours and raises AttributeError.
    """
    found: dict[str, Any] = {}
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        if not module.name.startswith("_"):
            found[module.name] = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), name)
    return found
