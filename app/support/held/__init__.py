"""Copies of patients' data that this program keeps by itself, readable with a key of the reader's keychain only."""
