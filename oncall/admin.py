"""Schedules and escalation policies, as operators see them: to look, not to touch."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.operators import BY_PUBLIC_ID, BY_SUBDOMAIN, OperatorAdmin, Related
from oncall.models import (
    CalendarFeed,
    EscalationPolicy,
    EscalationRule,
    EscalationTarget,
    Layer,
    LayerUser,
    Override,
    Restriction,
    Schedule,
    ScheduleVersion,
    Tag,
    Tagging,
)


@admin.register(Schedule)
class ScheduleAdmin(OperatorAdmin):
    """Schedules."""

    list_display = ("name", "account", "time_zone", "team", "created_at")
    list_select_related = ("account", "team")
    search_fields = ("name", "public_id", "account__subdomain")
    related = (
        Related(_("Layers"), "oncall_layer", "schedule__id__exact"),
        Related(_("Overrides"), "oncall_override", "schedule__id__exact"),
        Related(_("Versions"), "oncall_scheduleversion", "schedule__id__exact"),
    )


@admin.register(Layer)
class LayerAdmin(OperatorAdmin):
    """Layers of schedules."""

    list_display = (
        "__str__",
        "schedule",
        "position",
        "starts_at",
        "ends_at",
        "account",
    )
    list_select_related = ("schedule", "account")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)
    related = (
        Related(_("Turns"), "oncall_layeruser", "layer__id__exact"),
        Related(_("Restrictions"), "oncall_restriction", "layer__id__exact"),
    )


@admin.register(LayerUser)
class LayerUserAdmin(OperatorAdmin):
    """Turns of people in layers."""

    list_display = ("membership", "layer", "position", "account")
    list_select_related = ("membership__user", "layer", "account")
    finders = (BY_SUBDOMAIN,)


@admin.register(Restriction)
class RestrictionAdmin(OperatorAdmin):
    """When layers are open."""

    list_display = ("layer", "kind", "weekday", "start_time", "duration", "account")
    list_select_related = ("layer", "account")
    finders = (BY_SUBDOMAIN,)


@admin.register(Override)
class OverrideAdmin(OperatorAdmin):
    """Who takes over when."""

    list_display = ("membership", "schedule", "starts_at", "ends_at", "account")
    list_select_related = ("membership__user", "schedule", "account")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)


@admin.register(ScheduleVersion)
class ScheduleVersionAdmin(OperatorAdmin):
    """What schedules were after each edit."""

    list_display = ("schedule", "number", "effective_at", "created_by", "account")
    list_select_related = ("schedule", "created_by__user", "account")
    finders = (BY_SUBDOMAIN,)


@admin.register(EscalationPolicy)
class EscalationPolicyAdmin(OperatorAdmin):
    """Escalation policies."""

    list_display = ("name", "account", "repeats", "team", "created_at")
    list_select_related = ("account", "team")
    search_fields = ("name", "public_id", "account__subdomain")
    related = (
        Related(_("Levels"), "oncall_escalationrule", "policy__id__exact"),
        Related(_("Services"), "incidents_service", "escalation_policy__id__exact"),
    )


@admin.register(EscalationRule)
class EscalationRuleAdmin(OperatorAdmin):
    """Levels of escalation policies."""

    list_display = ("policy", "level", "delay_minutes", "account")
    list_select_related = ("policy", "account")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)
    related = (Related(_("Targets"), "oncall_escalationtarget", "rule__id__exact"),)


@admin.register(EscalationTarget)
class EscalationTargetAdmin(OperatorAdmin):
    """Whom levels page."""

    list_display = ("__str__", "rule", "membership", "schedule", "position", "account")
    list_select_related = ("rule__policy", "membership__user", "schedule", "account")
    finders = (BY_SUBDOMAIN,)


@admin.register(CalendarFeed)
class CalendarFeedAdmin(OperatorAdmin):
    """Links that calendars read, of which we know a digest alone."""

    list_display = (
        "membership",
        "schedule",
        "prefix",
        "account",
        "created_at",
        "last_read_at",
        "revoked_at",
    )
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("membership__user", "schedule", "account")
    secrets = ("digest",)
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)


@admin.register(Tag)
class TagAdmin(OperatorAdmin):
    """Labels of people, teams and policies."""

    list_display = ("label", "account", "created_at")
    list_select_related = ("account",)
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)
    related = (Related(_("Tagged"), "oncall_tagging", "tag__id__exact"),)


@admin.register(Tagging)
class TaggingAdmin(OperatorAdmin):
    """What has tags."""

    list_display = ("tag", "membership", "team", "policy", "account")
    list_select_related = ("tag", "membership__user", "team", "policy", "account")
    finders = (BY_SUBDOMAIN,)
