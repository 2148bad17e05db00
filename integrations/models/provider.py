"""Providers of texts and calls: how they fare, and who stands aside for a while."""

from django.db import models


class ProviderState(models.Model):
    """How one provider fares for one kind of message, for all accounts together.

    A provider that failed too often is demoted: others are asked first until then.
    """

    provider = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)
    failures = models.PositiveIntegerField(default=0)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    demoted_until = models.DateTimeField(null=True, blank=True)

    objects = models.Manager["ProviderState"]()

    class Meta:
        ordering = ["kind", "provider"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "kind"], name="provider_state_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} for {self.kind}"
