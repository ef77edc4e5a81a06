"""The only rooms that talk to `inference`: series to model input, model output to findings."""
