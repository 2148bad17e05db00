"""Services: what feeds them, and what keeps them quiet."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.operators import (
    BY_PUBLIC_ID,
    BY_SUBDOMAIN,
    Finder,
    OperatorAdmin,
    Related,
)
from incidents.models import (
    Heartbeat,
    Integration,
    MaintainedService,
    MaintenanceWindow,
    Service,
    SuppressionRule,
)


@admin.register(Service)
class ServiceAdmin(OperatorAdmin):
    """Services."""

    list_display = (
        "name",
        "account",
        "escalation_policy",
        "urgency_rule",
        "disabled_at",
    )
    list_filter = ("urgency_rule", ("disabled_at", admin.EmptyFieldListFilter))
    list_select_related = ("account", "escalation_policy")
    search_fields = ("name", "public_id", "account__subdomain")
    related = (
        Related(_("Integrations"), "incidents_integration", "service__id__exact"),
        Related(_("Incidents"), "incidents_incident", "service__id__exact"),
    )


@admin.register(Integration)
class IntegrationAdmin(OperatorAdmin):
    """Integration keys, masked; the whole key finds its integration."""

    list_display = ("name", "masked_key", "kind", "service", "account", "disabled_at")
    list_filter = ("kind", ("disabled_at", admin.EmptyFieldListFilter))
    list_select_related = ("account", "service")
    secrets = ("key", "previous_key")
    shown = ("masked_key",)
    finders = (BY_PUBLIC_ID, Finder("key", r"[0-9a-f]{32}"), BY_SUBDOMAIN)
    search_help_text = _("Id, whole integration key or subdomain")
    related = (Related(_("Events"), "incidents_event", "integration__id__exact"),)


@admin.register(SuppressionRule)
class SuppressionRuleAdmin(OperatorAdmin):
    """Rules that say which alerts open nothing."""

    list_display = ("name", "service", "account", "disabled_at", "created_at")
    list_filter = (("disabled_at", admin.EmptyFieldListFilter),)
    list_select_related = ("account", "service")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)
    related = (Related(_("Alerts"), "incidents_alert", "suppressed_by__id__exact"),)


@admin.register(MaintenanceWindow)
class MaintenanceWindowAdmin(OperatorAdmin):
    """When alerts of services are held, and how often an end failed."""

    list_display = (
        "number",
        "account",
        "starts_at",
        "ends_at",
        "ended_at",
        "repeats",
        "failures",
    )
    list_filter = ("repeats", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("account",)
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)
    related = (
        Related(_("Services"), "incidents_maintainedservice", "window__id__exact"),
    )


@admin.register(MaintainedService)
class MaintainedServiceAdmin(OperatorAdmin):
    """Which services a window covers."""

    list_display = ("window", "service", "account")
    list_select_related = ("window", "service", "account")
    finders = (BY_SUBDOMAIN,)


@admin.register(Heartbeat)
class HeartbeatAdmin(OperatorAdmin):
    """Heartbeats, without their keys; the whole key finds its heartbeat."""

    list_display = (
        "name",
        "service",
        "account",
        "status",
        "interval",
        "last_beat_at",
        "due_at",
        "excused_at",
    )
    list_filter = ("status",)
    list_select_related = ("account", "service")
    secrets = ("key",)
    finders = (BY_PUBLIC_ID, Finder("key", r"[0-9a-f]{32}"), BY_SUBDOMAIN)
    search_help_text = _("Id, whole key or subdomain")
