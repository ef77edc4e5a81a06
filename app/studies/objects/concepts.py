"""Concept codes that report readers look for (PS3.16); older SNOMED-RT values stand beside the newer ones."""

from __future__ import annotations

MEASUREMENT_GROUP = frozenset({"125007"})
TRACKING_ID = frozenset({"112039"})
TRACKING_UID = frozenset({"112040"})
FINDING = frozenset({"121071"})
FINDING_CATEGORY = frozenset({"276214006", "C0034375"})
FINDING_SITE = frozenset({"363698007", "G-C0E3"})
LATERALITY = frozenset({"272741003", "G-C171"})
DERIVATION = frozenset({"121401"})
REFERENCED_SEGMENT = frozenset({"121191", "121214"})
SEGMENTATION_SOURCES = frozenset({"121232", "121233"})
ALGORITHM_NAME = frozenset({"111001"})
ALGORITHM_PARAMETERS = frozenset({"111002"})
ALGORITHM_VERSION = frozenset({"111003"})

CAD_SUMMARY = frozenset({"111017"})
SINGLE_IMAGE_FINDING = frozenset({"111059"})
COMPOSITE_FEATURE = frozenset({"111015"})
CAD_FINDINGS = SINGLE_IMAGE_FINDING | COMPOSITE_FEATURE
RENDERING_INTENT = frozenset({"111056"})
CERTAINTY = frozenset({"111012"})
PROBABILITY = frozenset({"111047"})
OPERATING_POINT = frozenset({"111071"})
