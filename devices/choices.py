"""Codes of devices: categories, the one event vocabulary, states of messages and commands."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DeviceCategory(models.TextChoices):
    GATE = "gate", _("Gate controller")
    CAMERA = "camera", _("Camera")
    GATEWAY = "gateway", _("Gateway")
    WATER = "water", _("Water-leak sensor")
    SMOKE = "smoke", _("Smoke detector")
    GAS = "gas", _("Gas detector")
    LIFT = "lift", _("Lift")
    SOS = "sos", _("SOS button")
    DOOR = "door", _("Door contact")


class EventKind(models.TextChoices):
    """The one vocabulary that every driver translates into. Quantities are SI units."""

    FRAME = "frame", _("Camera frame")
    PASSAGE = "passage", _("Passage")
    WATER_LEAK = "water_leak", _("Water leak")
    SMOKE = "smoke", _("Smoke")
    GAS = "gas", _("Gas")
    SOS = "sos", _("SOS")
    FALL = "fall", _("Fall")
    DOOR_HELD = "door_held", _("Door held open")
    DOOR_FORCED = "door_forced", _("Door forced")
    TAMPER = "tamper", _("Tamper")
    BATTERY_LOW = "battery_low", _("Battery low")
    ONLINE = "online", _("Online")
    OFFLINE = "offline", _("Offline")
    TELEMETRY = "telemetry", _("Telemetry")


class RawState(models.TextChoices):
    NEW = "new", _("Waiting")
    DONE = "done", _("Done")
    QUARANTINED = "quarantined", _("Quarantined")


class Fault(models.TextChoices):
    """Why a message was quarantined or refused."""

    UNKNOWN_DEVICE = "unknown_device", _("Unknown device")
    INACTIVE_DEVICE = "inactive_device", _("Device is switched off")
    UNKNOWN_TOPIC = "unknown_topic", _("Topic of no driver")
    NOT_JSON = "not_json", _("Not JSON")
    WRONG_SHAPE = "wrong_shape", _("Wrong shape")
    NOT_AN_IMAGE = "not_an_image", _("Not a picture")
    TRUNCATED_IMAGE = "truncated", _("Truncated picture")
    TOO_MANY_BYTES = "too_many_bytes", _("Too large")
    TOO_MANY_PIXELS = "too_many_pixels", _("Too many pixels")
    DRIVER_ERROR = "driver_error", _("Driver error")
    BAD_PASSWORD = "bad_password", _("Wrong password at the broker")
    FOREIGN_TOPIC = "foreign_topic", _("Another device's topic")
    OVERSIZE = "oversize", _("Refused by the broker: too large")
    QUEUE_FULL = "queue_full", _("The broker's queue is full")


class CommandKind(models.TextChoices):
    OPEN = "open", pgettext_lazy("gate", "Open")
    LOCK = "lock", _("Lock")
    REBOOT = "reboot", _("Reboot")


class CommandState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")
