"""Read-only lists; the viewer is the signed-in member of staff, as on the pages."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.viewer import Viewer
from datasharing.choices import Exit
from security import selectors
from security.api.serializers import AlertPageSerializer, PassagePageSerializer
from smartcommunity.kernel.pagination import page_number

PAGE = OpenApiParameter("page", OpenApiTypes.INT, description="From 1.")


def _viewer(request: Request) -> Viewer:
    viewer: Viewer = request._request.viewer  # type: ignore[attr-defined]
    return viewer


class AlertList(APIView):
    """Alerts to which the caller's department is a party."""

    @extend_schema(
        operation_id="security_alerts",
        parameters=[PAGE, OpenApiParameter("state", enum=["open", "closed"])],
        responses=AlertPageSerializer,
    )
    def get(self, request: Request) -> Response:
        page = selectors.alerts(
            viewer=_viewer(request),
            number=page_number(request.query_params.get("page")),
            closed=request.query_params.get("state") == "closed",
        )
        return Response(AlertPageSerializer(page).data)


class PassageList(APIView):
    """Passages, for departments with which whereabouts are shared; the listing is recorded."""

    @extend_schema(
        operation_id="security_passages", parameters=[PAGE], responses=PassagePageSerializer
    )
    def get(self, request: Request) -> Response:
        page = selectors.passages(
            viewer=_viewer(request),
            number=page_number(request.query_params.get("page")),
            exit=Exit.API,
        )
        return Response(PassagePageSerializer(page).data)
