from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = _("Resident registry")

    def ready(self) -> None:
        from accounts.choices import DepartmentKind
        from accounts.navigation import Entry, add
        from accounts.scope import register_entries
        from accounts.viewer import Viewer
        from residents.policies import BINDING_KINDS, may_preview, may_seal
        from residents.selectors import (
            emergencies_to_review,
            entries_bound_to,
            proposals_to_decide,
            seals_to_decide,
            sides_for,
        )

        register_entries(entries_bound_to)

        def reads(viewer: Viewer) -> bool:
            return viewer.is_staff_member and not viewer.is_administrator

        def registers(viewer: Viewer) -> bool:
            return reads(viewer) and viewer.department_kind in BINDING_KINDS

        def to_decide(viewer: Viewer) -> int:
            return proposals_to_decide(viewer=viewer)

        def visits(viewer: Viewer) -> bool:
            return reads(viewer) and viewer.department_kind == DepartmentKind.GRID

        def seals(viewer: Viewer) -> bool:
            return bool(may_seal(viewer))

        def previews(viewer: Viewer) -> bool:
            return bool(may_preview(viewer))

        def seals_waiting(viewer: Viewer) -> int:
            return seals_to_decide(viewer=viewer)

        def has_emergencies(viewer: Viewer) -> bool:
            return bool(sides_for(viewer=viewer))

        def to_review(viewer: Viewer) -> int:
            return emergencies_to_review(viewer=viewer)

        add(
            Entry(_("Buildings and residents"), "residents:estates", "building", 20, reads),
            Entry(_("Find a resident"), "residents:search", "search", 25, reads),
            Entry(_("Residents"), "residents:residents", "person", 21, reads),
            Entry(_("Organisations"), "residents:organisations", "services", 22, reads),
            Entry(_("Vehicles"), "residents:vehicles", "car", 23, reads),
            Entry(_("Statistics"), "residents:statistics", "chart", 24, reads),
            Entry(_("Import and export"), "residents:imports", "upload", 26, reads),
            Entry(
                _("Proposed corrections"),
                "residents:proposals",
                "pending",
                27,
                reads,
                badge=to_decide,
            ),
            Entry(_("To be confirmed again"), "residents:revisits", "refresh", 28, visits),
            Entry(_("Filled in once"), "residents:fill_once", "chart", 79, reads),
            Entry(_("View as a department"), "residents:preview", "eye", 98, previews),
            Entry(_("Duplicates"), "residents:duplicates", "copy", 28, registers),
            Entry(
                _("Emergency access"),
                "residents:emergencies",
                "sos",
                28,
                has_emergencies,
                badge=to_review,
            ),
            Entry(
                _("Protected persons"), "residents:seals", "lock", 29, seals, badge=seals_waiting
            ),
        )
