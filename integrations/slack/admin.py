"""What operators see of channels of incidents, and of what follows who is on call."""

from django.contrib import admin

from accounts.operators import BY_PUBLIC_ID, BY_SUBDOMAIN, OperatorAdmin
from integrations.models import IncidentChannel, OnCallMirror


@admin.register(IncidentChannel)
class IncidentChannelAdmin(OperatorAdmin):
    """Channels of Slack that were made for one incident."""

    list_display = (
        "public_id",
        "account",
        "workspace",
        "asked_at",
        "opened_at",
        "archived_at",
        "failed_at",
        "due_at",
        "last_error",
    )
    list_filter = (
        ("failed_at", admin.EmptyFieldListFilter),
        ("due_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("account", "workspace")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)


@admin.register(OnCallMirror)
class OnCallMirrorAdmin(OperatorAdmin):
    """Topics and user groups that are kept equal to who is on call."""

    list_display = (
        "public_id",
        "kind",
        "target_name",
        "account",
        "workspace",
        "paused_at",
        "changed_at",
        "due_at",
        "last_error_at",
        "last_error",
    )
    list_filter = ("kind", ("paused_at", admin.EmptyFieldListFilter))
    list_select_related = ("account", "workspace")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)
