"""Compressed frames are decoded in processes of their own, where a codec that dies costs one image."""
