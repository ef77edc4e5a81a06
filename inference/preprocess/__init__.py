"""Preprocessing operations, one per file, each with `OP`."""
