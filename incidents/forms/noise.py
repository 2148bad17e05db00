"""The forms of a service's noise settings, and of its suppression rules."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.forms.service import MinutesField
from incidents.models import Service, SuppressionRule
from incidents.noise import fields, rules, suppression
from oncall.forms import rows

PAUSES: Final = (2, 3, 5, 10, 15)
MOST_FIELDS: Final = 10
LONGEST_WINDOW: Final = 24 * 60
FIELDS_HINT: Final = gettext_lazy(
    "summary, source, component, group, class, severity, or custom_details.name for"
    " what your tool sends beyond them."
)
CONDITION: rows.Data = MultiValueDict(
    {"field": [""], "operator": ["equals"], "value": [""]}
)
BLANKS: dict[str, rows.Data | str] = {"condition": CONDITION}
OPERATORS: Final = {
    "equals": gettext_lazy("equals"),
    "not_equals": gettext_lazy("does not equal"),
    "contains": gettext_lazy("contains"),
    "not_contains": gettext_lazy("does not contain"),
    suppression.MATCHES: gettext_lazy("matches the pattern"),
    suppression.EXISTS: gettext_lazy("is there"),
}


def _choice(length: timedelta) -> tuple[str, str]:
    minutes = length / timedelta(minutes=1)
    return f"{minutes:g}", _("%(minutes)g minutes") % {"minutes": minutes}


class PauseField(forms.TypedChoiceField):
    """How long a new alert is held back, out of a few lengths of time."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            coerce=lambda minutes: timedelta(minutes=float(minutes)),
            empty_value=None,
            **kwargs,
        )
        self.offer(None)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored length in minutes."""
        return _choice(value)[0] if isinstance(value, timedelta) else value

    def offer(self, stored: timedelta | None) -> None:
        """Offer our lengths, and the stored one if the API has set another."""
        lengths = {timedelta(minutes=minutes) for minutes in PAUSES}
        lengths |= {stored} if stored else set()
        self.choices = [("", _("Off")), *map(_choice, sorted(lengths))]


class NoiseForm(forms.ModelForm[Service]):
    """What a service does against noise."""

    grouping_window = MinutesField(
        label=gettext_lazy("Window, in minutes"),
        help_text=gettext_lazy(
            "Each alert keeps its incident open to others for this long, up to a day"
            " in all. Empty: until the incident is resolved."
        ),
    )
    grouping_fields = forms.CharField(
        label=gettext_lazy("Fields that agree"),
        required=False,
        help_text=FIELDS_HINT,
    )
    auto_pause = PauseField(
        label=gettext_lazy("Hold new alerts back for"),
        help_text=gettext_lazy(
            "An alert that resolves by itself meanwhile opens nothing. Everything else"
            " pages this much later."
        ),
    )

    class Meta:
        model = Service
        fields = [
            "grouping",
            "grouping_window",
            "grouping_match",
            "grouping_fields",
            "auto_pause",
            "storm_limit",
        ]
        labels = {
            "grouping": gettext_lazy("Grouping"),
            "grouping_match": gettext_lazy("They are one incident when"),
            "storm_limit": gettext_lazy("New incidents in a minute"),
        }
        help_texts = {
            "storm_limit": gettext_lazy(
                "Beyond this many, one incident carries all further alerts until they"
                " come slower. Empty: no limit."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pause = self.fields["auto_pause"]
        if isinstance(pause, PauseField):
            pause.offer(self.instance.auto_pause)
        self.fields["grouping"].required = False
        self.fields["storm_limit"].widget.attrs["min"] = 1
        self.initial["grouping_fields"] = ", ".join(self.instance.grouping_fields)

    def clean_grouping_window(self) -> timedelta | None:
        window: timedelta | None = self.cleaned_data["grouping_window"]
        if window and window > timedelta(minutes=LONGEST_WINDOW):
            raise forms.ValidationError(_("A window is at most 1440 minutes long."))
        return window

    def clean_grouping_fields(self) -> list[str]:
        typed = self.cleaned_data["grouping_fields"].replace("\n", ",").split(",")
        names = list(dict.fromkeys(name.strip() for name in typed if name.strip()))
        if unknown := [name for name in names if not fields.is_field(name)]:
            raise forms.ValidationError(
                _("Alerts have no field called %(name)s.") % {"name": unknown[0]}
            )
        if len(names) > MOST_FIELDS:
            most = {"most": MOST_FIELDS}
            raise forms.ValidationError(_("Choose at most %(most)d fields.") % most)
        return names

    def clean_storm_limit(self) -> int | None:
        limit: int | None = self.cleaned_data["storm_limit"]
        if limit == 0:
            raise forms.ValidationError(_("At least one incident must open."))
        return limit

    def clean(self) -> dict[str, Any]:
        """Refuse to group by fields where none is named."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        by_fields = cleaned.get("grouping") == Service.Grouping.CONTENT
        if by_fields and not cleaned.get("grouping_fields", True):
            self.add_error("grouping_fields", _("Name at least one field."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the service shall be set to; the form is valid."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class RuleForm(rows.QuietForm):
    """What a rule is called."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


class ConditionForm(rows.QuietForm):
    """What must hold of one field."""

    field = forms.CharField(
        label=gettext_lazy("Field"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "alert-fields", "autocomplete": "off"}),
    )
    operator = forms.ChoiceField(
        label=gettext_lazy("Condition"), choices=list(OPERATORS.items())
    )
    value = forms.CharField(
        label=gettext_lazy("Value"), max_length=1000, required=False, strip=False
    )

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("Condition %(number)d") % {"number": number}

    def clean_field(self) -> str:
        name: str = self.cleaned_data["field"].strip()
        if not fields.is_field(name):
            raise forms.ValidationError(
                _("Alerts have no field called %(name)s.") % {"name": name}
            )
        return name

    def clean(self) -> dict[str, Any]:
        """Refuse a pattern that cannot be read, and a comparison with nothing."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        operator, value = cleaned.get("operator"), cleaned.get("value", "")
        if operator == suppression.MATCHES:
            self._check_pattern(value)
        elif operator in ("contains", "not_contains") and not value:
            self.add_error("value", _("Say what to look for."))
        return cleaned

    def _check_pattern(self, pattern: str) -> None:
        longest = suppression.LONGEST_PATTERN
        if not pattern or len(pattern) > longest:
            text = _("A pattern has 1 to %(longest)d characters.")
            self.add_error("value", text % {"longest": longest})
            return
        try:
            suppression.search(pattern, ["a" * suppression.LONGEST_TEXT])
        except suppression.BadPattern as problem:
            text = _("This pattern cannot be used: %(problem)s")
            self.add_error("value", text % {"problem": problem})


class RuleEditor:
    """A rule's form and its conditions, from what was typed or from what is stored."""

    def __init__(
        self, data: rows.Data, *, quiet: bool = False, focus: str = ""
    ) -> None:
        data = rows.tidy(data, "condition")
        self.quiet = quiet
        self.focus = focus
        self.form = RuleForm(data, quiet=quiet)
        self.conditions = [
            ConditionForm(
                data, prefix=f"condition-{index}", number=index + 1, quiet=quiet
            )
            for index in range(len(rows.read(data, "condition")))
        ]

    def __iter__(self) -> Iterator[rows.QuietForm]:
        """Walk through the forms of the editor, to list their problems."""
        return iter([self.form, *self.conditions])

    def is_valid(self) -> bool:
        """Say whether it can be saved; this will note on the form what is wrong."""
        if not self.conditions:
            self.form.add_error(None, _("A rule needs at least one condition."))
        if len(self.conditions) > rules.MOST_CONDITIONS:
            most = {"most": rules.MOST_CONDITIONS}
            text = _("A rule has at most %(most)d conditions.")
            self.form.add_error(None, text % most)
        problems = [form.errors for form in self]
        return not any(problems)

    @property
    def has_problems(self) -> bool:
        return any(form.errors for form in self)

    @property
    def values(self) -> dict[str, Any]:
        """What the rule shall be; the editor is valid."""
        return {
            "name": self.form.cleaned_data["name"],
            "conditions": [form.cleaned_data for form in self.conditions],
        }


def new_data() -> rows.Data:
    """Answer what the form of a new rule shows."""
    return rows.write(MultiValueDict(), "condition", [CONDITION])


def data_of(rule: SuppressionRule) -> rows.Data:
    """Answer what the form of a stored rule shows."""
    conditions = [
        MultiValueDict({name: [text] for name, text in condition.items()})
        for condition in rule.conditions
    ]
    return rows.write(MultiValueDict({"name": [rule.name]}), "condition", conditions)
