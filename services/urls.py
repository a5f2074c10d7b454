from django.urls import path

from services.views import console

app_name = "services"
urlpatterns = [
    path("", console.queue, name="queue"),
    path("notices/", console.notices, name="notices"),
    path("<uuid:request_id>/", console.request_page, name="request"),
    path("<uuid:request_id>/accept/", console.accept, name="accept"),
    path("<uuid:request_id>/take-over/", console.take_over, name="take_over"),
    path("<uuid:request_id>/comment/", console.comment, name="comment"),
    path("<uuid:request_id>/close/", console.close, name="close"),
    path("<uuid:request_id>/photos/<uuid:photo_id>/", console.photo, name="photo"),
]
