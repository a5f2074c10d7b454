"""Read endpoints of devices."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from devices import selectors
from devices.api.serializers import DevicePageSerializer, DeviceSerializer
from smartcommunity.kernel.pagination import ApiPagination


class Devices(APIView):
    """The devices of the areas where the caller works."""

    @extend_schema(responses=DeviceSerializer(many=True), operation_id="devices_list")
    def get(self, request: Request) -> Response:
        viewer = request._request.viewer  # type: ignore[attr-defined]
        paginator = ApiPagination()
        rows = paginator.paginate_queryset(selectors.devices(viewer=viewer), request, self) or []
        found = [selectors.view(row) for row in rows]
        return paginator.get_paginated_response(DeviceSerializer(found, many=True).data)


class Device(APIView):
    """One device."""

    @extend_schema(responses=DevicePageSerializer, operation_id="devices_read")
    def get(self, request: Request, device_id: uuid.UUID) -> Response:
        viewer = request._request.viewer  # type: ignore[attr-defined]
        found = selectors.device_page(viewer=viewer, device_id=device_id)
        return Response(DevicePageSerializer(found).data)
