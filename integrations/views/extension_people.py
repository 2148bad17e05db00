"""Who is who in an extension's chat: found by address, or linked by hand."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import AccountRequest, member
from integrations.chat import linking
from integrations.extensions import schemas
from integrations.models import ChatUser, Extension, SlackWorkspace
from integrations.slack.people import linking as addresses
from integrations.views.extensions import find

# Beyond this nobody goes through a list by hand.
SHOWN = 200


@require_GET
@member("configure")
def extension_people(request: AccountRequest, public_id: str) -> HttpResponse:
    """Show who of the chat is which member, and who is not known yet."""
    found = find(request, public_id)
    place, workspace = _place(found), _workspace(found)
    met = request.account.chat_users.filter(place=place)
    linked = met.exclude(membership=None).select_related("membership__user")
    members = request.account.memberships.filter(deactivated_at=None)
    members = members.select_related("user").order_by("user__name", "pk")
    parts: dict[str, Any] = {
        "extension": found,
        "schema": schemas.of(found),
        "workspace": workspace,
        "is_matching": workspace is not None and addresses.is_matching(workspace),
        "linked": linked[:SHOWN],
        "unlinked": met.filter(membership=None)[:SHOWN],
        "members": members,
        "missing": members.exclude(pk__in=linked.values("membership"))[:SHOWN],
        "may_link": request.actor.may("people"),
    }
    return render(request, "integrations/extensions/people.html", parts)


@require_POST
@member("people")
def extension_match(request: AccountRequest, public_id: str) -> HttpResponse:
    """Look for the members in the chat by their addresses; a worker does that."""
    workspace = _workspace(find(request, public_id))
    if workspace is None:
        messages.error(request, _("The workspace is not connected any more."))
    elif not addresses.is_matching(workspace):
        addresses.match_all(workspace, at=timezone.now())
    return redirect("extension_people", public_id)


@require_POST
@member("people")
def extension_link(request: AccountRequest, public_id: str) -> HttpResponse:
    """Say which member somebody of the chat is."""
    user = _user(request, public_id)
    if user is None:
        return _gone(request, public_id)
    wanted = request.account.memberships.select_related("user").filter(
        public_id=request.POST.get("member", ""), deactivated_at=None
    )
    person = wanted.first()
    if person is None:
        messages.error(request, _("Choose a member of the account."))
        return redirect("extension_people", public_id)
    by, at = ChatUser.Linked.ADMIN, timezone.now()
    try:
        linking.link(user, person, by=by, actor=request.actor, at=at)
    except linking.Taken as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("%(user)s is linked to %(member)s.")
        messages.success(request, words % {"user": user, "member": person.name})
    return redirect("extension_people", public_id)


@require_POST
@member("people")
def extension_unlink(request: AccountRequest, public_id: str) -> HttpResponse:
    """Forget which member somebody of the chat is."""
    user = _user(request, public_id)
    if user is None:
        return _gone(request, public_id)
    linking.unlink(user, actor=request.actor, at=timezone.now())
    messages.success(request, _("%(user)s is not linked any more.") % {"user": user})
    return redirect("extension_people", public_id)


@require_POST
@member()
def chat_unlink(request: AccountRequest) -> HttpResponse:
    """Forget who one is oneself in a chat."""
    mine: QuerySet[ChatUser] = request.membership.chat_users.all()
    place = request.POST.get("place", "")[:100]
    user = get_object_or_404(mine, user_id=_named(request), place=place)
    linking.unlink(user, actor=request.actor, at=timezone.now())
    messages.success(request, _("%(user)s is not linked any more.") % {"user": user})
    return redirect("profile")


def _user(request: AccountRequest, public_id: str) -> ChatUser | None:
    """Find somebody of the extension's chat; raises Http404 for another chat."""
    met = request.account.chat_users.filter(place=_place(find(request, public_id)))
    found: ChatUser | None = met.filter(user_id=_named(request)).first()
    return found


def _gone(request: AccountRequest, public_id: str) -> HttpResponse:
    messages.error(request, _("Nobody is called that there any more."))
    return redirect("extension_people", public_id)


def _named(request: AccountRequest) -> str:
    """Read what the chat itself calls somebody."""
    return request.POST.get("user", "")[:100]


def _place(extension: Extension) -> str:
    """Say in which chat it is; raises Http404 where nobody can act."""
    place_of = schemas.of(extension).place
    if place_of is None or extension.room is None:
        raise Http404
    return place_of(extension.room)


def _workspace(extension: Extension) -> SlackWorkspace | None:
    room = extension.room
    found: SlackWorkspace | None = room.workspace if room is not None else None
    return found if found is not None and found.is_connected else None
