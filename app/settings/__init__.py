"""Settings and key maps: typed, validated, migrated."""
