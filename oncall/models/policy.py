"""Escalation policies: whom an incident pages, level by level."""

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import Account, AccountModel, Membership, Team
from accounts.tenancy import TenantKey
from oncall.models.schedule import Schedule

MOST_TARGETS = 10


class EscalationPolicy(AccountModel):
    """Levels of people, tried in order until somebody acknowledges."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="escalation_policies"
    )
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    name = models.CharField(_("name"), max_length=255)
    description = models.TextField(_("description"), blank=True)
    # How often the levels are gone through again after the first time.
    repeats = models.PositiveSmallIntegerField(
        _("repeats"), default=0, validators=[MaxValueValidator(9)]
    )
    team = TenantKey(
        Team,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="escalation_policies",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "escalation policies"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"], name="escalation_policy_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class EscalationRule(AccountModel):
    """A level of a policy, and how long it has before the next one begins."""

    class Strategy(models.TextChoices):
        EVERYONE = "assign_to_everyone", _("Everyone of the level")
        ROUND_ROBIN = "round_robin", _("One after the other, a new one each incident")

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="escalation_rules"
    )
    policy = TenantKey(EscalationPolicy, models.CASCADE, related_name="rules")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    level = models.PositiveSmallIntegerField()
    delay_minutes = models.PositiveIntegerField(
        _("escalates after"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(1440)],
    )

    strategy = models.CharField(
        _("whom it pages"),
        max_length=18,
        choices=Strategy.choices,
        default=Strategy.EVERYONE,
    )
    # Of round robin: how many incidents the ring has taken.
    turns = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["level"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "level"],
                name="escalation_level_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=models.Q(delay_minutes__gte=1), name="escalation_delay"
            ),
        ]

    def __str__(self) -> str:
        return f"Level {self.level} of {self.policy}"

    @property
    def is_round_robin(self) -> bool:
        return self.strategy == self.Strategy.ROUND_ROBIN

    @property
    def delay(self) -> timedelta:
        return timedelta(minutes=self.delay_minutes)


class EscalationTarget(AccountModel):
    """Whom a level pages: a member, or who is on call for a schedule."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="escalation_targets"
    )
    rule = TenantKey(EscalationRule, models.CASCADE, related_name="targets")
    membership = TenantKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="escalation_targets",
    )
    schedule = TenantKey(
        Schedule,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="escalation_targets",
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(membership=None, schedule__isnull=False)
                | models.Q(membership__isnull=False, schedule=None),
                name="escalation_target_is_one_thing",
            ),
            models.UniqueConstraint(
                fields=["rule", "membership"], name="escalation_target_member_once"
            ),
            models.UniqueConstraint(
                fields=["rule", "schedule"], name="escalation_target_schedule_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.membership or self.schedule)
