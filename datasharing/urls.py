from django.urls import path

from datasharing.views import changes, designer, grants, log, matrix, permissions

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
    path("memberships/", permissions.memberships, name="memberships"),
    path("memberships/propose/", permissions.propose_membership, name="propose_membership"),
    path(
        "memberships/<uuid:membership_id>/change/",
        permissions.change_membership,
        name="change_membership",
    ),
    path(
        "memberships/<uuid:membership_id>/end/", permissions.end_membership, name="end_membership"
    ),
    path("area-shares/", permissions.shares, name="shares"),
    path("area-shares/propose/", permissions.propose_share, name="propose_share"),
    path("area-shares/<uuid:share_id>/withdraw/", permissions.withdraw_share, name="end_share"),
    path("departments/", permissions.departments, name="permission_departments"),
    path(
        "departments/<uuid:department_id>/change/",
        permissions.change_department,
        name="change_department",
    ),
    path("changes/", changes.changes, name="permission_changes"),
    path("changes/<uuid:change_id>/", changes.change, name="permission_change"),
    path("changes/<uuid:change_id>/approve/", changes.approve, name="approve_change"),
    path("changes/<uuid:change_id>/reject/", changes.reject, name="reject_change"),
    path("changes/<uuid:change_id>/withdraw/", changes.withdraw, name="withdraw_change"),
    path("changes/<uuid:change_id>/review/", changes.review, name="review_change"),
    path("matrix/", matrix.matrix, name="matrix"),
]
