"""Forms of the security administrator: what he proposes, and the filter of the matrix."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import selectors as offices
from accounts.choices import DepartmentKind, Role
from accounts.models import Membership
from accounts.viewer import Viewer
from datasharing.choices import Purpose, Subject

TALL = forms.Textarea(attrs={"rows": 3, "maxlength": 300})
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
ALL = ("", _("All"))


class ReasonForm(forms.Form):
    """Why: the second administrator and the auditor read it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=TALL,
        help_text=_("Who decides and the auditor read this."),
    )


class MembershipForm(ReasonForm):
    """An appointment, new (with `people`) or changed (for `term`)."""

    field_order = ["user", "department", "role", "area", "valid_from", "valid_to", "reason"]
    user = forms.TypedChoiceField(label=_("Person"), coerce=uuid.UUID)
    department = forms.TypedChoiceField(label=_("Department"), coerce=uuid.UUID)
    role = forms.ChoiceField(label=_("Role"), choices=Role)
    area = forms.TypedChoiceField(
        label=_("Area"),
        coerce=int,
        help_text=_("The person sees rows of this area and of those below it."),
    )
    valid_from = forms.DateField(label=_("Valid from"), widget=DAY)
    valid_to = forms.DateField(
        label=_("Valid until"), widget=DAY, required=False, help_text=_("Empty: open-ended.")
    )

    def __init__(
        self, *args: Any, viewer: Viewer, term: Membership | None = None, **kwargs: Any
    ) -> None:
        if term:
            kwargs["initial"] = {
                "department": term.department_id,
                "role": term.role,
                "area": term.area_id,
                "valid_to": term.valid_to,
            }
        super().__init__(*args, **kwargs)
        _offer(self, "area", offices.open_areas(viewer=viewer))
        _offer(self, "department", _departments(viewer))
        if term:
            del self.fields["user"], self.fields["valid_from"]
        else:
            _offer(self, "user", _people())


class ShareForm(ReasonForm):
    """One more area for a person, for a time."""

    field_order = ["user", "area", "valid_from", "valid_to", "reason"]
    user = forms.TypedChoiceField(label=_("Person"), coerce=uuid.UUID)
    area = forms.TypedChoiceField(label=_("Area"), coerce=int)
    valid_from = forms.DateField(label=_("Valid from"), widget=DAY)
    valid_to = forms.DateField(label=_("Valid until"), widget=DAY)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "user", _people())
        _offer(self, "area", offices.open_areas(viewer=viewer))


class DepartmentChangeForm(ReasonForm):
    """Another kind of department, or another area that it is responsible for."""

    field_order = ["kind", "area", "reason"]
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=DepartmentKind,
        help_text=_("The kind decides which data elements are the department's own."),
    )
    area = forms.TypedChoiceField(label=_("Responsible for"), coerce=int)

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "area", offices.open_areas(viewer=viewer))


class TextFilter(forms.Form):
    text = forms.CharField(label=_("Person or department"), required=False, max_length=50)


class MatrixFilter(forms.Form):
    """Which part of the matrix. What is not chosen is the most usual."""

    subject = forms.ChoiceField(label=_("Subject"), choices=Subject, required=False)
    kind = forms.ChoiceField(
        label=_("Department"), choices=[ALL, *DepartmentKind.choices], required=False
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role, required=False)
    area = forms.TypedChoiceField(label=_("Area"), coerce=int, required=False, empty_value=None)
    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=[("", _("The department's usual one")), *Purpose.choices],
        required=False,
    )
    text = forms.CharField(label=_("Data element"), max_length=50, required=False)
    shared_only = forms.BooleanField(label=_("Only what is granted"), required=False)

    def __init__(self, data: Any, *, viewer: Viewer) -> None:
        usual = {
            "subject": Subject.RESIDENT.value,
            "role": Role.OFFICER.value,
            "area": offices.chosen_area(viewer=viewer, area_id=None).pk,
        }
        given = data.dict() if data else {}
        super().__init__({**usual, **{key: text for key, text in given.items() if text}})
        _offer(self, "area", offices.open_areas(viewer=viewer))


def _offer(form: forms.Form, name: str, choices: list[tuple[Any, str]]) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]


def _people() -> list[tuple[Any, str]]:
    rows = offices.officials().values_list("pk", "display_name", "username")
    return [(key, f"{name} ({username})") for key, name, username in rows]


def _departments(viewer: Viewer) -> list[tuple[Any, str]]:
    rows = offices.departments(viewer=viewer).order_by("kind", "name")
    return [(row.pk, f"{row.name} ({row.get_kind_display()})") for row in rows]
