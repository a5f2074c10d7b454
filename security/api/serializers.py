"""Shapes of the API: fields of the selectors' view objects, never of a table."""

from typing import Any

from rest_framework import serializers

from security.choices import AlertKind, AlertState, Outcome, PassMethod


class AlertSerializer(serializers.Serializer[Any]):
    """`selectors.AlertRow`: what, where, how urgent; no personal data."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(AlertKind.choices)
    severity = serializers.ChoiceField(["info", "warning", "critical"])
    state = serializers.ChoiceField(AlertState.choices)
    place = serializers.CharField()
    area_id = serializers.IntegerField()
    area_name = serializers.CharField()
    occurrences = serializers.IntegerField()
    raised_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class PassageSerializer(serializers.Serializer[Any]):
    """`selectors.PassageRow`; `who` as far as the name is shared with the caller's department."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    gate_name = serializers.CharField()
    area_name = serializers.CharField()
    method = serializers.ChoiceField(PassMethod.choices)
    outcome = serializers.ChoiceField(Outcome.choices)
    reason = serializers.CharField()
    who = serializers.CharField()
    has_frame = serializers.BooleanField()


class _PageSerializer(serializers.Serializer[Any]):
    page = serializers.IntegerField(source="number")
    has_next = serializers.BooleanField()


class AlertPageSerializer(_PageSerializer):
    results = AlertSerializer(many=True, source="rows")


class PassagePageSerializer(_PageSerializer):
    results = PassageSerializer(many=True, source="rows")
