"""Celery: a tick each second and hints in between; it carries no state."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

from accounts.checks import refuse_unsafe_role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oncall.settings")

app = Celery("oncall")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def _refuse_unsafe_role(**kwargs: Any) -> None:
    """End the worker before its first task; Celery only logs what is no SystemExit."""
    try:
        refuse_unsafe_role()
    except Exception as error:
        raise SystemExit(str(error)) from error
