"""What came in, what became of it, and who was told: read-only, but for retries."""

from collections.abc import Sequence

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.operators import (
    BY_PUBLIC_ID,
    BY_SUBDOMAIN,
    Finder,
    OperatorAdmin,
    Related,
    confirm,
)
from incidents import dead_letters, health
from incidents.models import (
    Acknowledgement,
    Alert,
    Assignment,
    ChangeEvent,
    EngineRun,
    Errand,
    Event,
    HandOff,
    Heartbeat,
    Incident,
    Integration,
    MaintainedService,
    MaintenanceWindow,
    Notification,
    OutboxEntry,
    Payload,
    Responder,
    ResponderRequest,
    Service,
    StatusUpdate,
    Subscriber,
    SuppressionRule,
    TimelineEntry,
)
from oncall.admin_site import register_health

for lines in (
    health.due_work,
    health.queues,
    health.failures,
    health.repairs,
    health.last_tick,
):
    register_health(lines)

BY_KEY = Finder("integration__key", r"[0-9a-f]{32}")


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


class DeadLetters(admin.SimpleListFilter):
    """The deliveries that were given up, beside all others."""

    title = _("dead letters")
    parameter_name = "dead"

    def lookups(
        self, request: HttpRequest, model_admin: object
    ) -> Sequence[tuple[str, str]]:
        return [("yes", str(_("Only dead letters")))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Notification]
    ) -> QuerySet[Notification]:
        if self.value() != "yes":
            return queryset
        # In the order of its own small index.
        return queryset.filter(status=Notification.Status.FAILED).order_by("-failed_at")


@admin.register(Notification)
class NotificationAdmin(OperatorAdmin):
    """Deliveries: state, provider, error; what failed may be sent once more."""

    list_display = (
        "created_at",
        "account",
        "purpose",
        "kind",
        "membership",
        "incident",
        "status",
        "send_at",
        "attempts",
        "provider_id",
        "error",
    )
    list_filter = (DeadLetters, "status", "purpose", "kind")
    list_select_related = ("account", "membership__user", "incident")
    # A notice may carry an invitation's link, and a code is a secret until it is used.
    secrets = ("token", "content")
    shown = ("says",)
    finders = (
        BY_PUBLIC_ID,
        BY_SUBDOMAIN,
        Finder("provider_id", r".+"),
    )
    search_help_text = _("Id, provider's id or subdomain")
    actions = ("retry",)

    @admin.display(description=_("Says"))
    def says(self, row: Notification) -> str:
        """Show the subject of a notice, and nothing that opens a door."""
        if row.purpose == Notification.Purpose.CODE:
            return ""
        return str(row.content.get("subject", ""))

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request)

    @admin.action(description=_("Retry selected notifications"), permissions=["retry"])
    def retry(
        self, request: HttpRequest, rows: QuerySet[Notification]
    ) -> HttpResponse | None:
        """Say how many people this pages, then do it."""
        chosen = list(
            rows.select_related(
                "account", "membership__user", "contact_method__membership", "incident"
            )
        )
        if "confirmed" not in request.POST:
            return self._ask(request, chosen)
        again = dead_letters.retry(chosen, at=timezone.now())
        for account in {row.account for row in again}:
            self.record(request, "retried notifications", account)
        text = ngettext(
            "%d notification is sent again.",
            "%d notifications are sent again.",
            len(again),
        )
        messages.success(request, text % len(again))
        return None

    def _ask(self, request: HttpRequest, chosen: list[Notification]) -> HttpResponse:
        wanted = dead_letters.retryable(chosen)
        count, rest = dead_letters.people(wanted), len(chosen) - len(wanted)
        lines = [
            ngettext(
                "%d notification is sent.", "%d notifications are sent.", len(wanted)
            )
            % len(wanted)
        ]
        if rest:
            text = ngettext(
                "%d is left out: it did not fail, or nobody waits for it.",
                "%d are left out: they did not fail, or nobody waits for them.",
                rest,
            )
            lines.append(text % rest)
        title = ngettext("This pages %d person", "This pages %d people", count) % count
        button = ngettext("Page %d person", "Page %d people", count) % count
        return confirm(
            request,
            self,
            chosen,
            title=title,
            lines=lines,
            button=button if wanted else "",
        )


@admin.register(HandOff)
class HandOffAdmin(OperatorAdmin):
    """Notices that shifts start or end, and what became of them."""

    list_display = (
        "due_at",
        "account",
        "schedule",
        "membership",
        "when",
        "boundary_at",
        "outcome",
        "settled_at",
    )
    list_filter = ("outcome", "when")
    list_select_related = ("account", "schedule", "membership__user")
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


@admin.register(EngineRun)
class EngineRunAdmin(OperatorAdmin):
    """When the engine ran; between two rows it did not."""

    list_display = ("since", "until")


@admin.register(Errand)
class ErrandAdmin(OperatorAdmin):
    """The rounds that the engine makes, and when the next one is due."""

    list_display = ("name", "due_at", "position")


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


@admin.register(OutboxEntry)
class OutboxEntryAdmin(OperatorAdmin):
    """What those outside are still to be told of; almost always empty."""

    list_display = (
        "at",
        "account",
        "verb",
        "incident",
        "failures",
        "retry_at",
        "set_aside_at",
    )
    list_filter = (("set_aside_at", admin.EmptyFieldListFilter),)
    list_select_related = ("account", "incident")
    finders = (BY_SUBDOMAIN,)
