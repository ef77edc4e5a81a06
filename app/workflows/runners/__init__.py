"""Where steps of a queue are run, one file per place, each with `RUNNER`."""
