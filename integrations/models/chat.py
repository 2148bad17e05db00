"""Chat rooms: where they are, what is shown in them, and who people are there."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import ids, sealing
from accounts.models import Account, AccountModel, Membership
from accounts.tenancy import TenantKey
from incidents.models import Incident
from integrations.models.slack import SlackWorkspace


class Room(AccountModel):
    """A channel or a group of a chat, in which incidents are shown.

    Extensions that name the same place share its room, so that an incident has one
    message there. How talking to it goes is known here.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="rooms")
    public_id = models.CharField(max_length=14, unique=True, default=ids.public_id)
    # The key of its kind among `integrations.chat.rooms`, such as "slack".
    kind = models.CharField(max_length=20)
    workspace = TenantKey(
        SlackWorkspace, models.CASCADE, null=True, blank=True, related_name="rooms"
    )
    # The chat's own id of it; where a secret address is all that there is, its digest.
    channel_id = models.CharField(max_length=200)
    name = models.CharField(_("name"), max_length=200)
    # What is needed to write there and is a secret: an address, a token; as JSON.
    sealed_secret = models.TextField(blank=True)
    # Made for one incident, with its responders in it.
    incident = TenantKey(
        Incident, models.CASCADE, null=True, blank=True, related_name="rooms"
    )
    # Nothing is sent before: the chat asked us to wait, or it does not answer.
    hold_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    # Somebody must do something first: archived, revoked, thrown out. `last_error`
    # says what; reconnecting or a successful test ends it.
    broken_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "workspace", "channel_id"],
                nulls_distinct=False,
                name="room_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(name=models.F("channel_id")),
                name="room_nameless",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_named(self) -> bool:
        """Say whether the chat has told us its name; until then its id stands there."""
        return self.name != self.channel_id

    @property
    def secret(self) -> str:
        """What is needed to write there, opened. Never show it."""
        return sealing.unseal(self.sealed_secret) if self.sealed_secret else ""

    @secret.setter
    def secret(self, text: str) -> None:
        self.sealed_secret = sealing.seal(text) if text else ""


class ChatMessage(AccountModel):
    """The message that shows an incident in a room; the row is the queue.

    It is due while the room may show something old. Whoever sends it shows the
    incident as it is then, so any number of changes are one update.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="chat_messages")
    room = TenantKey(Room, models.CASCADE, related_name="messages")
    # Null for a message that tests the room.
    incident = TenantKey(
        Incident, models.CASCADE, null=True, related_name="chat_messages"
    )
    # The chat's id of it, once it is there.
    message_id = models.CharField(max_length=200, blank=True)
    # Counts what has happened, so that a sender sees that more did meanwhile.
    wanted = models.PositiveIntegerField(default=1)
    # A digest of what it shows now; the same is not sent twice.
    shown = models.CharField(max_length=64, blank=True)
    # When to send it next; a lease moves it ahead. Null when nothing is to be said.
    due_at = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    # After this it is given up.
    expires_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # An attempt had no answer: the message may be there without our knowing its id.
    is_uncertain = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["room", "due_at"],
                condition=models.Q(due_at__isnull=False),
                name="chat_message_due",
            ),
            models.Index(fields=["room", "message_id"], name="chat_message_there"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["room", "incident"], name="chat_message_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.room} {self.message_id}"


class ChatLine(AccountModel):
    """A sentence of the timeline for the thread below a message."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="chat_lines")
    message = TenantKey(ChatMessage, models.CASCADE, related_name="lines")
    # The entry of the timeline that it tells; each is told once.
    entry_id = models.BigIntegerField()
    text = models.TextField()
    at = models.DateTimeField()
    # Null while it waits. What came from the thread itself has been there all along.
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["message", "id"],
                condition=models.Q(sent_at=None),
                name="chat_line_waits",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "entry_id"], name="chat_line_once"
            )
        ]

    def __str__(self) -> str:
        return self.text[:80]


class ChatUser(AccountModel):
    """Somebody in a chat, and which member of the account they are, if we know."""

    class Linked(models.TextChoices):
        NOT = "", _("Not linked")
        EMAIL = "email", _("By the same e-mail address")
        SIGN_IN = "sign-in", _("By signing in")
        ADMIN = "admin", _("By an admin")

    account = models.ForeignKey(Account, models.CASCADE, related_name="chat_users")
    # In which chat: "slack T…", "telegram", "mattermost …"; ids are unique in there.
    place = models.CharField(max_length=100)
    user_id = models.CharField(max_length=100)
    name = models.CharField(max_length=100, blank=True)
    membership = TenantKey(
        Membership, models.CASCADE, null=True, blank=True, related_name="chat_users"
    )
    linked_by = models.CharField(
        max_length=7, choices=Linked.choices, default=Linked.NOT, blank=True
    )
    # When we asked them in private who they are.
    asked_at = models.DateTimeField(null=True, blank=True)
    # They do not want to be linked by their address again.
    unlinked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "place", "user_id"], name="chat_user_once"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.user_id


class ChatRequest(AccountModel):
    """What a chat has told us, kept until it is done: the inbox, and its memory.

    A door answers at once; whoever does the work afterwards takes it from here. The
    same request a second time meets its digest.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="chat_requests")
    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    kind = models.CharField(max_length=20)
    workspace = TenantKey(
        SlackWorkspace, models.CASCADE, null=True, blank=True, related_name="requests"
    )
    # Of what makes it this one request: a signature, or the chat's own id of it.
    digest = models.CharField(max_length=64, unique=True)
    # Which door it came through: "interaction", "command", "event".
    door = models.CharField(max_length=20)
    payload: Any = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Why it was given up, in words.
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(processed_at=None),
                name="chat_request_waits",
            ),
            models.Index(fields=["received_at"], name="chat_request_old"),
        ]

    def __str__(self) -> str:
        return f"{self.door} {self.public_id}"
