"""Which pictures of a study a package of several views takes, and the run on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.analysis.applicability import Misfit
from app.domain.study import Instance, Study
from app.hanging.breast_sides import Told
from app.studies.display_sets import DisplaySet, display_sets
from app.support.i18n import text

if TYPE_CHECKING:
    from inference.bundle import Bundle
    from inference.manifest import Viewer

KIND = "views"


def takes_views(bundle: Bundle) -> bool:
    """Whether one run of a package takes several pictures of a study."""
    return bundle.manifest.viewer.kind == KIND


def view_name(instance: Instance) -> str:
    """Side and view of a film, such as LCC or RMLO; '' where the header names no side."""
    side = instance.laterality.strip().upper()[:1]
    view = instance.view_position.strip().upper()
    return f"{side}{view}" if side in ("L", "R") and view else ""


def view_sets(bundle: Bundle, study: Study) -> dict[str, tuple[DisplaySet, ...]]:
    """Films of a study by view, in the order in which the package takes them; several of one view are all told."""
    return views_among(bundle.manifest.viewer, display_sets(study))


def views_among(viewer: Viewer, sets: Iterable[DisplaySet]) -> dict[str, tuple[DisplaySet, ...]]:
    """The same of display sets that are known already."""
    wanted = dict.fromkeys(binding.view for binding in viewer.inputs)
    found: dict[str, list[DisplaySet]] = {view: [] for view in wanted}
    for one in sets:
        name = view_name(one.frames[0].instance)
        if name in found and one.affine is not None and len(one.frames) == 1 and not one.is_colour:
            found[name].append(one)
    return {view: tuple(sets) for view, sets in found.items() if sets}


def chosen_sets(bundle: Bundle, study: Study) -> dict[str, DisplaySet]:
    """One film a view: where a view was taken again, the last one taken. Views without their partner are left out."""
    return chosen_among(bundle.manifest.viewer, display_sets(study))


def chosen_among(viewer: Viewer, sets: Iterable[DisplaySet]) -> dict[str, DisplaySet]:
    """The same of display sets that are known already."""
    from inference.view_groups import whole_groups

    found = views_among(viewer, sets)
    return {view: max(found[view], key=_taken) for view in whole_groups(viewer.views, found)}


def said_of_views(bundle: Bundle, study: Study) -> list[str]:
    """What a reader must hear of the films that were used, and of those that were not."""
    found, used = view_sets(bundle, study), chosen_sets(bundle, study)
    said = [text("run.warning.repeated_view", view=view) for view in used if len(found[view]) > 1]
    said += [text("run.warning.turned_view", view=view) for view, one in used.items() if is_upside_down(one)]
    return said + [text("run.warning.view_alone", view=view) for view in found if view not in used]


def is_upside_down(one: DisplaySet) -> bool:
    """Whether a film is stored, by its header, with the lateral side or the head below; not where it does not say."""
    first = one.frames[0].instance
    side, view = first.laterality.strip().upper(), first.view_position.strip().upper()
    told = Told(side, view, first.patient_orientation)
    return bool(told.chest) and told.is_upside_down


def read_sets(bundle: Bundle, study: Study, display_set: DisplaySet) -> tuple[DisplaySet, ...]:
    """Everything that one run on a display set reads."""
    if not takes_views(bundle):
        return (display_set,)
    return tuple(chosen_sets(bundle, study).values()) or (display_set,)


def front_set(bundle: Bundle, study: Study) -> DisplaySet | None:
    """The film that stands for a study of views in lists: the first that the package takes."""
    return next(iter(chosen_sets(bundle, study).values()), None)


def missing_views(bundle: Bundle, study: Study) -> Misfit | None:
    """Which views are needed and not there, as the reason why a package does not apply; None if it does."""
    viewer = bundle.manifest.viewer
    found = view_sets(bundle, study)
    needed = viewer.views.needed if viewer.views else ()
    missing = [view for view in needed if view not in found]
    if not found:
        missing = list(dict.fromkeys(binding.view for binding in viewer.inputs))
    if missing:
        return Misfit("model.not_applicable.views", (("views", ", ".join(missing)),))
    if viewer.views and not chosen_sets(bundle, study):
        from inference.view_groups import in_words

        here = ", ".join(_counted(view, len(sets)) for view, sets in found.items())
        return Misfit("model.not_applicable.groups", (("groups", in_words(viewer.views)), ("found", here)))
    return None


def _counted(view: str, films: int) -> str:
    return view if films == 1 else f"{films} x {view}"


def _taken(one: DisplaySet) -> tuple[int, int]:
    return (one.series.number or 0, one.frames[0].instance.instance_number or 0)
