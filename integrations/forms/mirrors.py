"""What in Slack is kept equal to whom."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.fields import offer
from accounts.models import Account
from accounts.permissions import Actor
from integrations.models import OnCallMirror, SlackWorkspace
from integrations.slack.rota import mirrors
from integrations.slack.rota.mirrors import Refused, Values
from oncall import queries

SCHEDULE, POLICY = "schedule", "policy"


class MirrorForm(forms.Form):
    """A channel or a user group, and who is on call by what."""

    use_required_attribute = False

    workspace = forms.ChoiceField(label=gettext_lazy("Workspace"))
    kind = forms.ChoiceField(
        label=gettext_lazy("What follows who is on call"),
        choices=OnCallMirror.Kind.choices,
        widget=forms.RadioSelect,
        initial=OnCallMirror.Kind.TOPIC,
    )
    target = forms.CharField(
        label=gettext_lazy("Channel or user group"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Its name, such as #payments or @payments-on-call."),
    )
    source = forms.ChoiceField(label=gettext_lazy("Who is on call by"))
    template = forms.CharField(
        label=gettext_lazy("What the topic says"),
        max_length=mirrors.LONGEST_TEMPLATE,
        required=False,
        initial=mirrors.USUAL_TEMPLATE,
        help_text=gettext_lazy(
            "For a topic. {names} stands for the people; what others wrote in the"
            " topic stays."
        ),
    )

    def __init__(
        self, *args: Any, account: Account, actor: Actor, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.workspaces = {
            each.public_id: each
            for each in account.slack_workspaces.filter(removed_at=None)
        }
        named = [(key, each.name) for key, each in self.workspaces.items()]
        offer(self, "workspace", named)
        offer(self, "source", _sources(account, actor))

    @property
    def workspace_chosen(self) -> SlackWorkspace:
        return self.workspaces[self.cleaned_data["workspace"]]

    def values(self, target_id: str, target_name: str) -> Values:
        """What the verb needs, in the account's scope; the form is valid."""
        data = self.cleaned_data
        kind, _colon, named = data["source"].partition(":")
        public_id, _colon, level = named.partition(":")
        account = self.account
        schedule = account.schedules.filter(public_id=public_id).first()
        policy = account.escalation_policies.filter(public_id=public_id).first()
        return Values(
            workspace=self.workspace_chosen,
            kind=data["kind"],
            target_id=target_id,
            target_name=target_name,
            schedule=schedule if kind == SCHEDULE else None,
            policy=policy if kind == POLICY else None,
            level=int(level) if kind == POLICY else None,
            template=data["template"] or mirrors.USUAL_TEMPLATE,
        )

    def refuse(self, refusal: Refused) -> None:
        """Say at its field what is wrong."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, str(refusal))


def _sources(account: Account, actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    """Offer what the actor may configure: schedules, and levels of policies."""
    schedules = [
        (f"{SCHEDULE}:{each.public_id}", each.name)
        for each in account.schedules.all()
        if actor.may("configure", of=each)
    ]
    levels = [
        (
            f"{POLICY}:{policy.public_id}:{rule.level}",
            _("%(policy)s, level %(level)d")
            % {"policy": policy.name, "level": rule.level},
        )
        for policy in queries.with_levels(account.escalation_policies.all())
        if actor.may("configure", of=policy)
        for rule in policy.rules.all()
    ]
    return [(_("Schedules"), schedules), (_("Levels of policies"), levels)]
