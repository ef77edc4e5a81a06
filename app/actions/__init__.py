"""Declared actions: one list for menus, keys, palette and overlay."""
