"""What leads us to a room of a chat; its kind says which answers that takes."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from integrations.extensions.schemas import Field, Schema
from integrations.models import Room

# Marks these answers among the other fields of a form.
ANSWER = "at-"


class AnswersForm(forms.Form):
    """What leads us to a room of a kind; the kind says what that is."""

    use_required_attribute = False

    def __init__(
        self, *args: Any, schema: Schema, room: Room | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.schema = schema
        for asked in schema.fields:
            self.fields[f"{ANSWER}{asked.name}"] = _field(asked, is_known=bool(room))

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields that the kind asks for, in its order."""
        return [self[f"{ANSWER}{each.name}"] for each in self.schema.fields]

    @property
    def answers(self) -> dict[str, str]:
        """What was answered, by the names that the kind gives."""
        return {
            each.name: self.cleaned_data[f"{ANSWER}{each.name}"]
            for each in self.schema.fields
        }

    def refuse(self, words: str, field: str) -> None:
        """Say at the field what the chat, or the verb, says of it."""
        names = [name for name in (field, f"{ANSWER}{field}") if name in self.fields]
        self.add_error(names[0] if names else None, words)


def _field(asked: Field, *, is_known: bool) -> forms.Field:
    """Make the field; a secret that is known already may be left empty."""
    keeps = asked.is_secret and is_known
    help_text = str(asked.help_text)
    if keeps:
        help_text = _("%(help)s Left empty, it stays as it is.") % {"help": help_text}
    common: dict[str, Any] = {
        "label": asked.label,
        "help_text": help_text.strip(),
        "required": asked.is_required and not keeps,
    }
    if asked.options:
        return forms.ChoiceField(choices=asked.options, **common)
    return forms.CharField(
        max_length=asked.max_length,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false"}
            | ({"class": "mono"} if asked.is_secret else {})
        ),
        **common,
    )
