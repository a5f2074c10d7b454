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


class SubjectSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """One subject with its elements, as far as shared with the caller."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    estate = serializers.CharField()
    version = serializers.IntegerField()
    elements = serializers.SerializerMethodField()

    def get_elements(self, subject: object) -> list[dict[str, object]]:
        rows = [row for section in subject.sections for row in section.rows]  # type: ignore[attr-defined]
        return list(ElementSerializer(rows, many=True).data)


class ResidentSerializer(SubjectSerializer):
    homes = HomeSerializer(many=True)


class PlaceSerializer(serializers.Serializer):  # type: ignore[type-arg]
    address = serializers.CharField()
    dwelling_id = serializers.UUIDField(allow_null=True)
    building_id = serializers.UUIDField(allow_null=True)


class StaffMemberSerializer(serializers.Serializer):  # type: ignore[type-arg]
    person = PersonSerializer()
    since = serializers.DateField(allow_null=True)


class OrganisationSerializer(SubjectSerializer):
    place = PlaceSerializer(allow_null=True)
    staff = StaffMemberSerializer(many=True)
    vehicles = PersonSerializer(many=True)


class VehicleSerializer(SubjectSerializer):
    """`keeper` and `organisation` are null where the link is not shared or not recorded."""

    place = PlaceSerializer(allow_null=True)
    keeper = PersonSerializer(allow_null=True)
    organisation = PersonSerializer(allow_null=True)
