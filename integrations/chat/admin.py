"""What operators see of chats: how they fare, never what is said or what opens them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.operators import BY_PUBLIC_ID, BY_SUBDOMAIN, OperatorAdmin, Related
from integrations.chat import health
from integrations.models import (
    ChatLine,
    ChatMessage,
    ChatRequest,
    ChatUser,
    Room,
    SlackWorkspace,
)
from oncall.admin_site import register_health

register_health(health.lines)


@admin.register(SlackWorkspace)
class SlackWorkspaceAdmin(OperatorAdmin):
    """Workspaces of Slack that have installed us."""

    list_display = (
        "name",
        "team_id",
        "account",
        "installed_at",
        "removed_at",
        "hold_until",
        "last_success_at",
        "last_error_at",
        "last_error",
    )
    list_filter = (("removed_at", admin.EmptyFieldListFilter),)
    list_select_related = ("account",)
    secrets = ("sealed_token",)
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)
    related = (Related(_("Rooms"), "integrations_room", "workspace__id__exact"),)


@admin.register(Room)
class RoomAdmin(OperatorAdmin):
    """Rooms of chats in which incidents are shown."""

    list_display = (
        "public_id",
        "name",
        "kind",
        "account",
        "workspace",
        "failures",
        "hold_until",
        "broken_at",
        "last_success_at",
        "last_error_at",
        "last_error",
    )
    list_filter = ("kind", ("broken_at", admin.EmptyFieldListFilter))
    list_select_related = ("account", "workspace")
    secrets = ("sealed_secret",)
    finders = (BY_PUBLIC_ID, BY_SUBDOMAIN)
    related = (Related(_("Messages"), "integrations_chatmessage", "room__id__exact"),)


@admin.register(ChatMessage)
class ChatMessageAdmin(OperatorAdmin):
    """Messages that show incidents, and which of them are due."""

    list_display = (
        "created_at",
        "account",
        "room",
        "incident",
        "due_at",
        "attempts",
        "is_uncertain",
        "posted_at",
        "updated_at",
        "last_error",
    )
    list_filter = (("due_at", admin.EmptyFieldListFilter), "is_uncertain")
    list_select_related = ("account", "room", "incident")
    finders = (BY_SUBDOMAIN,)
    related = (Related(_("Lines"), "integrations_chatline", "message__id__exact"),)


@admin.register(ChatLine)
class ChatLineAdmin(OperatorAdmin):
    """Lines of threads, without what they say."""

    list_display = ("at", "account", "message", "sent_at")
    list_filter = (("sent_at", admin.EmptyFieldListFilter),)
    list_select_related = ("account", "message__room")
    secrets = ("text",)
    finders = (BY_SUBDOMAIN,)


@admin.register(ChatUser)
class ChatUserAdmin(OperatorAdmin):
    """People in chats, and who they are here."""

    list_display = ("name", "place", "account", "membership", "linked_by")
    list_filter = ("linked_by",)
    list_select_related = ("account", "membership__user")
    finders = (BY_SUBDOMAIN,)


@admin.register(ChatRequest)
class ChatRequestAdmin(OperatorAdmin):
    """What chats have told us, without what it was."""

    list_display = (
        "received_at",
        "account",
        "kind",
        "door",
        "processed_at",
        "attempts",
        "error",
    )
    list_filter = ("kind", "door", ("processed_at", admin.EmptyFieldListFilter))
    list_select_related = ("account",)
    secrets = ("payload", "digest")
    finders = (BY_SUBDOMAIN,)
