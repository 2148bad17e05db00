"""Signing up, with an invitation or without, and accepting an invitation."""

from typing import Any

from allauth.account.views import SignupView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts import invitations, tenancy
from accounts.forms.signing_up import InvitedSignUpForm, SignUpForm
from accounts.middleware import SESSION_KEY
from accounts.models import Invitation, User
from accounts.onboarding import Refused


class SignUp(SignupView):  # type: ignore[misc]
    """Makes a person with an account, or, invited, a person who joins one."""

    def get_form_class(self) -> type[SignUpForm | InvitedSignUpForm]:
        """Ask an invited person for less."""
        return InvitedSignUpForm if self.invitation else SignUpForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Hand the invitation to its form."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        if self.invitation:
            kwargs["invitation"] = self.invitation
        return kwargs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which account the person joins, and keep the link's token."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"invitation": self.invitation, "token": self.token}

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign the new person in; a link that died meanwhile explains itself."""
        try:
            answer: HttpResponse = super().form_valid(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)  # type: ignore[no-any-return]
        return answer

    @cached_property
    def token(self) -> str:
        """Answer the token of the invitation link that led here."""
        data = self.request.POST or self.request.GET
        return str(data.get("invitation", ""))

    @cached_property
    def invitation(self) -> Invitation | None:
        """Find the invitation if its link still works."""
        if not self.token:
            return None
        with tenancy.all_accounts():
            found = invitations.find(self.token)
        if found is None or invitations.problem(found, timezone.now()):
            return None
        return found


def join(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites to what; a POST by the invited user accepts."""
    now = timezone.now()
    with tenancy.all_accounts():
        invitation = invitations.find(token)
        problem = _problem(invitation)
        if invitation is None or problem:
            context = {"invitation": invitation, "problem": problem}
            return render(request, "accounts/join_refused.html", context, status=410)
        if request.method == "POST" and request.user.is_authenticated:
            try:
                membership = invitations.accept(invitation, request.user, at=now)
            except Refused as refusal:
                messages.error(request, str(refusal))
                return redirect("join", token)
            request.session[SESSION_KEY] = membership.account_id
            words = _("Welcome to %s. Check here how pages reach you.")
            messages.success(request, words % invitation.account.name)
            return redirect("profile")
    return _show(request, invitation, token)


def _show(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    known = User.objects.filter(email=invitation.email).first()
    user = request.user
    context = {
        "invitation": invitation,
        "token": token,
        "is_known": known is not None and known.has_usable_password(),
        "is_somebody_else": user.is_authenticated and user != known,
    }
    return render(request, "accounts/join.html", context)


def _problem(invitation: Invitation | None) -> str:
    if invitation is None:
        return _("This link is not complete, or a newer invitation replaced it.")
    return invitations.problem(invitation, timezone.now())
