"""Other makers' objects as findings: places in the space of the study's own images."""
