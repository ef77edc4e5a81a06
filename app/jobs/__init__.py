"""Long work off the main thread: a pool of threads by priority, cancel tokens, and the way home."""
