"""`/`: everybody's first page."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts import navigation
from accounts.access import signed_in
from accounts.middleware import StaffRequest


@signed_in
def home(request: StaffRequest) -> HttpResponse:
    """Staff go to the first page of their rail, residents to their phone home."""
    shell = "console" if request.viewer.is_staff_member else "mobile"
    entries = navigation.items(viewer=request.viewer, shell=shell, path=request.path)
    if not entries:
        return render(request, "home_empty.html", status=200)
    return redirect(entries[0].url)
