"""The people of an account, their roles, and invitations."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import contact_methods, coverage, invitations, people, readiness
from accounts.forms.people import InvitationForm, RoleForm
from accounts.forms.profile import ContactMethodForm
from accounts.models import Membership
from accounts.models.people import Role
from accounts.onboarding import Refused
from accounts.requests import AccountRequest, member
from accounts.views.profile import method_rows


@member()
def index(request: AccountRequest) -> HttpResponse:
    """List the people with role and readiness, and who is invited."""
    now = timezone.now()
    is_gone = request.GET.get("show") == "deactivated"
    found = _found(request, request.GET.get("q", "").strip(), is_gone=is_gone)
    rows = [(person, readiness.summary(person, now)) for person in found]
    context = {
        "rows": rows,
        "is_gone": is_gone,
        "is_active": not is_gone,
        "q": request.GET.get("q", ""),
        "pending": _open_invitations(request) if request.actor.may("people") else [],
        "now": now,
        "may_manage": request.actor.may("people"),
    }
    return render(request, "accounts/people.html", context)


@member("people")
def invite(request: AccountRequest) -> HttpResponse:
    """Invite somebody by e-mail."""
    form = InvitationForm(
        request.POST or None, account=request.account, actor=request.actor
    )
    if form.is_valid():
        try:
            invitation = invitations.invite(
                request.account,
                actor=request.actor,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error("email", str(refusal))
        else:
            words = _("The invitation is on its way to %s.") % invitation.email
            messages.success(request, words)
            return redirect("people")
    return render(request, "accounts/invite.html", {"form": form})


@require_POST
@member("people")
def change_invitation(
    request: AccountRequest, public_id: str, verb: str
) -> HttpResponse:
    """Resend or revoke an invitation."""
    invitation = get_object_or_404(request.account.invitations, public_id=public_id)
    act, words = {
        "resend": (invitations.resend, _("Sent again to %s.")),
        "revoke": (
            invitations.revoke,
            _("The link sent to %s does not work any more."),
        ),
    }[verb]
    try:
        act(invitation, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words % invitation.email)
    return redirect("people")


@member()
def person(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show a person: how they are reached, their teams, what they cover."""
    return _person_page(request, _person(request, public_id))


@member("people")
def change_role(request: AccountRequest, public_id: str) -> HttpResponse:
    """Give a person another role."""
    membership = _person(request, public_id)
    form = RoleForm(request.POST, membership=membership, actor=request.actor)
    if request.method == "POST" and not form.is_valid():
        return _person_page(request, membership, role_form=form)
    if request.method == "POST":
        try:
            role = form.cleaned_data["role"]
            people.change_role(membership, role, actor=request.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error("role", str(refusal))
            return _person_page(request, membership, role_form=form)
        words = _("%(name)s is now %(role)s.")
        names = {"name": membership.name, "role": Role(role).label}
        messages.success(request, words % names)
    return redirect("person", public_id)


@member("people")
def deactivate(request: AccountRequest, public_id: str) -> HttpResponse:
    """Say what only this person covers, then deactivate."""
    membership = _person(request, public_id)
    if request.method != "POST":
        context = {"person": membership, "duties": coverage.duties(membership)}
        return render(request, "accounts/deactivate.html", context)
    try:
        people.deactivate(membership, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("%s cannot sign in to this account and is not paged any more.")
        messages.success(request, words % membership.name)
    return redirect("person", public_id)


@require_POST
@member("people")
def reactivate(request: AccountRequest, public_id: str) -> HttpResponse:
    """Let a person come back."""
    membership = _person(request, public_id)
    people.reactivate(membership, actor=request.actor, at=timezone.now())
    messages.success(request, _("%s is back.") % membership.name)
    return redirect("person", public_id)


@member("people")
def add_contact_method(request: AccountRequest, public_id: str) -> HttpResponse:
    """Add a contact method for somebody else; it is paged at once."""
    membership = _person(request, public_id)
    if request.method != "POST":
        return redirect("person", public_id)
    form = ContactMethodForm(request.POST, account=request.account)
    if form.is_valid():
        try:
            contact_methods.add(
                membership, actor=request.actor, at=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error("address", str(refusal))
        else:
            messages.success(request, _("Added. Pages may go there from now on."))
            return redirect("person", public_id)
    return _person_page(request, membership, contact_form=form)


@require_POST
@member("people")
def remove_contact_method(
    request: AccountRequest, public_id: str, method_id: str
) -> HttpResponse:
    """Remove a contact method of somebody else, with its rules."""
    method = get_object_or_404(
        _person(request, public_id).contact_methods, public_id=method_id
    )
    try:
        contact_methods.remove(method, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Removed, with its notification rules."))
    return redirect("person", public_id)


def _found(request: AccountRequest, text: str, *, is_gone: bool) -> list[Membership]:
    found = request.account.memberships.filter(deactivated_at__isnull=not is_gone)
    if text:
        found = found.filter(people.named(text))
    return list(
        found.select_related("user").prefetch_related(
            "contact_methods", "notification_rules", "teams"
        )
    )


def _open_invitations(request: AccountRequest) -> list[object]:
    """List those that nobody used, the expired among them, for sending again."""
    return list(
        request.account.invitations.filter(
            accepted_at=None, revoked_at=None
        ).select_related("invited_by__user")
    )


def _person(request: AccountRequest, public_id: str) -> Membership:
    found = request.account.memberships.select_related(
        "user", "account"
    ).prefetch_related("contact_methods", "notification_rules", "teams")
    return get_object_or_404(found, public_id=public_id)


def _person_page(
    request: AccountRequest,
    membership: Membership,
    *,
    role_form: RoleForm | None = None,
    contact_form: ContactMethodForm | None = None,
) -> HttpResponse:
    now, actor = timezone.now(), request.actor
    is_out_of_reach = membership.role == Role.OWNER and not actor.may("own")
    context = {
        "person": membership,
        "is_me": membership == request.membership,
        "readiness": readiness.summary(membership, now),
        "findings": readiness.findings(membership, now),
        "duties": coverage.duties(membership),
        "methods": method_rows(membership, now),
        "may_manage": actor.may("people"),
        "may_change_role": actor.may("people") and not is_out_of_reach,
        "role_form": role_form or RoleForm(membership=membership, actor=actor),
        "contact_form": contact_form or ContactMethodForm(account=request.account),
    }
    return render(request, "accounts/person.html", context)
