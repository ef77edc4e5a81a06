"""Objects that are no images: one reader each in `kinds`, found by listing; what is shared lies beside that folder."""
