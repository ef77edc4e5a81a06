"""A made-up chest with known truth: analytic shapes to arrays, arrays to DICOM."""
