"""What the window should show, in one typed place, changed by events only."""
