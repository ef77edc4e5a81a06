"""Masks under the reader's hand: sparse segments, brushes, islands, filling, and how they are drawn."""
