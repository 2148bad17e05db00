"""Forms are drawn by one template, whichever page they stand on."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Draws `{{ form }}` and each field the way all our pages do."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
