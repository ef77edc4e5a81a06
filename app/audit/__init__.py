"""Who did what with whose data, as messages of PS3.15 A.5 in a file that only grows."""
