"""Accounts for offices: made, given a password once, ended. A password is never chosen by anybody
but its user: an initial one is drawn by chance, shown once, and good for one sign-in."""

import secrets
import uuid
from datetime import timedelta

from axes.utils import reset as forget_failures
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp import devices_for_user

from accounts import policies
from accounts.actions.terms import end_share, end_term, unsettle
from accounts.choices import ChangeKind, ChangeStatus
from accounts.events import OfficesChanged
from accounts.models import AreaShare, Membership, PermissionChange, User
from accounts.viewer import Viewer
from smartcommunity.kernel import bus, clock
from smartcommunity.kernel.errors import Conflict, Invalid, NotFound

INITIAL_PASSWORD_LASTS = timedelta(days=3)
# Read aloud and typed from paper: without 0 O 1 l I.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 4, 4  # 31^16: 79 bits


@transaction.atomic
def create_user(*, viewer: Viewer, username: str, display_name: str) -> tuple[User, str]:
    """A new account for an office, good for nothing until somebody is appointed with it. Returns it
    and its initial password. Raises NotAllowed, Invalid."""
    policies.may_administer_system(viewer).require()
    return new_official(viewer=viewer, username=username, display_name=display_name)


def new_official(*, viewer: Viewer, username: str, display_name: str) -> tuple[User, str]:
    """As `create_user`, for the operator's commands too."""
    user = User(username=username.strip(), display_name=display_name.strip(), is_official=True)
    password = _give_password(user, viewer)
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        raise Invalid(
            fields={name: texts[0] for name, texts in error.message_dict.items()}
        ) from None
    user.save()
    _announce(viewer, user, "user_created")
    return user, password


@transaction.atomic
def reset_password(*, viewer: Viewer, user_id: uuid.UUID) -> str:
    """A new initial password; every session of the user ends. Raises NotFound, NotAllowed,
    Conflict when the same administrator has just removed the second factor."""
    user = _administered(viewer, user_id)
    if viewer.user_id == user.factor_removed_by_id:
        raise Conflict(
            _(
                "You removed this person's second factor. Another system administrator resets the"
                " password, or wait until a new factor is set up."
            )
        )
    return reset_sign_in(viewer=viewer, user=user)


def reset_sign_in(*, viewer: Viewer, user: User) -> str:
    """As `reset_password`, for the operator's command too."""
    password = _give_password(user, viewer)
    user.save()
    forget_failures(username=user.username)
    unsettle(user)
    _announce(viewer, user, "password_reset")
    return password


@transaction.atomic
def remove_second_factor(*, viewer: Viewer, user_id: uuid.UUID) -> None:
    """The user sets up a new one. Raises NotFound, NotAllowed, Conflict when the same
    administrator gave the password that is still to be changed."""
    user = _administered(viewer, user_id)
    if viewer.user_id == user.password_given_by_id:
        raise Conflict(
            _(
                "You gave this person's initial password. Another system administrator removes the"
                " second factor, or wait until the password is changed."
            )
        )
    forget_second_factor(viewer=viewer, user=user)


def forget_second_factor(*, viewer: Viewer, user: User) -> None:
    """As `remove_second_factor`, for the operator's command too."""
    for device in devices_for_user(user, confirmed=None):
        device.delete()
    user.factor_removed_by_id = viewer.user_id
    user.save(update_fields=["factor_removed_by"])
    _announce(viewer, user, "factor_removed")


@transaction.atomic
def choose_password(*, viewer: Viewer, user: User, password: str) -> None:
    """The user's own password, in place of the initial one. Raises Invalid."""
    user = User.objects.select_for_update().get(pk=user.pk)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(fields={"new_password1": " ".join(error.messages)}) from None
    if user.check_password(password):
        raise Invalid(fields={"new_password1": _("Choose another password than the present one.")})
    user.set_password(password)
    user.initial_password_until = user.password_given_by = None
    user.save()
    _announce(viewer, user, "password_changed")


@transaction.atomic
def end_account(*, viewer: Viewer, user_id: uuid.UUID, reason: str) -> PermissionChange:
    """A leaver: at once no sign-in, no session, no stream, no membership, no area. A security
    administrator looks at it afterwards. Raises NotFound, NotAllowed, Invalid, Conflict."""
    user = _locked(user_id)
    policies.may_end_account(viewer, user).require()
    if not user.is_active:
        raise Conflict(_("This account was ended already."))
    if not reason.strip():
        raise Invalid(fields={"reason": _("This is required. Fill it in.")})
    user.is_active = False
    user.set_unusable_password()  # old sessions stay dead, also when the person returns
    user.save()
    for term in Membership.objects.unended().filter(user=user).select_related("user"):
        end_term(term=term)
    for share in AreaShare.objects.unended().filter(user=user).select_related("user", "area"):
        end_share(share=share)
    unsettle(user)
    now = clock.now()
    change = PermissionChange.objects.create(
        kind=ChangeKind.USER_LEFT,
        status=ChangeStatus.TO_REVIEW,
        user=user,
        reason=reason.strip(),
        proposed_by_id=viewer.signed_in_id,
        proposed_at=now,
        expires_at=now,
    )
    _announce(viewer, user, "user_left")
    return change


@transaction.atomic
def reopen_account(*, viewer: Viewer, user_id: uuid.UUID) -> str:
    """Who comes back signs in with a new initial password and holds no office until appointed.
    Raises NotFound, NotAllowed, Conflict."""
    user = _administered(viewer, user_id)
    if user.is_active:
        raise Conflict(_("This account is in use."))
    user.is_active = True
    password = _give_password(user, viewer)
    user.save()
    _announce(viewer, user, "user_returned")
    return password


def _locked(user_id: uuid.UUID) -> User:
    user = User.objects.select_for_update().filter(pk=user_id, is_official=True).first()
    if user is None:
        raise NotFound
    return user


def _administered(viewer: Viewer, user_id: uuid.UUID) -> User:
    """The account, locked, if the viewer may administer it."""
    policies.may_administer_system(viewer).require()
    user = _locked(user_id)
    roles = set(Membership.objects.unended().filter(user=user).values_list("role", flat=True))
    policies.may_administer_user(viewer, user, roles).require()
    return user


def _give_password(user: User, viewer: Viewer) -> str:
    password = "-".join(
        "".join(secrets.choice(ALPHABET) for _place in range(GROUP_LENGTH))
        for _group in range(GROUPS)
    )
    user.set_password(password)
    user.initial_password_until = clock.now() + INITIAL_PASSWORD_LASTS
    user.password_given_by_id = viewer.user_id
    return password


def _announce(viewer: Viewer, user: User, step: str) -> None:
    bus.announce(OfficesChanged(viewer, "user", step, user.pk, user.username))
