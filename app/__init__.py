"""The application: studies in, findings judged by a reader, files out."""
