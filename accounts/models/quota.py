"""What was sent on request: codes and tests, counted against their quotas."""

from django.db import models


class QuotaUse(models.Model):
    """A code or a test that was asked for; kept for as long as a quota looks back.

    It belongs to the installation, because a number and a country have quotas over
    all accounts. The address itself is not kept.
    """

    # code or test
    purpose = models.CharField(max_length=4)
    address_digest = models.CharField(max_length=64)
    country = models.CharField(max_length=2, blank=True)
    account_number = models.BigIntegerField()
    membership_number = models.BigIntegerField()
    at = models.DateTimeField()

    objects = models.Manager["QuotaUse"]()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["at"], name="quota_use_at")]

    def __str__(self) -> str:
        return f"{self.purpose} at {self.at:%H:%M}"
