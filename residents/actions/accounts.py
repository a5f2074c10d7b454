"""Binding a resident's account to his entry."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.viewer import Viewer
from datasharing import access_log, policy
from datasharing.choices import AccessKind, Subject
from residents import policies
from residents.models import Resident, ResidentAccount
from smartcommunity.kernel.errors import Conflict, NotFound


@transaction.atomic
def bind_account(*, viewer: Viewer, user: User, resident_id: uuid.UUID) -> ResidentAccount:
    """The user is this resident, as checked at the office. Raises NotFound, NotAllowed, Conflict
    when the account belongs to somebody else."""
    policies.may_bind_account(viewer).require()
    rows = Resident.objects.all()
    if not viewer.is_system:
        rows = rows.shared_with(policy.access(viewer=viewer, subject=Subject.RESIDENT))
    if not rows.filter(pk=resident_id).exists():
        raise NotFound
    account, made = ResidentAccount.objects.get_or_create(
        user=user, defaults={"resident_id": resident_id, "bound_by_id": viewer.user_id}
    )
    if account.resident_id != resident_id:
        raise Conflict(_("This account belongs to another resident."))
    if made:
        access_log.record(
            viewer=viewer,
            kind=AccessKind.WRITE,
            subject=Subject.RESIDENT,
            subject_ids=[resident_id],
            detail="account bound",
        )
    return account
