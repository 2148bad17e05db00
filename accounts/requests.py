"""A request that is inside an account."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.middleware import scoped
from accounts.models import Account, Membership
from accounts.permissions import Ability, Actor

P = ParamSpec("P")


class AccountRequest(HttpRequest):
    """A signed-in request in one account's scope, as views receive it."""

    account: Account
    membership: Membership
    actor: Actor


View = Callable[Concatenate[AccountRequest, P], HttpResponse]


def member(ability: Ability = "view") -> Callable[[View[P]], View[P]]:
    """Open a view to members with the ability, if only for what a team of theirs owns.

    A stranger will be asked to sign in; a member without it raises NotPermitted.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(
            request: AccountRequest, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if getattr(request, "membership", None) is None:
                return redirect("account_create")
            # Of what, its view and its verb know.
            request.actor.require_anywhere(ability)
            return view(request, *args, **kwargs)

        guarded.asks_for = ability  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def member_in_parts(ability: Ability) -> Callable[[View[P]], View[P]]:
    """As `member`, for a view that opens `middleware.scoped` for its parts itself."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(
            request: AccountRequest, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            with scoped(request):
                request.actor.require_anywhere(ability)
            return view(request, *args, **kwargs)

        guarded.asks_for = ability  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate
