"""Shapes of the API: view objects of `devices.selectors` only, never models."""

from rest_framework import serializers

from devices.choices import CommandState, DeviceCategory, EventKind
from devices.selectors.devices import STATUS_TEXT


class DeviceSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """`x`, `y`: metres east and north on the estate's plan. `hazard`: a danger it reports now."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    category = serializers.ChoiceField(choices=DeviceCategory.choices)
    profile = serializers.CharField()
    maker = serializers.CharField()
    driver = serializers.CharField()
    area = serializers.CharField()
    building = serializers.CharField()
    place = serializers.CharField()
    gateway = serializers.CharField()
    status = serializers.ChoiceField(choices=list(STATUS_TEXT))
    hazard = serializers.CharField()
    last_seen_at = serializers.DateTimeField(allow_null=True)
    x = serializers.FloatField(allow_null=True)
    y = serializers.FloatField(allow_null=True)


class ReadingSerializer(serializers.Serializer):  # type: ignore[type-arg]
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()


class EventSerializer(serializers.Serializer):  # type: ignore[type-arg]
    kind = serializers.ChoiceField(choices=EventKind.choices)
    device_time = serializers.DateTimeField(allow_null=True)
    received_at = serializers.DateTimeField()
    readings = ReadingSerializer(many=True)


class CommandSerializer(serializers.Serializer):  # type: ignore[type-arg]
    kind_text = serializers.CharField()
    state = serializers.ChoiceField(choices=CommandState.choices)
    reason = serializers.CharField()
    requested_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class DevicePageSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """One device with its newest events and commands."""

    device = DeviceSerializer()
    readings = ReadingSerializer(many=True)
    events = EventSerializer(many=True)
    commands = CommandSerializer(many=True)
