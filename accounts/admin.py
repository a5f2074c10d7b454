"""Nothing: offices and permissions have their own pages, where changes need two. Django's admin
would be a way around them, so no table of this app is registered there (a test says so), and
neither are guardian's permissions or the groups of django.contrib.auth."""

from django.contrib import admin
from django.contrib.auth.models import Group

if admin.site.is_registered(Group):
    admin.site.unregister(Group)
