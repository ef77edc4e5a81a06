"""DICOM in: finding files, reading headers, decoding pixels, assembling volumes."""
