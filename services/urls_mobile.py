from django.urls import path

from services.views import mobile

app_name = "mobile"
urlpatterns = [
    path("", mobile.home, name="home"),
    path("services/", mobile.services, name="services"),
    path("search/", mobile.search, name="search"),
    path("messages/", mobile.messages_page, name="messages"),
    path("me/", mobile.me, name="me"),
    path("me/looks/", mobile.looks, name="looks"),
    path("notices/", mobile.notices, name="notices"),
    path("notices/<uuid:notice_id>/", mobile.notice, name="notice"),
    path("repair/", mobile.repair, name="repair"),
    path("requests/", mobile.requests, name="requests"),
    path("requests/<uuid:request_id>/", mobile.request_page, name="request"),
    path("requests/<uuid:request_id>/cancel/", mobile.cancel, name="cancel"),
    path("requests/<uuid:request_id>/rate/", mobile.rate, name="rate"),
    path("requests/<uuid:request_id>/photos/<uuid:photo_id>/", mobile.photo, name="photo"),
    path("passes/", mobile.passes, name="passes"),
    path("passes/new/", mobile.pass_new, name="pass_new"),
    path("passes/<uuid:pass_id>/", mobile.pass_page, name="pass"),
    path("passes/<uuid:pass_id>/code.svg", mobile.pass_code, name="pass_code"),
    path("passes/<uuid:pass_id>/revoke/", mobile.pass_revoke, name="pass_revoke"),
]
