"""Lets pages leave out what the member may not do."""

from django import template

from accounts.permissions import Ability, Actor

register = template.Library()


@register.filter
def may(actor: Actor | None, ability: Ability) -> bool:
    """Say whether the one who looks may do this; nobody may nothing."""
    return actor is not None and actor.may(ability)


@register.filter
def may_anywhere(actor: Actor | None, ability: Ability) -> bool:
    """Say whether they may do this for anything, if only for one team's."""
    return actor is not None and actor.may_anywhere(ability)
