"""Read endpoints of organisations and vehicles."""

import uuid
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from datasharing.choices import Exit, Subject
from residents import selectors
from residents.api.serializers import (
    OrganisationSerializer,
    PersonSerializer,
    VehicleSerializer,
)
from smartcommunity.kernel.pagination import ApiPagination


class _Briefs(APIView):
    subject: ClassVar[Subject]

    def get(self, request: Request) -> Response:
        viewer = request._request.viewer  # type: ignore[attr-defined]
        paginator = ApiPagination()
        queryset = selectors.listed_subjects(viewer=viewer, subject=self.subject)
        rows = paginator.paginate_queryset(queryset, request, self) or []
        ids = [row["id"] for row in rows]
        found = selectors.briefs(viewer=viewer, subject=self.subject, ids=ids, exit=Exit.API)
        briefs = [found[row_id] for row_id in ids if row_id in found]
        return paginator.get_paginated_response(PersonSerializer(briefs, many=True).data)


@extend_schema(responses=PersonSerializer(many=True), operation_id="organisations_list")
class Organisations(_Briefs):
    """The organisations of which anything is shared with the caller's department."""

    subject = Subject.ORGANISATION


@extend_schema(responses=PersonSerializer(many=True), operation_id="vehicles_list")
class Vehicles(_Briefs):
    """The vehicles of which anything is shared with the caller's department."""

    subject = Subject.VEHICLE


class Organisation(APIView):
    """One organisation under the caller's rights."""

    @extend_schema(responses=OrganisationSerializer, operation_id="organisations_read")
    def get(self, request: Request, organisation_id: uuid.UUID) -> Response:
        viewer = request._request.viewer  # type: ignore[attr-defined]
        found = selectors.organisation(
            viewer=viewer, organisation_id=organisation_id, exit=Exit.API
        )
        return Response(OrganisationSerializer(found).data)


class Vehicle(APIView):
    """One vehicle under the caller's rights."""

    @extend_schema(responses=VehicleSerializer, operation_id="vehicles_read")
    def get(self, request: Request, vehicle_id: uuid.UUID) -> Response:
        viewer = request._request.viewer  # type: ignore[attr-defined]
        found = selectors.vehicle(viewer=viewer, vehicle_id=vehicle_id, exit=Exit.API)
        return Response(VehicleSerializer(found).data)
