from django.urls import path

from datasharing import views

app_name = "datasharing"
urlpatterns = [
    path("access-log/", views.access_log, name="access_log"),
    path("grants/", views.grants, name="grants"),
]
