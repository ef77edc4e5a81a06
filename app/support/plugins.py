"""Plug-in folders: every module of a package that holds one named object."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def plugin_names(package: ModuleType) -> tuple[str, ...]:
    """Names of the public modules of a package, in alphabetical order; none of them is loaded."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(name for name in names if not name.startswith("_"))


def load_plugins(package: ModuleType, name: str) -> dict[str, Any]:
    """Module name -> its object `name`, for every public module of a package, in alphabetical order.

    A module without that object is a mistake of ours and raises AttributeError.
    """
    found: dict[str, Any] = {}
    for module in plugin_names(package):
        found[module] = getattr(importlib.import_module(f"{package.__name__}.{module}"), name)
    return found
