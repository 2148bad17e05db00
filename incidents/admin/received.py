"""What tools sent, and what became of it."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.operators import (
    BY_PUBLIC_ID,
    BY_SUBDOMAIN,
    Finder,
    OperatorAdmin,
    Related,
)
from incidents.models import Alert, ChangeEvent, Event, Payload

BY_KEY = Finder("integration__key", r"[0-9a-f]{32}")


@admin.register(Alert)
class AlertAdmin(OperatorAdmin):
    """Problems that machines report."""

    list_display = (
        "summary",
        "account",
        "service",
        "status",
        "held",
        "severity",
        "event_count",
        "created_at",
    )
    list_filter = ("status", "held", "severity")
    list_select_related = ("account", "service")
    finders = (BY_PUBLIC_ID, BY_KEY, BY_SUBDOMAIN)
    search_help_text = _("Id, whole integration key or subdomain")
    related = (Related(_("Events"), "incidents_event", "alert__id__exact"),)


@admin.register(Event)
class EventAdmin(OperatorAdmin):
    """Messages of tools, as they were received."""

    list_display = (
        "received_at",
        "account",
        "integration",
        "action",
        "dedup_key",
        "outcome",
        "processed_at",
        "attempts",
    )
    list_filter = ("action", "outcome", ("processed_at", admin.EmptyFieldListFilter))
    list_select_related = ("account", "integration")
    finders = (BY_KEY, BY_SUBDOMAIN)
    search_help_text = _("Whole integration key or subdomain")


@admin.register(ChangeEvent)
class ChangeEventAdmin(OperatorAdmin):
    """What tools told of changes."""

    list_display = ("occurred_at", "summary", "service", "account", "source")
    list_select_related = ("account", "service")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)


@admin.register(Payload)
class PayloadAdmin(OperatorAdmin):
    """The last bodies of each integration, without what is in them."""

    list_display = ("received_at", "integration", "account", "outcome", "reason")
    list_filter = ("outcome",)
    list_select_related = ("account", "integration")
    secrets = ("body",)
    finders = (BY_KEY, BY_SUBDOMAIN)
