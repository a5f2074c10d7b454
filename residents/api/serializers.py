"""Shapes of the API: view objects of `residents.selectors` only, never models."""

from rest_framework import serializers

from residents.forms import PURPOSES


class PersonSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A resident in a list, as far as shared with the caller."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    facts = serializers.ListField(child=serializers.CharField())
    estate = serializers.CharField()
    address = serializers.CharField()


class ProvenanceSerializer(serializers.Serializer):  # type: ignore[type-arg]
    department = serializers.CharField()
    date = serializers.DateField()


class ElementSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """`level`: full, masked or yes_no; an element that is not shared is not in the answer. Where
    `may_reveal`, the whole value is had from the reveal endpoint, for a purpose."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()
    level = serializers.ChoiceField(choices=["full", "masked", "yes_no"])
    may_reveal = serializers.BooleanField()
    provenance = ProvenanceSerializer(allow_null=True)


class RevealSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Which masked value is asked for, and why."""

    element = serializers.CharField(max_length=50)
    purpose = serializers.ChoiceField(choices=PURPOSES)
    note = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")


class RevealedSerializer(serializers.Serializer):  # type: ignore[type-arg]
    element = serializers.CharField()
    value = serializers.CharField()


class HomeSerializer(serializers.Serializer):  # type: ignore[type-arg]
    dwelling_id = serializers.UUIDField()
    address = serializers.CharField()


class ResidentSerializer(serializers.Serializer):  # type: ignore[type-arg]
    id = serializers.UUIDField()
    name = serializers.CharField()
    estate = serializers.CharField()
    version = serializers.IntegerField()
    homes = HomeSerializer(many=True)
    elements = serializers.SerializerMethodField()

    def get_elements(self, resident: object) -> list[dict[str, object]]:
        rows = [row for section in resident.sections for row in section.rows]  # type: ignore[attr-defined]
        return list(ElementSerializer(rows, many=True).data)
