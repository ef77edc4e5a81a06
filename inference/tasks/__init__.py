"""Kinds of packages, one per file, each with `TASK`."""
