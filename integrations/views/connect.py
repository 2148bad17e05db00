"""The pages of the connect flow: who asks, what for, and the way back with a key."""

from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import tenancy
from accounts.middleware import SESSION_KEY
from accounts.models import Account
from accounts.requests import AccountRequest
from incidents import catalogue
from integrations import connect as flow
from integrations.forms.connect import ConnectForm
from oncall import errors

# As long as somebody who comes back may wonder whether it was done.
LATELY: Final = timedelta(hours=1)


@never_cache
@require_http_methods(["GET", "POST"])
def connect(request: AccountRequest) -> HttpResponse:
    """`/connect`: a partner asks for the key of one service."""
    return _flow(request, flow.CONNECT)


@never_cache
@require_http_methods(["GET", "POST"])
def install(request: AccountRequest) -> HttpResponse:
    """`/install/integration`: a partner asks for the keys of several services."""
    return _flow(request, flow.INSTALL)


def _flow(request: AccountRequest, dialect: flow.Dialect) -> HttpResponse:
    is_inside = getattr(request, "membership", None) is not None
    if is_inside and request.POST.get("verb") == "switch":
        return _switch(request)
    try:
        asked = _read(request, dialect, is_inside=is_inside)
    except flow.Unknown as refusal:
        return errors.page(request, 400, _explanation(request, refusal))
    if not is_inside:
        return _come_in(request, asked)
    if request.POST.get("verb") == "finish":
        return _finish(request, asked)
    return _page(request, asked, _form(request, asked))


def _read(
    request: HttpRequest, dialect: flow.Dialect, *, is_inside: bool
) -> flow.Request:
    """Read the link in the scope that there is; raises flow.Unknown."""
    with nullcontext() if is_inside else tenancy.all_accounts():
        found = _read_or_note(request, dialect)
    if isinstance(found, flow.Unknown):
        raise found
    return found


def _read_or_note(
    request: HttpRequest, dialect: flow.Dialect
) -> flow.Request | flow.Unknown:
    # The refusal is an answer, for an exception would undo the note of it.
    try:
        return flow.read(request.GET, dialect)
    except flow.Unknown as refusal:
        account = getattr(request, "account", None)
        flow.note_refusal(refusal, dialect, account, at=timezone.now())
        return refusal


def _come_in(request: HttpRequest, asked: flow.Request) -> HttpResponse:
    """Offer a stranger to sign in or up, and to come back here."""
    way_back = urlencode({"next": request.get_full_path()})
    if request.user.is_authenticated and asked.app.account_id:
        return errors.page(request, 400, _explanation(request, flow.Unknown("app")))
    if request.user.is_authenticated:
        return redirect(f"{reverse('account_create')}?{way_back}")
    context = {
        "asked": asked,
        "cancel_url": flow.cancelled(asked),
        "login_url": f"{reverse('account_login')}?{way_back}",
        # In an account of their own they would not find an app of another account.
        "signup_url": None
        if asked.app.account_id
        else f"{reverse('account_signup')}?{way_back}",
    }
    return render(request, "integrations/connect_sign_in.html", context)


def _switch(request: AccountRequest) -> HttpResponse:
    """Go on in another account of the user's, on this same page."""
    account = get_object_or_404(
        Account,
        subdomain=request.POST.get("account", ""),
        pk__in=[one.pk for one in _mine(request)],
    )
    request.session[SESSION_KEY] = account.pk
    named = _named_by_host(request)
    if not named:
        return redirect(request.get_full_path())
    # The host would name the account that is being left.
    there = request.get_host().replace(named, account.subdomain, 1)
    return redirect(f"{request.scheme}://{there}{request.get_full_path()}")


def _finish(request: AccountRequest, asked: flow.Request) -> HttpResponse:
    """Make the keys and go back to the partner, whose address was checked."""
    form = _form(request, asked)
    if not form.is_valid():
        return _page(request, asked, form, status=422)
    try:
        integrations = flow.finish(
            asked,
            form.choice,
            token=form.cleaned_data["token"],
            actor=request.actor,
            at=timezone.now(),
        )
    except catalogue.Refused as refusal:
        form.add_error("name", str(refusal))
        return _page(request, asked, form, status=422)
    except flow.TooLong:
        form.add_error(None, _("These are too many long names; connect fewer at once."))
        return _page(request, asked, form, status=422)
    return HttpResponseRedirect(flow.answer(asked, request.account, integrations))


def _form(request: AccountRequest, asked: flow.Request) -> ConnectForm:
    form = partial(
        ConnectForm,
        account=request.account,
        app=asked.app,
        takes_several=asked.dialect.takes_several,
    )
    if request.POST.get("verb") == "finish":
        return form(request.POST)
    if request.POST.get("verb") == "search":
        return form(initial=_typed(request))
    return form(initial={"token": flow.new_token()})


def _typed(request: AccountRequest) -> dict[str, Any]:
    """Keep what was chosen and typed so far, without judging it yet."""
    typed: dict[str, Any] = request.POST.dict()
    return typed | {"services": request.POST.getlist("services")}


def _page(
    request: AccountRequest, asked: flow.Request, form: ConnectForm, status: int = 200
) -> HttpResponse:
    may_finish = request.actor.may("configure")
    context = {
        "asked": asked,
        "form": form,
        "may_finish": may_finish,
        "just_made": flow.just_made(
            asked.app, request.membership, since=timezone.now() - LATELY
        ),
        "is_elsewhere": _named_by_host(request) not in ("", request.account.subdomain),
        "who_may": [] if may_finish else flow.who_may_finish(request.account),
        "cancel_url": flow.cancelled(asked),
        "other_accounts": [
            one for one in _mine(request) if one.pk != request.account.pk
        ],
    }
    return render(request, "integrations/connect.html", context, status=status)


def _mine(request: HttpRequest) -> list[Account]:
    """The accounts of the user, which the middleware has found."""
    return getattr(request, "my_accounts", [])


def _named_by_host(request: HttpRequest) -> str:
    """Return the subdomain that the request came to, if it names an account."""
    host = request.get_host()
    subdomain, mark, _port = host.partition(f".{settings.APP_DOMAIN}")
    return subdomain if mark else ""


def _explanation(request: HttpRequest, refusal: flow.Unknown) -> str:
    if refusal.why == "address":
        return _(
            "The link asks us to send you to an address that its maker has not"
            " registered with us, so we do not. Nothing was connected. Start again"
            " from the monitoring tool, or tell its maker the reference number."
        )
    if refusal.why == "disabled":
        return _(
            "The monitoring tool cannot be connected at the moment: its entry with us"
            " is switched off. Nothing was connected. What was connected before still"
            " works."
        )
    if len(_mine(request)) > 1:
        return _(
            "The link names a monitoring tool that the account %(account)s does not"
            " know. Nothing was connected. If another account of yours knows it, switch"
            " to that account and follow the link again."
        ) % {"account": getattr(request, "account", "")}
    return _(
        "The link names a monitoring tool that we do not know. Nothing was connected."
        " Start again from the tool, or tell its maker the reference number."
    )
