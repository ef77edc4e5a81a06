"""Everything a reader can do, declared once: menus, keys, palette and overlay are made from it."""
