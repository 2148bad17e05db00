"""The forms by which people and accounts come into being."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.account.models import EmailAddress
from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import invitations, onboarding, tenancy
from accounts.forms.fields import CountryField, TimeZoneField
from accounts.middleware import SESSION_KEY
from accounts.models import Invitation, User


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    """An e-mail address and a password, called as everywhere else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")


class AccountForm(forms.Form):
    """A new account."""

    account_name = forms.CharField(
        label=_("Account name"),
        max_length=100,
        help_text=_("Your company, or the department that keeps its own on-call."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    time_zone = TimeZoneField(guess=True, initial="UTC")
    country = CountryField()


class PersonForm(AllauthSignupForm):  # type: ignore[misc]
    """A new person, who signs in by e-mail and password."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")

    def save_user(self, request: HttpRequest) -> User:
        """Make the user, with the name."""
        user: User = super().save(request)
        return self.named(user)

    def named(self, user: User) -> User:
        """Call the user by the name that the person gave."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        return user


class SignUpForm(PersonForm):
    """A new person with a new account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(AccountForm().fields)

    def save(self, request: HttpRequest) -> User:
        """Make the user and the account, or neither."""
        with tenancy.all_accounts():
            user = self.save_user(request)
            onboarding.create_account(
                name=self.cleaned_data["account_name"],
                owner=user,
                time_zone=self.cleaned_data["time_zone"],
                country=self.cleaned_data["country"],
                at=timezone.now(),
            )
        return user


class InvitedSignUpForm(PersonForm):
    """A new person who was invited: the address is fixed, the account is there."""

    time_zone = TimeZoneField(guess=True)

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        self.invitation = invitation
        super().__init__(*args, **kwargs)
        self.fields["email"].disabled = True
        self.fields["email"].initial = self.initial["email"] = invitation.email
        self.initial.setdefault("name", invitation.name)
        self.initial.setdefault("time_zone", invitation.account.time_zone)

    def validate_unique_email(self, value: str) -> str:
        """Admit a user whom somebody made for the person, who has no password yet."""
        if self._made_for_the_person() is not None:
            return value
        return str(super().validate_unique_email(value))

    def save(self, request: HttpRequest) -> User:
        """Make the user, or take over the one made for them, and the membership.

        Raises onboarding.Refused.
        """
        # The link came to this address, so it needs no confirmation of its own.
        get_adapter().stash_verified_email(request, self.invitation.email)
        with tenancy.all_accounts():
            user = self._take_over() or self.save_user(request)
            membership = invitations.accept(self.invitation, user, at=timezone.now())
            membership.time_zone = self.cleaned_data["time_zone"]
            membership.save(update_fields=["time_zone"])
        request.session[SESSION_KEY] = membership.account_id
        return user

    def _made_for_the_person(self) -> User | None:
        found = User.objects.filter(email=self.invitation.email).first()
        return found if found and not found.has_usable_password() else None

    def _take_over(self) -> User | None:
        user = self._made_for_the_person()
        if user is None:
            return None
        user.set_password(self.cleaned_data["password1"])
        user.save(update_fields=["password"])
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
        return self.named(user)
