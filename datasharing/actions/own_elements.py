"""A department adds a data element of its own, without code or migration; and retires it."""

from __future__ import annotations

from itertools import count

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from accounts.viewer import Viewer
from datasharing import access_log, policies
from datasharing.choices import AccessKind
from datasharing.models import Code, CodeList, DataElement
from datasharing.own_elements import NewElement, faults, key_for
from datasharing.selectors.catalogue import Similar, similar_elements
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Invalid, NotFound, type_text


@transaction.atomic
def add_element(*, viewer: Viewer, new: NewElement, despite: bool = False) -> str:
    """Add an element that the viewer's department owns; returns its key. What resembles an element
    of the catalogue is added only `despite` the warning, and what is called just like one of the
    same subject never. Raises NotAllowed; Invalid naming the wrong fields."""
    policies.may_add_element(viewer).require()
    department = Department.objects.select_for_update(of=("self",)).get(
        membership=viewer.membership_id
    )
    errors: dict[str, type_text] = dict(reversed(list(faults(new))))
    if new.code_list and not CodeList.objects.filter(key=new.code_list).exists():
        errors["code_list"] = _("Choose an existing list, or write the values of your own.")
    similar = similar_elements(
        viewer=viewer, subject=new.subject, label_zh=new.label_zh, label_en=new.label_en
    )
    if refusal := _refused(similar, despite):
        errors.setdefault(*refusal)
    if errors:
        raise Invalid(fields=errors)
    key = _create(department, new)
    access_log.record(
        viewer=viewer,
        kind=AccessKind.DECIDE,
        subject="data_element",
        elements=[key, *(found.key for found in similar)],
        detail="element added despite" if similar else "element added",
    )
    return key


@transaction.atomic
def retire_element(*, viewer: Viewer, key: str) -> None:
    """No form asks it any more; what was recorded stays readable. Raises NotFound, NotAllowed."""
    element = DataElement.objects.select_for_update(of=("self",)).filter(key=key).first()
    if element is None:
        raise NotFound
    policies.may_retire_element(viewer, element).require()
    element.retired_at = clock.now()
    element.save(update_fields=["retired_at"])
    access_log.record(
        viewer=viewer,
        kind=AccessKind.DECIDE,
        subject="data_element",
        elements=[key],
        detail="element retired",
    )


def _refused(similar: list[Similar], despite: bool) -> tuple[str, type_text] | None:
    for found in similar:
        if found.same_name:
            text = _("There is a data element of this name already, of %(owner)s: %(label)s.")
            return "label_zh", text % {"owner": found.owner, "label": found.label}
    if similar and not despite:
        return "despite", _("Look at what is collected already. Tick this if none of it will do.")
    return None


def _create(department: Department, new: NewElement) -> str:
    """Write the element, and the list of its own, under the first key that is free."""
    for number in count(1):
        key = key_for(department.kind, new, number)
        try:
            with transaction.atomic():
                code_list = _code_list(key, new)
                DataElement.objects.create(
                    key=key,
                    subject=new.subject,
                    label_zh=new.label_zh,
                    label_en=new.label_en,
                    type=new.type,
                    code_list_id=code_list,
                    max_length=new.length,
                    sensitivity=new.sensitivity,
                    owner_kind=department.kind,
                    standard="",
                    help_zh=new.help_zh,
                    help_en=new.help_en,
                    mask=new.masked_by,
                    sharing=new.sharing,
                    not_shared_because=new.not_shared_because,
                    added_by=department,
                    added_at=clock.now(),
                )
        except IntegrityError:
            if number == 99 or not DataElement.objects.filter(key=key).exists():
                raise
        else:
            return key
    raise AssertionError("count() never ends")


def _code_list(key: str, new: NewElement) -> str | None:
    if not new.codes:
        return new.code_list or None
    CodeList.objects.create(key=key, name_zh=new.label_zh, name_en=new.label_en)
    width = len(str(len(new.codes)))
    Code.objects.bulk_create(
        Code(
            code_list_id=key,
            code=str(place).zfill(width),
            label_zh=zh,
            label_en=en,
            order=place,
        )
        for place, (zh, en) in enumerate(new.codes, start=1)
    )
    return key
