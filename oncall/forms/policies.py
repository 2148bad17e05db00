"""The editor of an escalation policy: its name, its levels, and their targets."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from oncall import policies
from oncall.forms import choices, rows
from oncall.models import EscalationPolicy, EscalationRule

MOST_LEVELS = 20
EVERYONE = EscalationRule.Strategy.EVERYONE
LEVEL: rows.Data = MultiValueDict(
    {"delay_minutes": ["30"], "targets": [""], "strategy": [EVERYONE.value]}
)
STRATEGIES = [
    (EVERYONE.value, gettext_lazy("Everyone of the level, together")),
    (
        EscalationRule.Strategy.ROUND_ROBIN.value,
        gettext_lazy("One of them, in turns (round robin)"),
    ),
]
BLANKS: dict[str, rows.Data | str] = {"level": LEVEL, "targets": ""}


class PolicyForm(rows.QuietForm):
    """What a policy is called and how often its levels repeat."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=255)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    repeats = forms.IntegerField(
        label=gettext_lazy("Repeat all levels"),
        min_value=0,
        max_value=9,
        help_text=gettext_lazy(
            "How many more times to begin again at level 1 when the last level has "
            "had its time and nobody has answered. 0 to 9."
        ),
    )

    def __init__(
        self,
        *args: Any,
        account: Account,
        policy: EscalationPolicy | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"] = choices.team_field(account)
        self.others = account.escalation_policies.exclude(pk=policy.pk if policy else 0)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self.others.filter(name=name).exists():
            raise forms.ValidationError(
                _("There is an escalation policy of this name already.")
            )
        return name


class LevelForm(rows.QuietForm):
    """Whom a level pages, and how long it has."""

    public_id = forms.CharField(required=False, widget=forms.HiddenInput)
    delay_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes until the next level"),
        min_value=1,
        max_value=1440,
    )
    strategy = forms.ChoiceField(
        label=gettext_lazy("Who gets an incident"),
        choices=STRATEGIES,
        help_text=gettext_lazy(
            "In turns, each new incident goes to the next one of the list who can be "
            "reached. If that one does not answer in time, the next level is paged."
        ),
    )

    def __init__(
        self, *args: Any, number: int, picker: choices.Picker, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("Level %(number)d") % {"number": number}
        self.picker = picker
        self.fields["targets"] = choices.PickedField(
            picker, once=True, label=_("Who is paged")
        )

    @property
    def boxes(self) -> list[SafeString]:
        label = _("%(level)s, person or schedule") % {"level": self.title}
        bound = self["targets"]
        return self.picker.boxes(bound.html_name, bound.value() or [], label)

    def clean_targets(self) -> list[Any]:
        targets: list[Any] = self.cleaned_data["targets"]
        if problem := policies.count_problem(len(targets)):
            raise forms.ValidationError(problem)
        return targets


class PolicyEditor:
    """A policy's form and its levels, from what was typed or from what is stored."""

    def __init__(
        self,
        account: Account,
        data: rows.Data,
        *,
        policy: EscalationPolicy | None = None,
        quiet: bool = False,
        focus: str = "",
    ) -> None:
        data = rows.tidy(data, "level")
        picker = choices.target_picker(account)
        self.quiet = quiet
        self.focus = focus
        self.form = PolicyForm(data, account=account, policy=policy, quiet=quiet)
        self.levels = [
            LevelForm(
                data,
                prefix=f"level-{index}",
                number=index + 1,
                picker=picker,
                quiet=quiet,
            )
            for index in range(len(rows.read(data, "level")))
        ]

    def __iter__(self) -> Iterator[rows.QuietForm]:
        """Walk through the forms of the editor, to list their problems."""
        return iter([self.form, *self.levels])

    def is_valid(self) -> bool:
        """Say whether it can be saved; this will note on the form what is wrong."""
        if not self.levels:
            self.form.add_error(None, _("A policy needs at least one level."))
        if len(self.levels) > MOST_LEVELS:
            most = {"most": MOST_LEVELS}
            self.form.add_error(None, _("A policy has at most %(most)d levels.") % most)
        problems = [form.errors for form in self]
        return not any(problems)

    @property
    def has_problems(self) -> bool:
        return any(form.errors for form in self)

    def is_complete(self) -> bool:
        """Say whether somebody is done with the rows, and what was typed is valid."""
        return not self.quiet and self.is_valid()

    def draft(self) -> policies.Draft:
        """Answer what was typed, once it is valid."""
        fields = self.form.cleaned_data
        return policies.Draft(
            name=fields["name"],
            description=fields["description"],
            repeats=fields["repeats"],
            team=fields["team"],
            levels=tuple(
                policies.Level(
                    delay_minutes=level.cleaned_data["delay_minutes"],
                    targets=tuple(level.cleaned_data["targets"]),
                    public_id=level.cleaned_data["public_id"],
                    strategy=level.cleaned_data["strategy"],
                )
                for level in self.levels
            ),
        )


def new_data() -> rows.Data:
    """Answer what the form of a new policy shows."""
    return rows.write(MultiValueDict({"repeats": ["0"]}), "level", [LEVEL])


def data_of(policy: EscalationPolicy) -> rows.Data:
    """Answer what the form of a stored policy shows."""
    draft = policies.draft_of(policy)
    fields: rows.Data = MultiValueDict(
        {
            "name": [draft.name],
            "description": [draft.description],
            "repeats": [str(draft.repeats)],
            "team": [draft.team.public_id if draft.team else ""],
        }
    )
    return rows.write(fields, "level", [_row(level) for level in draft.levels])


def _row(level: policies.Level) -> rows.Data:
    return MultiValueDict(
        {
            "public_id": [level.public_id],
            "delay_minutes": [str(level.delay_minutes)],
            "strategy": [level.strategy],
            "targets": [choices.key_of(target) for target in level.targets],
        }
    )
