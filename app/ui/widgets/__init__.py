"""Small building blocks of panels."""
