"""Read endpoints of the registry."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from datasharing.choices import Exit, Purpose, Subject
from residents import selectors
from residents.api.serializers import (
    PersonSerializer,
    ResidentSerializer,
    RevealedSerializer,
    RevealSerializer,
)
from smartcommunity.kernel.pagination import ApiPagination


class Residents(APIView):
    """The residents of whom anything is shared with the caller's department."""

    @extend_schema(responses=PersonSerializer(many=True), operation_id="residents_list")
    def get(self, request: Request) -> Response:
        viewer = request._request.viewer  # type: ignore[attr-defined]
        paginator = ApiPagination()
        rows = paginator.paginate_queryset(selectors.listed(viewer=viewer), request, self) or []
        ids = [row["id"] for row in rows]
        found = selectors.people(viewer=viewer, resident_ids=ids, exit=Exit.API)
        people = [found[row_id] for row_id in ids if row_id in found]
        return paginator.get_paginated_response(PersonSerializer(people, many=True).data)


class Resident(APIView):
    """One resident under the caller's rights."""

    @extend_schema(responses=ResidentSerializer, operation_id="residents_read")
    def get(self, request: Request, resident_id: uuid.UUID) -> Response:
        viewer = request._request.viewer  # type: ignore[attr-defined]
        found = selectors.profile(viewer=viewer, resident_id=resident_id, exit=Exit.API)
        return Response(ResidentSerializer(found).data)


class Reveal(APIView):
    """The whole of one masked value, for a purpose; logged, and so many an hour."""

    @extend_schema(
        request=RevealSerializer, responses=RevealedSerializer, operation_id="residents_reveal"
    )
    def post(self, request: Request, resident_id: uuid.UUID) -> Response:
        viewer = request._request.viewer  # type: ignore[attr-defined]
        wanted = RevealSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        element, purpose, note = (wanted.validated_data[k] for k in ("element", "purpose", "note"))
        value = selectors.reveal(
            viewer=viewer,
            subject=Subject.RESIDENT,
            subject_id=resident_id,
            element=element,
            asked=selectors.Asked(Purpose(purpose), note),
            exit=Exit.API,
        )
        return Response(RevealedSerializer({"element": element, "value": value}).data)
