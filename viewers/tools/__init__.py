"""Measurement tools: one module each with `TOOL`; they do not know each other."""
