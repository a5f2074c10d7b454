from django.urls import path

from security.views import alerts, faces, passages, watchlist

app_name = "security"
urlpatterns = [
    path("", alerts.dashboard, name="dashboard"),
    path("plans/<int:area_id>/", alerts.plan, name="plan"),
    path("alerts/<uuid:alert_id>/", alerts.alert, name="alert"),
    path("alerts/<uuid:alert_id>/acknowledge/", alerts.acknowledge, name="acknowledge"),
    path("alerts/<uuid:alert_id>/close/", alerts.close, name="close"),
    path("alerts/<uuid:alert_id>/face/", alerts.alert_face, name="alert_face"),
    path("alerts/<uuid:alert_id>/frame/", alerts.alert_frame, name="alert_frame"),
    path("alerts/<uuid:alert_id>/watched/", alerts.alert_watched, name="alert_watched"),
    path("passages/", passages.passages, name="passages"),
    path("passages/<uuid:passage_id>/frame/", passages.passage_frame, name="passage_frame"),
    path("gates/", passages.gates, name="gates"),
    path("residents/<uuid:resident_id>/faces/", faces.resident_faces, name="resident_faces"),
    path("faces/<uuid:enrolment_id>/photo/", faces.face_photo, name="face_photo"),
    path("watch-list/", watchlist.watch_list, name="watch_list"),
    path("watch-list/new/", watchlist.watch_request, name="watch_request"),
    path("watch-list/<uuid:entry_id>/approve/", watchlist.watch_approve, name="watch_approve"),
    path("watch-list/<uuid:entry_id>/remove/", watchlist.watch_remove, name="watch_remove"),
    path("watch-list/<uuid:entry_id>/photo/", watchlist.watch_photo, name="watch_photo"),
]
