"""Use cases without a window, one per file."""
