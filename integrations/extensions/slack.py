"""Slack, which somebody must sign in to: the API lists it, and cannot make it."""

from django.utils.translation import gettext_lazy as _

from integrations.extensions import schemas

schemas.register(
    schemas.Schema(
        key="slack",
        public_id="PXSLACK",
        label=_("Slack"),
        description=_(
            "Posts incidents to a channel, with buttons to acknowledge and resolve."
            " Somebody must sign in to Slack to allow it."
        ),
    )
)
