"""The local outbox: what would have left the installation, were a provider set."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutboxMessage(models.Model):
    """A mail, a text message or a call, as its receiver would have it.

    It belongs to the installation, not to an account, as a provider's queue does.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("Text message")
        CALL = "call", _("Call")

    kind = models.CharField(max_length=5, choices=Kind.choices)
    # True for what the person answered.
    is_reply = models.BooleanField(default=False)
    sender = models.CharField(max_length=254)
    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)
    # The provider's parameters of a text or a call: sid, callback addresses ...
    parameters = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = models.Manager["OutboxMessage"]()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "recipient"])]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"
