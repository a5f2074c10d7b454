from django.urls import path

from datasharing.views import catalogue, designer, elements, grants, log

app_name = "datasharing"
urlpatterns = [
    path("access-log/", log.access_log, name="access_log"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/add/", elements.add, name="add_element"),
    path("catalogue/add/similar/", elements.similar, name="similar_elements"),
    path("catalogue/<slug:key>/", catalogue.element, name="element"),
    path("catalogue/<slug:key>/choose/", catalogue.choose, name="choose"),
    path("catalogue/<slug:key>/retire/", elements.retire, name="retire_element"),
    path("basket/empty/", catalogue.empty_basket, name="empty_basket"),
    path("request/<slug:owner_kind>/", catalogue.request_grant, name="request_grant"),
    path("request/<slug:owner_kind>/asked/", catalogue.asked, name="asked"),
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
    path("grants/<uuid:grant_id>/", grants.grant, name="grant"),
    path("grants/<uuid:grant_id>/approve/", grants.approve, name="approve_grant"),
    path("grants/<uuid:grant_id>/refuse/", grants.refuse, name="refuse_grant"),
    path("grants/<uuid:grant_id>/revoke/", grants.revoke, name="revoke_grant"),
    path("grants/<uuid:grant_id>/renew/", catalogue.renew, name="renew_grant"),
    path("grants/<uuid:grant_id>/withdraw/", grants.withdraw, name="withdraw_grant"),
]
