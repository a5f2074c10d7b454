"""How a person likes pages shown: the 长辈版 switch (large text, large targets, high contrast)."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

TEXT_SIZE_COOKIE = "text_size"
_YEAR = 365 * 24 * 3600


@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """Remember ``size`` (``large`` or ``normal``) in a cookie and go back to ``next``.

    A cookie, not a column: the choice also holds before sign-in and on a shared device.
    """
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    size = "large" if request.POST.get("size") == "large" else "normal"
    response.set_cookie(
        TEXT_SIZE_COOKIE,
        size,
        max_age=_YEAR,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response
