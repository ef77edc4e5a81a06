"""Long work off the main thread: priorities, progress, cancelling."""
