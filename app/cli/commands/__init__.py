"""One command, or family of commands, per file; each has `register(tree)`."""
