"""Shapes of the API: view objects of `services.selectors` only, never models."""

from typing import Any

from rest_framework import serializers

from services.choices import Clock, RequestState, Step


class RequestSerializer(serializers.Serializer[Any]):
    """A request in the queue; `requester` is empty when hidden from the caller."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    item = serializers.CharField()
    kind = serializers.CharField()
    place = serializers.CharField()
    estate = serializers.CharField()
    state = serializers.ChoiceField(RequestState.choices)
    clock = serializers.ChoiceField(Clock.choices)
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    assigned_to = serializers.CharField()
    requester = serializers.CharField()
    alert_id = serializers.UUIDField(allow_null=True)
    rating = serializers.IntegerField(allow_null=True)


class RequestPageSerializer(serializers.Serializer[Any]):
    page = serializers.IntegerField(source="number")
    has_next = serializers.BooleanField()
    results = RequestSerializer(many=True, source="rows")


class StepSerializer(serializers.Serializer[Any]):
    step = serializers.ChoiceField(Step.choices)
    at = serializers.DateTimeField()
    who = serializers.CharField()
    note = serializers.CharField()
    photo_ids = serializers.ListField(child=serializers.UUIDField())


class RequestDetailSerializer(serializers.Serializer[Any]):
    """A request with its timeline, newest first."""

    request = RequestSerializer(source="row")
    description = serializers.CharField()
    steps = StepSerializer(many=True)
