"""The life of a form: drafted, published, replaced by the next version or taken out of use.

A form belongs to a kind of department (`FormTemplate.department_kind`). It has at most one draft;
what is published never changes (triggers of the table refuse it).
"""

import secrets

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from accounts.selectors import has_supervisor
from accounts.viewer import Viewer
from datasharing import access_log, design, policies
from datasharing.catalogue import TemplateSpec
from datasharing.choices import AccessKind, Subject, TemplateOrigin, TemplateStatus
from datasharing.models import DataElement, FormField, FormTemplate
from smartcommunity.kernel import clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound

CHANGED = _("Somebody else changed this draft meanwhile. Open it again and enter your changes.")


@transaction.atomic
def create_form(*, viewer: Viewer, subject: Subject, title_zh: str, title_en: str) -> str:
    """Begin a form of the viewer's department with an empty draft. Returns its key. Raises
    NotAllowed, Invalid."""
    policies.may_design(viewer).require()
    department = Department.objects.get(membership=viewer.membership_id)
    title = title_zh.strip()
    if not title or max(len(title), len(title_en)) > design.TITLE:
        text = _("A form has a Chinese title of at most %(count)d characters.")
        raise Invalid(fields={"title_zh": text % {"count": design.TITLE}})
    key = f"{department.kind}.form_{secrets.token_hex(4)}"
    FormTemplate.objects.create(
        key=key,
        version=FormTemplate.DRAFT_VERSION,
        origin=TemplateOrigin.DEPARTMENT,
        department_kind=department.kind,
        subject=subject,
        title_zh=title,
        title_en=title_en.strip(),
        edited_by_id=viewer.user_id,
        edited_at=clock.now(),
    )
    return key


@transaction.atomic
def start_draft(*, viewer: Viewer, key: str, version: int) -> None:
    """Begin a draft from a version that is or was in use. Raises NotFound, NotAllowed, Conflict
    when there is a draft already."""
    policies.may_design(viewer).require()
    versions = FormTemplate.objects.of_department(viewer).published_once()
    source = versions.filter(key=key, version=version).first()
    if source is None:
        raise NotFound
    draft = FormTemplate(
        key=key,
        version=FormTemplate.DRAFT_VERSION,
        origin=TemplateOrigin.DEPARTMENT,
        department_kind=source.department_kind,
        subject=source.subject,
        title_zh=source.title_zh,
        title_en=source.title_en,
        based_on=source.version,
        edited_by_id=viewer.user_id,
        edited_at=clock.now(),
    )
    held = design.read(source)
    draft.sections = _titles(held)
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("This form has a draft already. Go on with it, or discard it.")) from None
    FormField.objects.bulk_create(design.rows(draft, held))


@transaction.atomic
def save_draft(*, viewer: Viewer, key: str, revision: int, changed: TemplateSpec) -> int:
    """Keep the draft as designed; returns its new revision. It may be unfinished. Raises NotFound,
    NotAllowed, Conflict when somebody else changed it, Invalid for what no draft may hold."""
    draft = _draft(viewer, key, revision)
    elements = DataElement.objects.filter(subject=draft.subject).in_bulk()
    design.refuse_unsound(changed, elements)
    draft.title_zh, draft.title_en = changed.title_zh, changed.title_en
    draft.sections = _titles(changed)
    draft.revision += 1
    draft.edited_by_id, draft.edited_at = viewer.user_id, clock.now()
    draft.save()
    draft.fields.all().delete()
    FormField.objects.bulk_create(design.rows(draft, changed))
    return draft.revision


@transaction.atomic
def discard_draft(*, viewer: Viewer, key: str) -> None:
    """Throw the draft away. Raises NotFound, NotAllowed."""
    _draft(viewer, key, None).delete()


@transaction.atomic
def publish_draft(*, viewer: Viewer, key: str, revision: int, reason: str) -> int:
    """Put the draft into use as the next version, which retires the one in use. Returns its
    number. Raises NotFound, NotAllowed, Conflict when it changed meanwhile, Invalid while
    something is left to mend or no reason is given."""
    draft = _draft(viewer, key, revision)
    _require_publisher(viewer)
    held = design.read(draft)
    elements = DataElement.objects.prefetch_related("code_list__codes")
    wrong = design.problems(held, elements.filter(subject=draft.subject).in_bulk())
    if wrong:
        raise Invalid(wrong[0].text)
    text = _reason(reason)
    versions = FormTemplate.objects.filter(key=key).published_once().select_for_update()
    newest = versions.first()
    now = clock.now()
    if newest and newest.status == TemplateStatus.PUBLISHED:
        _retire(newest, viewer, "")
    draft.version = newest.version + 1 if newest else 1
    draft.sections = []
    draft.published_by_id, draft.published_at, draft.reason = viewer.user_id, now, text
    draft.status = TemplateStatus.PUBLISHED
    draft.save()
    _log(viewer, draft, "form published")
    return draft.version


@transaction.atomic
def retire_form(*, viewer: Viewer, key: str, reason: str) -> None:
    """Take the form out of use. What was recorded under it stays readable. Raises NotFound,
    NotAllowed, Invalid without a reason."""
    _require_publisher(viewer)
    rows = FormTemplate.objects.of_department(viewer).select_for_update()
    current = rows.filter(key=key, status=TemplateStatus.PUBLISHED).first()
    if current is None:
        raise NotFound
    _retire(current, viewer, _reason(reason))
    _log(viewer, current, "form retired")


def _require_publisher(viewer: Viewer) -> None:
    supervised = has_supervisor(department_id=viewer.department_id)
    policies.may_publish(viewer, has_supervisor=supervised).require()


def _draft(viewer: Viewer, key: str, revision: int | None) -> FormTemplate:
    """The form's draft, locked, if it is as it was at `revision`."""
    policies.may_design(viewer).require()
    rows = FormTemplate.objects.of_department(viewer).drafts().select_for_update()
    draft = rows.filter(key=key).first()
    if draft is None:
        raise NotFound
    if revision not in {None, draft.revision}:
        raise Conflict(CHANGED)
    return draft


def _titles(held: TemplateSpec) -> list[dict[str, str]]:
    return [{"zh": section.title_zh, "en": section.title_en} for section in held.sections]


def _reason(text: str) -> str:
    if not text.strip():
        raise Invalid(fields={"reason": _("This is required. Fill it in.")})
    return text.strip()[:300]


def _retire(current: FormTemplate, viewer: Viewer, reason: str) -> None:
    current.status = TemplateStatus.RETIRED
    current.retired_by_id, current.retired_at = viewer.user_id, clock.now()
    current.retired_reason = reason
    current.save(update_fields=["status", "retired_by", "retired_at", "retired_reason"])


def _log(viewer: Viewer, template: FormTemplate, step: str) -> None:
    access_log.record(
        viewer=viewer,
        kind=AccessKind.DECIDE,
        subject="form_template",
        subject_ids=[template.pk],
        elements=template.fields.values_list("element_id", flat=True),
        detail=step,
    )
