"""The operator's back door to the tree of offices; no personal data stands here."""

from django.contrib import admin

from accounts.models import Area, Department, Membership

admin.site.register(Area)
admin.site.register(Department)
admin.site.register(Membership)
