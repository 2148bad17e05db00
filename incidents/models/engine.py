"""What the engine remembers of itself: when it ran, and its rounds."""

from django.db import models


class EngineRun(models.Model):
    """A time in which the engine ran without a break; between two of them it did not.

    It belongs to the installation, not to an account.
    """

    since = models.DateTimeField()
    until = models.DateTimeField()

    objects = models.Manager["EngineRun"]()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M:%S} to {self.until:%Y-%m-%d %H:%M:%S}"


class Errand(models.Model):
    """A round that the engine makes now and then. The row is the timer."""

    name = models.CharField(max_length=20, unique=True)
    due_at = models.DateTimeField()
    # How far a round over all accounts has come: the id of the last one.
    position = models.BigIntegerField(default=0)

    objects = models.Manager["Errand"]()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
