"""One file per source of studies; found by listing (`SOURCE`)."""
