"""The operators' admin site."""

from django.contrib import admin


class OperatorsSite(admin.AdminSite):
    """Django admin for those who run the installation."""

    site_header = "OnCall operators"
    site_title = "OnCall operators"
