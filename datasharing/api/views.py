"""Endpoints of sharing: the catalogue, the grants of the caller's department, refuse and revoke.

Asking and approving need the whole of a form: they are done on the pages.
"""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.viewer import Viewer
from datasharing import actions, selectors
from datasharing.api.serializers import (
    ElementSerializer,
    GrantLineSerializer,
    GrantSerializer,
    ReasonSerializer,
)
from datasharing.selectors.grants import GIVEN, RECEIVED, TO_DECIDE
from smartcommunity.kernel.pagination import Page, page_number

SIDES = (RECEIVED, GIVEN, TO_DECIDE)


class Elements(APIView):
    """The catalogue: `q`, `subject`, `owner`, `sharing` narrow it; `page` from 1."""

    @extend_schema(responses=ElementSerializer(many=True), operation_id="sharing_elements_list")
    def get(self, request: Request) -> Response:
        asked = request.query_params
        page = selectors.catalogue(
            viewer=_viewer(request),
            text=asked.get("q", ""),
            subject=asked.get("subject", ""),
            owner=asked.get("owner", ""),
            sharing=asked.get("sharing", ""),
            number=page_number(asked.get("page")),
        )
        return Response(_page(page, ElementSerializer))


class Element(APIView):
    @extend_schema(responses=ElementSerializer, operation_id="sharing_element_read")
    def get(self, request: Request, key: str) -> Response:
        found = selectors.element(viewer=_viewer(request), key=key)
        return Response(ElementSerializer(found).data)


class Grants(APIView):
    """The grants of the caller's department: `side` is received, given or decide; `state`; `page`
    from 1."""

    @extend_schema(responses=GrantLineSerializer(many=True), operation_id="sharing_grants_list")
    def get(self, request: Request) -> Response:
        asked = request.query_params
        side = asked.get("side", RECEIVED)
        page = selectors.grants(
            viewer=_viewer(request),
            side=side if side in SIDES else RECEIVED,
            state=asked.get("state", ""),
            number=page_number(asked.get("page")),
        )
        return Response(_page(page, GrantLineSerializer))


class Grant(APIView):
    @extend_schema(responses=GrantSerializer, operation_id="sharing_grant_read")
    def get(self, request: Request, grant_id: uuid.UUID) -> Response:
        return _grant(request, grant_id)


class Refuse(APIView):
    @extend_schema(
        request=ReasonSerializer, responses=GrantSerializer, operation_id="sharing_grant_refuse"
    )
    def post(self, request: Request, grant_id: uuid.UUID) -> Response:
        actions.refuse_grant(viewer=_viewer(request), grant_id=grant_id, reason=_reason(request))
        return _grant(request, grant_id)


class Revoke(APIView):
    @extend_schema(
        request=ReasonSerializer, responses=GrantSerializer, operation_id="sharing_grant_revoke"
    )
    def post(self, request: Request, grant_id: uuid.UUID) -> Response:
        actions.revoke_grant(viewer=_viewer(request), grant_id=grant_id, reason=_reason(request))
        return _grant(request, grant_id)


def _viewer(request: Request) -> Viewer:
    viewer: Viewer = request._request.viewer  # type: ignore[attr-defined]
    return viewer


def _reason(request: Request) -> str:
    sent = ReasonSerializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return str(sent.validated_data["reason"])


def _grant(request: Request, grant_id: uuid.UUID) -> Response:
    found = selectors.grant(viewer=_viewer(request), grant_id=grant_id)
    return Response(GrantSerializer(found).data)


def _page(page: Page[Any], serializer: Any) -> dict[str, object]:
    return {
        "results": serializer(page.rows, many=True).data,
        "page": page.number,
        "has_next": page.has_next,
    }
