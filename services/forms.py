"""Forms of services: what the edges read; the rules stand in actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from services import photos
from services.choices import RepairKind, When, Where
from services.errors import BadPicture
from smartcommunity.kernel import clock

USES = [(1, _("Once")), (2, _("Twice: in and back")), (5, _("5 times")), (10, _("10 times"))]
STARS = [
    (5, _("5 ★ Very good")),
    (4, _("4 ★ Good")),
    (3, _("3 ★ Fair")),
    (2, _("2 ★ Poor")),
    (1, _("1 ★ Very poor")),
]


class PhotosInput(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to four photographs; its clean value is a list of small JPEGs without metadata."""

    widget = PhotosInput(attrs={"accept": "image/jpeg,image/png,image/webp", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[bytes]:
        uploads: Sequence[UploadedFile[Any]] = data or []
        if len(uploads) > photos.MAX_PHOTOS:
            raise ValidationError(_("At most four photographs."), code="too_many")
        return [self._picture(upload) for upload in uploads]

    def _picture(self, upload: UploadedFile[Any]) -> bytes:
        try:
            return photos.clean(upload.read(photos.MAX_BYTES + 1))
        except BadPicture as error:
            text = _("“%(name)s”: %(reason)s Choose the photographs again.")
            values = {"name": upload.name, "reason": error.fields["photos"]}
            raise ValidationError(text, params=values, code="bad_picture") from None


class RepairForm(forms.Form):
    photos = PhotosField(
        label=_("Photographs"), required=False, help_text=_("Up to four. They help us most.")
    )
    repair_kind = forms.ChoiceField(
        label=_("What is it about?"), choices=RepairKind, widget=forms.RadioSelect
    )
    description = forms.CharField(
        label=_("What is wrong?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": _("One sentence is enough.")}),
    )
    where = forms.ChoiceField(
        label=_("Where?"), choices=Where, initial=Where.HOME, widget=forms.RadioSelect
    )
    place = forms.CharField(
        label=_("Which place?"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("For example: lift of building 3")}),
    )


class RateForm(forms.Form):
    stars = forms.TypedChoiceField(
        label=_("How was it?"), choices=STARS, coerce=int, widget=forms.RadioSelect
    )
    comment = forms.CharField(
        label=_("Anything else?"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PassForm(forms.Form):
    bearer = forms.CharField(
        label=_("Visitor's name"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    when = forms.ChoiceField(
        label=_("When?"), choices=When, initial=When.TODAY, widget=forms.RadioSelect
    )
    day = forms.DateField(
        label=_("Which day?"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    uses = forms.TypedChoiceField(
        label=_("How often may the gate open?"),
        choices=USES,
        initial=1,
        coerce=int,
        widget=forms.RadioSelect,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        match cleaned.get("when"):
            case When.TODAY:
                cleaned["day"] = clock.today()
            case When.TOMORROW:
                cleaned["day"] = clock.today() + timedelta(days=1)
            case When.OTHER if not cleaned.get("day") and "day" not in self.errors:
                self.add_error("day", _("Choose the day of the visit."))
        return cleaned


class QueueFilter(forms.Form):
    """Filters of the staff queue; `estate` offers the estates where the viewer works."""

    number = forms.CharField(label=_("Number"), required=False, max_length=20)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("All")), *RepairKind.choices], required=False
    )
    estate = forms.TypedChoiceField(
        label=_("Estate"), choices=[("", _("All"))], coerce=int, empty_value=None, required=False
    )

    def __init__(self, *args: Any, estates: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["estate"]
        if isinstance(field, forms.TypedChoiceField):
            field.choices = [("", _("All")), *estates]


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Message to the resident"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class CloseForm(forms.Form):
    note = forms.CharField(
        label=_("What was done"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    photos = PhotosField(
        label=_("Photographs of the finished work"), required=False, help_text=_("Up to four.")
    )


class NoticeForm(forms.Form):
    area = forms.TypedChoiceField(label=_("For"), coerce=int)
    title = forms.CharField(label=_("Title"), max_length=80)
    body = forms.CharField(
        label=_("Text"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, *args: Any, estates: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["area"]
        if isinstance(field, forms.TypedChoiceField):
            field.choices = estates
