"""Shapes of the API: view objects of `datasharing.selectors` only, never models."""

from rest_framework import serializers


class HoldingSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What a grant lets the caller's department do with an element; `waiting`: only asked for."""

    grant_id = serializers.UUIDField()
    level = serializers.CharField()
    may_write = serializers.BooleanField()
    area = serializers.CharField()
    owner = serializers.CharField()
    valid_to = serializers.DateField()
    waiting = serializers.BooleanField()


class ElementSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """One data element of the catalogue."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    subject = serializers.CharField()
    type = serializers.CharField()
    code_list = serializers.CharField()
    sensitivity = serializers.CharField()
    owner_kind = serializers.CharField()
    owner = serializers.CharField()
    sharing = serializers.CharField()
    not_shared_because = serializers.CharField()
    standard = serializers.CharField()
    retired = serializers.BooleanField()
    is_own = serializers.BooleanField()
    may_ask = serializers.BooleanField()
    holdings = HoldingSerializer(many=True)


class GrantLineSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A grant in a list; `other` is the department on the other side."""

    id = serializers.UUIDField()
    other = serializers.CharField()
    area = serializers.CharField()
    elements = serializers.ListField(child=serializers.CharField())
    level = serializers.CharField()
    may_write = serializers.BooleanField()
    purpose = serializers.CharField()
    legal_basis = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField()
    state = serializers.CharField()


class StepSerializer(serializers.Serializer):  # type: ignore[type-arg]
    title = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    who = serializers.CharField()
    note = serializers.CharField()
    state = serializers.CharField()


class GrantSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """One grant whole, with its timeline, newest first."""

    id = serializers.UUIDField()
    owner = serializers.CharField()
    grantee = serializers.CharField()
    area = serializers.CharField()
    elements = serializers.SerializerMethodField()
    level = serializers.SerializerMethodField()
    may_write = serializers.BooleanField()
    purpose = serializers.CharField()
    legal_basis = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField()
    request_reason = serializers.CharField()
    requested_at = serializers.DateTimeField(allow_null=True)
    reply_due = serializers.DateField(allow_null=True)
    state = serializers.CharField()
    may_decide = serializers.BooleanField()
    steps = StepSerializer(many=True)

    def get_elements(self, grant: object) -> list[str]:
        return [key for key, _label in grant.elements]  # type: ignore[attr-defined]

    def get_level(self, grant: object) -> str:
        """yes_no, masked or full."""
        return str(grant.level.name.lower())  # type: ignore[attr-defined]


class ReasonSerializer(serializers.Serializer):  # type: ignore[type-arg]
    reason = serializers.CharField(max_length=300)
