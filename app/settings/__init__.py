"""What one user has chosen: typed, saved as TOML, passed on, never fetched."""
