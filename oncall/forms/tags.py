"""Forms of tags."""

from django import forms
from django.utils.translation import gettext_lazy as _

from oncall.models.tag import LONGEST_LABEL
from oncall.tags import MOST_OF_ONE


class TagsForm(forms.Form):
    """The labels of something, one on a line."""

    labels = forms.CharField(
        label=_("Tags"),
        required=False,
        help_text=_("One on a line. A new label makes a new tag."),
        max_length=MOST_OF_ONE * (LONGEST_LABEL + 2),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )

    def clean_labels(self) -> list[str]:
        """Split the lines; each label counts once."""
        lines = self.cleaned_data["labels"].splitlines()
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))
