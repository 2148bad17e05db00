"""Contact methods of a user: where pages reach them."""

from typing import Any

import phonenumbers
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts import channels, contact_methods
from accounts.models import Account, ContactMethod, Membership
from integrations.api import errors, references, times
from integrations.api.requests import ApiRequest
from integrations.api.views import ResourceView
from integrations.push import browsers

KINDS = {name: kind for kind, name in references.CONTACT_TYPES.items()}
USUAL_LABEL = "Default"


class ContactMethodBody(serializers.Serializer[Any]):
    """What a caller says of a contact method."""

    type = serializers.ChoiceField(list(KINDS))
    label = serializers.CharField(  # type: ignore[assignment]
        max_length=50, required=False, allow_blank=True
    )
    address = serializers.CharField(max_length=254)
    country_code = serializers.IntegerField(
        min_value=1, max_value=1999, required=False, allow_null=True
    )


def represent(request: ApiRequest, method: ContactMethod) -> dict[str, Any]:
    """Show a contact method; its whole address only to its owner and to admins."""
    may_see = request.actor.user == method.membership or request.actor.may("people")
    shown = {
        **references.identity(request, method),
        "label": method.label or USUAL_LABEL,
        "address": method.address if may_see else method.masked,
    }
    match method.kind:
        case "email":
            return {**shown, "send_short_email": False}
        case "push":
            return {**shown, **_push(request, method)}
        case "slack":
            return {**shown, **_standing(method)}
    return {**shown, **_phone(method, may_see=may_see)}


class ContactMethodView(ResourceView):
    """What the views of contact methods have in common."""

    def member(self, user_id: str) -> Membership:
        """Find the user of the address; raises Http404."""
        members = self.account.memberships.filter(deactivated_at=None)
        return self.find(members.select_related("user"), user_id)

    def methods(self, user_id: str) -> QuerySet[ContactMethod]:
        """Return the contact methods of the user; raises Http404."""
        return self.member(user_id).contact_methods.select_related("membership__user")

    def one(self, method: ContactMethod, status: int = 200) -> Response:
        """Answer with one contact method."""
        found = represent(self.request, method)
        return Response({"contact_method": found}, status=status)


class ContactMethods(ContactMethodView):
    """`/users/{id}/contact_methods`."""

    def get(self, request: ApiRequest, user_id: str) -> Response:
        """List the contact methods of a user."""
        return self.page("contact_methods", self.methods(user_id), represent)

    def post(self, request: ApiRequest, user_id: str) -> Response:
        """Add one; the person's own is paged once they confirm it by its code."""
        member = self.member(user_id)
        sent = self.read(ContactMethodBody, "contact_method")
        kind, address = KINDS[sent["type"]], _address(sent)
        _refuse_double(self.account, member.contact_methods.all(), kind, address)
        method = contact_methods.add(
            member,
            kind=kind,
            address=address,
            label=sent.get("label", ""),
            actor=self.actor,
            at=self.at,
        )
        if not method.may_be_paged:
            contact_methods.send_code(method, at=self.at)
        return self.one(method, status=201)


class OneContactMethod(ContactMethodView):
    """`/users/{id}/contact_methods/{id}`."""

    def get(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Show a contact method."""
        return self.one(self.find(self.methods(user_id), public_id))

    def put(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Change the label or the address."""
        method = self.find(self.methods(user_id), public_id)
        sent = self.read(ContactMethodBody, "contact_method", partial=True)
        if KINDS.get(sent.get("type", ""), method.kind) != method.kind:
            raise errors.invalid("Type cannot be changed; add another contact method.")
        address = None
        is_same = sent.get("address") == method.address
        if ("address" in sent and not is_same) or sent.get("country_code"):
            address = _address({**_parts(method), **sent})
            others = self.methods(user_id).exclude(pk=method.pk)
            _refuse_double(self.account, others, method.kind, address)
        method = contact_methods.change(
            method,
            actor=self.actor,
            at=self.at,
            label=sent.get("label"),
            address=address,
        )
        if not method.may_be_paged:
            contact_methods.send_code(method, at=self.at)
        return self.one(method)

    def delete(self, request: ApiRequest, user_id: str, public_id: str) -> Response:
        """Remove it with its rules."""
        method = self.find(self.methods(user_id), public_id)
        contact_methods.remove(method, actor=self.actor, at=self.at)
        return Response(status=204)


def _address(sent: dict[str, Any]) -> str:
    """Put the number together, which callers send in two parts."""
    text = str(sent["address"]).strip()
    is_phone = channels.get(KINDS[sent["type"]]).is_phone
    if not is_phone or text.startswith("+"):
        return text
    if not sent.get("country_code"):
        raise errors.invalid("Country code is required.")
    return f"+{sent['country_code']}{text}"


def _refuse_double(
    account: Account, methods: QuerySet[ContactMethod], kind: str, address: str
) -> None:
    """Raise ApiError in the words by which a client knows to look for its double."""
    clean = contact_methods.clean_address(account, kind, address)
    if methods.filter(kind=kind, address=clean).exists():
        raise errors.invalid("User Contact method must be unique")


def _phone(method: ContactMethod, *, may_see: bool) -> dict[str, Any]:
    parts = _parts(method)
    return {
        "country_code": parts["country_code"],
        "address": parts["address"] if may_see else method.masked,
        **_standing(method),
    }


def _push(request: ApiRequest, method: ContactMethod) -> dict[str, Any]:
    return {
        "device_type": browsers.device_type(method.address),
        "sounds": [],
        "created_at": times.spelled(request, method.created_at),
        **_standing(method),
    }


def _standing(method: ContactMethod) -> dict[str, Any]:
    return {
        "enabled": method.may_be_paged,
        "blacklisted": method.disabled_at is not None,
    }


def _parts(method: ContactMethod) -> dict[str, Any]:
    """Take a contact method apart as callers send it."""
    kind = references.CONTACT_TYPES.get(method.kind, method.kind)
    if not channels.get(method.kind).is_phone:
        return {"type": kind, "address": method.address}
    number = phonenumbers.parse(method.address)
    return {
        "type": kind,
        "country_code": number.country_code,
        "address": phonenumbers.national_significant_number(number),
    }
