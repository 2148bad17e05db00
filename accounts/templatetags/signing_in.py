"""Makes allauth's forms look like ours."""

from django import forms, template

register = template.Library()


@register.filter
def plain(form: forms.BaseForm) -> forms.BaseForm:
    """Take the placeholders out of a form: its labels stand above the fields."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    return form
