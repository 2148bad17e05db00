"""Forms about the people of an account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import people
from accounts.forms import fields
from accounts.models import Account, Membership, Team
from accounts.models.people import Role
from accounts.permissions import Actor

ROLE_HINT = _(
    "Observers see everything and answer nothing. Responders are paged and answer."
    " Managers also change services, schedules and policies. Admins also manage"
    " people and settings. Owners may do everything."
)


class InvitationForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(label=_("E-mail address"))
    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("Role"), help_text=ROLE_HINT)
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.across_accounts.none(),
        required=False,
        empty_label=_("No team"),
    )

    def __init__(self, *args: Any, account: Account, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _choose_role(self, actor, Role.RESPONDER)
        fields.offer(self, "team", account.teams.all())


class RoleForm(forms.Form):
    """What a member may do."""

    role = forms.ChoiceField(label=_("Role"), help_text=ROLE_HINT)

    def __init__(
        self, *args: Any, membership: Membership, actor: Actor, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _choose_role(self, actor, membership.role)


class TeamForm(forms.ModelForm[Team]):
    """A team with its members."""

    members = forms.ModelMultipleChoiceField(
        label=_("Members"),
        queryset=Membership.across_accounts.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Team
        fields = ["name", "description"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        active = self.instance.account.memberships.filter(deactivated_at=None)
        fields.offer(self, "members", active.select_related("user"))
        if self.instance.pk:
            self.initial["members"] = self.instance.members.all()


def _choose_role(form: forms.Form, actor: Actor, initial: str) -> None:
    fields.offer(form, "role", people.roles_to_give(actor))
    form.initial.setdefault("role", initial)
