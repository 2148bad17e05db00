"""Schedules: layers with restrictions, and overrides. The maths is in `schedules`."""

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import Account, AccountModel, Membership, Team
from accounts.models.account import validate_zone
from accounts.tenancy import TenantKey

SHORTEST_TURN = timedelta(hours=1)
LONGEST_TURN = timedelta(days=365)


class Schedule(AccountModel):
    """Who is on call when: layers from low to high precedence, and overrides."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="schedules")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    name = models.CharField(_("name"), max_length=255)
    description = models.TextField(_("description"), blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, validators=[validate_zone]
    )
    team = TenantKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="schedules"
    )
    # The last edit, which these rows hold, and from when on it counts; without a time
    # it always has. Earlier ones are in `versions`.
    version = models.PositiveIntegerField(default=1, editable=False)
    effective_at = models.DateTimeField(null=True, editable=False)
    # The last change of who is on call when, also by an override.
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    # Until when notices of hand-offs are planned; nothing once anything has changed.
    handoffs_planned_until = models.DateTimeField(
        null=True, blank=True, editable=False, db_index=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Layer(AccountModel):
    """People who take turns; a layer at a later position wins over earlier ones."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="schedule_layers")
    schedule = TenantKey(Schedule, models.CASCADE, related_name="layers")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    name = models.CharField(_("name"), max_length=255, blank=True)
    # Precedence: the highest position wins.
    position = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    # Fixes the phase of the rotation; may lie before or after the start.
    rotation_virtual_start = models.DateTimeField()
    turn_length = models.DurationField(
        validators=[MinValueValidator(SHORTEST_TURN), MaxValueValidator(LONGEST_TURN)]
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "position"],
                name="layer_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at=None)
                | models.Q(ends_at__gt=models.F("starts_at")),
                name="layer_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(turn_length__gte=SHORTEST_TURN)
                & models.Q(turn_length__lte=LONGEST_TURN),
                name="layer_turn_length",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"Layer {self.position}"


class LayerUser(AccountModel):
    """A turn in a layer's rotation; a member may have several."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="schedule_layer_users"
    )
    layer = TenantKey(Layer, models.CASCADE, related_name="turns")
    membership = TenantKey(Membership, models.PROTECT, related_name="turns")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["layer", "position"],
                name="layer_user_position_once",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return str(self.membership)


class Restriction(AccountModel):
    """A window, each day or each week, in which its layer is open."""

    class Kind(models.TextChoices):
        DAILY = "daily", _("Every day")
        WEEKLY = "weekly", _("Every week")

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="schedule_restrictions"
    )
    layer = TenantKey(Layer, models.CASCADE, related_name="restrictions")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    start_time = models.TimeField()
    duration = models.DurationField()
    # ISO: 1 is Monday.
    weekday = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="daily", weekday=None)
                | models.Q(kind="weekly", weekday__gte=1, weekday__lte=7),
                name="restriction_weekday",
            ),
            models.CheckConstraint(
                condition=models.Q(duration__gte=timedelta(seconds=1))
                & (
                    models.Q(kind="daily", duration__lte=timedelta(seconds=86399))
                    | models.Q(kind="weekly", duration__lte=timedelta(seconds=604799))
                ),
                name="restriction_duration",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.start_time} for {self.duration}"


class Override(AccountModel):
    """Somebody takes a period; the one created last wins."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="schedule_overrides"
    )
    schedule = TenantKey(Schedule, models.CASCADE, related_name="overrides")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    membership = TenantKey(Membership, models.PROTECT, related_name="overrides")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    created_by = TenantKey(Membership, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["schedule", "ends_at"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="override_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership} from {self.starts_at} to {self.ends_at}"
