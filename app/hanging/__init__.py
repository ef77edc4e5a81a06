"""Hanging protocols: what hangs where when a study is opened, as data that a site can write and read."""
