"""The queue for other systems of the department: the same rows and rights as on the pages."""

import uuid

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.viewer import Viewer
from datasharing.choices import Exit
from services.api.serializers import RequestDetailSerializer, RequestPageSerializer
from services.selectors import staff as queue_of
from services.selectors.staff import TAB_NAMES, Wanted
from smartcommunity.kernel.pagination import page_number


def _viewer(request: Request) -> Viewer:
    viewer: Viewer = request._request.viewer  # type: ignore[attr-defined]
    return viewer


class RequestList(APIView):
    """The requests that the caller's department handles; the listing is recorded."""

    @extend_schema(
        operation_id="services_requests",
        parameters=[
            OpenApiParameter("page", OpenApiTypes.INT, description="From 1."),
            OpenApiParameter("tab", enum=TAB_NAMES, description="A part of the queue."),
        ],
        responses=RequestPageSerializer,
    )
    def get(self, request: Request) -> Response:
        page = queue_of.queue(
            viewer=_viewer(request),
            wanted=Wanted(tab=request.query_params.get("tab", "")),
            number=page_number(request.query_params.get("page")),
            exit=Exit.API,
        )
        return Response(RequestPageSerializer(page).data)


class RequestRead(APIView):
    """One request with its timeline."""

    @extend_schema(operation_id="services_request", responses=RequestDetailSerializer)
    def get(self, request: Request, request_id: uuid.UUID) -> Response:
        found = queue_of.request(viewer=_viewer(request), request_id=request_id, exit=Exit.API)
        return Response(RequestDetailSerializer(found).data)
