"""Lists and sheets that lie over the window for a moment and never block it."""
