"""What the engine keeps for itself."""

from django.contrib import admin

from accounts.operators import BY_SUBDOMAIN, OperatorAdmin
from incidents.models import EngineRun, Errand, OutboxEntry


@admin.register(EngineRun)
class EngineRunAdmin(OperatorAdmin):
    """When the engine ran; between two rows it did not."""

    list_display = ("since", "until")


@admin.register(Errand)
class ErrandAdmin(OperatorAdmin):
    """The rounds that the engine makes, and when the next one is due."""

    list_display = ("name", "due_at", "position")


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
