"""Models: packages, checks, a child process that runs them; arrays and affines only."""
