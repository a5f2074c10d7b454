from django.urls import path

from datasharing.views import catalogue, elements, grants, log

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
    path("grants/", grants.grants, name="grants"),
    path("grants/<uuid:grant_id>/", grants.grant, name="grant"),
    path("grants/<uuid:grant_id>/approve/", grants.approve, name="approve_grant"),
    path("grants/<uuid:grant_id>/refuse/", grants.refuse, name="refuse_grant"),
    path("grants/<uuid:grant_id>/revoke/", grants.revoke, name="revoke_grant"),
    path("grants/<uuid:grant_id>/renew/", catalogue.renew, name="renew_grant"),
    path("grants/<uuid:grant_id>/withdraw/", grants.withdraw, name="withdraw_grant"),
]
