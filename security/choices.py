"""Codes of gates, passages and alerts."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PassMethod(models.TextChoices):
    FACE = "face", _("Face")
    CARD = "card", _("Card")
    QR = "qr", _("QR code")
    PIN = "pin", _("PIN")


class Outcome(models.TextChoices):
    """What the gate decided, and why."""

    OPENED = "opened", _("Opened")
    NO_MATCH = "no_match", _("Nobody recognised")
    AMBIGUOUS = "ambiguous", _("Not sure who: use card, QR or PIN")
    UNUSABLE = "unusable", _("No usable face in the picture")
    REFUSED = "refused", _("Refused")


class PassKind(models.TextChoices):
    VISITOR = "visitor", _("Visitor pass")
    QR = "qr", _("Resident's QR code")


class AlertKind(models.TextChoices):
    WATCH_HIT = "watch_hit", pgettext_lazy("alert", "Watch-list")
    WATER_LEAK = "water_leak", _("Water leak")
    SMOKE = "smoke", _("Smoke")
    GAS = "gas", _("Gas")
    SOS = "sos", _("SOS")
    FALL = "fall", _("Fall")
    DOOR_FORCED = "door_forced", _("Door forced")
    TAMPER = "tamper", _("Tamper")


class Severity(models.IntegerChoices):
    NOTICE = 1, _("Notice")
    WARNING = 2, _("Warning")
    CRITICAL = 3, _("Critical")


class AlertState(models.TextChoices):
    NEW = "new", pgettext_lazy("alert", "New")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    CLOSED = "closed", _("Closed")


class Finding(models.TextChoices):
    """How an alert ended; feeds the false-alarm rate."""

    CONFIRMED = "confirmed", _("Confirmed")
    FALSE_MATCH = "false_match", _("Not the same person")
    FALSE_ALARM = "false_alarm", _("False alarm")
    HANDLED = "handled", _("Handled on site")


FINDINGS_OF_A_HIT = (Finding.CONFIRMED, Finding.FALSE_MATCH)
FINDINGS_OF_A_HAZARD = (Finding.HANDLED, Finding.CONFIRMED, Finding.FALSE_ALARM)


def findings_of(kind: str) -> tuple[Finding, ...]:
    """The findings with which an alert of that kind may be closed."""
    return FINDINGS_OF_A_HIT if kind == AlertKind.WATCH_HIT else FINDINGS_OF_A_HAZARD
