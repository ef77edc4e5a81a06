"""The one state of the window: frozen, changed by events, read by selectors."""
