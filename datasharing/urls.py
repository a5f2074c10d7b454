from django.urls import path

from datasharing.views import designer, grants, log

app_name = "datasharing"
urlpatterns = [
    path("access-log/", log.access_log, name="access_log"),
    path("forms/", designer.forms, name="forms"),
    path("forms/new/", designer.new_form, name="new_form"),
    path("forms/<str:key>/", designer.versions, name="versions"),
    path("forms/<str:key>/draft/", designer.draft, name="draft"),
    path("forms/<str:key>/draft/preview/", designer.preview, name="preview"),
    path("forms/<str:key>/draft/publish/", designer.publish, name="publish"),
    path("forms/<str:key>/draft/discard/", designer.discard, name="discard"),
    path("forms/<str:key>/retire/", designer.retire, name="retire"),
    path("forms/<str:key>/versions/<int:number>/", designer.version, name="version"),
    path("forms/<str:key>/versions/<int:number>/draft/", designer.start, name="start_draft"),
    path("forms/<str:key>/compare/<int:old>/<int:new>/", designer.compare, name="compare"),
    path("grants/", grants.grants, name="grants"),
]
