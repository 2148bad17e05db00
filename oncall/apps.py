"""The project as Django sees it, and the operators' admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

from oncall.celery import app as celery_app

__all__ = ["celery_app"]


class OnCallConfig(AppConfig):
    name = "oncall"
    verbose_name = "Who is on call"


class OperatorsConfig(AdminConfig):
    default_site = "oncall.admin_site.OperatorsSite"
