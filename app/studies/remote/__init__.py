"""Servers of studies: what DICOMweb and DIMSE share, and the parts of each."""
