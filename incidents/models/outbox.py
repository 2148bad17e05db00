"""The outbox: what those outside are still to be told of."""

import uuid
from typing import Any

from django.db import models

from accounts.models import Account, AccountModel
from accounts.tenancy import TenantKey
from incidents.models.incident import Incident


class OutboxEntry(AccountModel):
    """Something that happened, written with it, until everybody outside has it.

    Most are entries of an incident's timeline; what has no timeline, such as a new
    service, is a row of its own kind.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="outbox")
    event_id = models.UUIDField(default=uuid.uuid4)
    # The verb of the timeline's entry, or such as "service_created".
    verb = models.CharField(max_length=30)
    incident = TenantKey(Incident, models.CASCADE, null=True, related_name="+")
    # The entry of the timeline, which nobody deletes. No key: the timeline would need
    # one more index for it, which every event would pay for.
    entry_id = models.BigIntegerField(null=True)
    # How everything was when it happened; see `incidents.snapshots`. Null until the
    # end of the transaction.
    snapshot: Any = models.JSONField(null=True)
    at = models.DateTimeField()
    # How often it could not be handed on; it steps aside until then, in the end for
    # good.
    failures = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "outbox entries"
        indexes = [
            models.Index(
                fields=["account", "id"],
                condition=models.Q(set_aside_at=None),
                name="outbox_waits",
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.event_id}"
