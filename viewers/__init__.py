"""Pictures and pointers: arrays, affines, Qt and VTK; no DICOM, no models."""
