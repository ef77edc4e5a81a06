"""One module per kind of object, each with a READER; they do not know each other."""
