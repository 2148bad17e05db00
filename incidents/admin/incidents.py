"""Incidents, who has them, who helps, and what happened to them."""

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
    Acknowledgement,
    Assignment,
    Incident,
    Responder,
    ResponderRequest,
    StatusUpdate,
    Subscriber,
    TimelineEntry,
)


@admin.register(Incident)
class IncidentAdmin(OperatorAdmin):
    """Incidents; people change them in their account."""

    list_display = (
        "number",
        "title",
        "account",
        "service",
        "status",
        "urgency",
        "created_at",
        "escalate_at",
        "failures",
    )
    list_display_links = ("number", "title")
    list_filter = ("status", "urgency")
    list_select_related = ("account", "service")
    finders = (BY_PUBLIC_ID, Finder("number", r"\d{1,15}"), BY_SUBDOMAIN)
    search_help_text = _("Id, or subdomain and number: acme 1042")
    related = (
        Related(_("Timeline"), "incidents_timelineentry", "incident__id__exact"),
        Related(_("Alerts"), "incidents_alert", "incident__id__exact"),
        Related(_("Notifications"), "incidents_notification", "incident__id__exact"),
        Related(_("Assigned to"), "incidents_assignment", "incident__id__exact"),
        Related(
            _("Acknowledged by"), "incidents_acknowledgement", "incident__id__exact"
        ),
    )


@admin.register(Assignment)
class AssignmentAdmin(OperatorAdmin):
    """Who has which incident."""

    list_display = ("incident", "membership", "account", "at")
    list_select_related = ("incident", "membership__user", "account")
    finders = (BY_SUBDOMAIN,)


@admin.register(Acknowledgement)
class AcknowledgementAdmin(OperatorAdmin):
    """Who took which incident on."""

    list_display = ("incident", "membership", "name", "account", "at")
    list_select_related = ("incident", "membership__user", "account")
    finders = (BY_SUBDOMAIN,)


@admin.register(ResponderRequest)
class ResponderRequestAdmin(OperatorAdmin):
    """Who asked for help, with which words."""

    list_display = ("at", "account", "incident", "requester", "message")
    list_select_related = ("account", "incident", "requester__user")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)
    related = (Related(_("Asked"), "incidents_responder", "request__id__exact"),)


@admin.register(Responder)
class ResponderAdmin(OperatorAdmin):
    """Who was asked to help, and what they answered."""

    list_display = ("incident", "membership", "account", "state", "asked_at")
    list_filter = ("state",)
    list_select_related = ("incident", "membership__user", "account")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)


@admin.register(Subscriber)
class SubscriberAdmin(OperatorAdmin):
    """Who is told of status updates."""

    list_display = ("incident", "membership", "team", "account", "created_at")
    list_select_related = ("incident", "membership__user", "team", "account")
    finders = (BY_SUBDOMAIN,)


@admin.register(StatusUpdate)
class StatusUpdateAdmin(OperatorAdmin):
    """What subscribers were told."""

    list_display = ("at", "account", "incident", "sender", "subject")
    list_select_related = ("account", "incident", "sender__user")
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)


@admin.register(TimelineEntry)
class TimelineEntryAdmin(OperatorAdmin):
    """What happened to incidents."""

    list_display = ("at", "account", "incident", "verb", "via", "membership", "name")
    list_filter = ("via",)
    list_select_related = ("account", "incident", "membership__user")
    finders = (
        Finder("incident__public_id", r"Q[A-Z0-9]{6,13}"),
        BY_SUBDOMAIN,
    )
    search_help_text = _("Id of the incident, or subdomain")
