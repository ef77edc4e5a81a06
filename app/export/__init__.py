"""Verdicts out, in files that other software reads."""
