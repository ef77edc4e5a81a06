"""Which view a digital radiograph is, where its plain element does not say: from its view code (PS3.3 C.8.11.5)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from app.domain.errors import StudyUnreadableError
from app.domain.study import Instance
from app.studies.slow_headers import damage, first_item, read_dataset

# View codes of projection radiography (PS3.16 CID 4010), SNOMED-RT beside SNOMED CT. "Frontal" alone names neither side
# that the rays came from, and is left open.
VIEW_OF_CODE = {
    "R-10206": "AP", "399348003": "AP",
    "R-40888": "PA", "272479007": "PA",
    "R-10236": "LL", "399173006": "LL",
    "R-10232": "RL", "399198007": "RL",
    "R-102CD": "LATERAL", "399067008": "LATERAL",
    "R-10220": "LAO", "399135007": "LAO",
    "R-10212": "LPO", "399006002": "LPO",
    "R-40985": "RAO", "399356000": "RAO",
    "R-10210": "RPO", "399038007": "RPO",
}  # fmt: skip


def with_film_view(instance: Instance) -> Instance:
    """The instance with its view position, as far as the file says it anywhere."""
    view = "" if instance.view_position.strip() else _coded(instance.path)
    return replace(instance, view_position=view) if view else instance


@lru_cache(maxsize=512)
def _coded(path: Path) -> str:
    try:
        code = first_item(read_dataset(path), "ViewCodeSequence")
        return VIEW_OF_CODE.get(str(code.get("CodeValue", "")).strip(), "") if code is not None else ""
    except (StudyUnreadableError, OSError):
        return ""
    except damage():
        return ""
