"""One file per format, each with `EXPORTER`; found by listing."""
