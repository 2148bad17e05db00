"""The people: a user signs in, and is a member of one or more accounts."""

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models.account import Account, AccountModel, validate_zone
from accounts.tenancy import TenantKey


class UserManager(BaseUserManager["User"]):
    """Makes users; the e-mail address is the name they sign in with."""

    def create_user(
        self, email: str, password: str | None = None, **extra: Any
    ) -> "User":
        """Make a user who may sign in."""
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **extra: Any
    ) -> "User":
        """Make an operator, who may open the admin site."""
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **extra
        )

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, by e-mail; what they are in an account is a membership."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(_("operator"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case")
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do; `accounts.permissions` says what each means."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MANAGER = "manager", _("Manager")
    RESPONDER = "responder", _("Responder")
    OBSERVER = "observer", _("Observer")


class Membership(AccountModel):
    """A user in an account: the person whom schedules name and pages reach."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    role = models.CharField(
        _("role"), max_length=10, choices=Role.choices, default=Role.RESPONDER
    )
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_zone]
    )
    # What others call somebody whom they added, and who is known elsewhere by a name
    # that is no business of this account, until the person joins it themselves.
    given_name = models.CharField(max_length=100, blank=True)
    # Somebody who left stays named in history; they are no longer paged.
    deactivated_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["user__name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="membership_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.given_name or self.user.name or self.user.email

    @property
    def email(self) -> str:
        return self.user.email

    @property
    def is_active(self) -> bool:
        return self.deactivated_at is None and self.user.is_active

    @cached_property
    def parts(self) -> dict[int, str]:
        """What the member is in each of their teams, by the teams' primary keys."""
        return dict(self.places.values_list("team_id", "part"))


class Team(AccountModel):
    """People who own services together."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="teams")
    public_id = models.CharField(max_length=14, unique=True, default=public_id)
    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=1024, blank=True)
    members = models.ManyToManyField(
        Membership, through="TeamMembership", related_name="teams"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="team_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class TeamMembership(AccountModel):
    """A member's place in a team."""

    class Part(models.TextChoices):
        """What the member may do for what the team owns, if their role does not."""

        MANAGER = "manager", _("Manager")
        RESPONDER = "responder", _("Responder")
        OBSERVER = "observer", _("Observer")

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="team_memberships"
    )
    team = TenantKey(Team, models.CASCADE, related_name="places")
    membership = TenantKey(Membership, models.CASCADE, related_name="places")
    # The least, where nobody says more.
    part = models.CharField(max_length=9, choices=Part.choices, default=Part.OBSERVER)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "membership"], name="team_place_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership} in {self.team}"
