"""What the window and the commands share: built once, passed as the first argument, never global."""
