"""The page on which a person lets an app act for them in one account, or does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from oauthlib.oauth2 import FatalClientError, OAuth2Error
from oauthlib.oauth2.rfc6749 import errors as protocol

from accounts import tenancy
from accounts.middleware import SESSION_KEY
from accounts.models import Membership
from accounts.permissions import Actor
from integrations import app_calls, redirects
from integrations.models import App
from integrations.oauth import delegations, id_tokens, memberships, scopes, sign_ins
from integrations.oauth.forms import ConsentForm
from integrations.oauth.server import Core
from oncall import errors

# Whoever made the link must not answer for us.
ANSWERS = ("code", "state", "error", "error_description", "error_uri", "iss")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an app asks for, once all of it is known to be right."""

    app: App
    scopes: list[str]
    address: str
    # As oauthlib wants it back.
    credentials: dict[str, Any]


@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """`/oauth/authorize`: a person agrees, or does not, and goes back to the app."""
    if any("\0" in value for value in request.GET.values()):
        return errors.page(request, 400, _("The link that led you here is damaged."))
    with tenancy.all_accounts():
        try:
            return _go_on(request, _read(request))
        except FatalClientError as refusal:
            return errors.page(request, 400, _explanation(refusal))
        except OAuth2Error as refusal:
            # Raised only once it is known that the address is the app's.
            return _back(refusal.redirect_uri, **dict(refusal.twotuples))


def _read(request: HttpRequest) -> Asked:
    """Read an app's link; raises FatalClientError, with no way back, or OAuth2Error."""
    found, credentials = Core().read_authorization(request)
    return Asked(
        app=App.objects.select_related("account").get(
            client_id=credentials["client_id"]
        ),
        scopes=list(found),
        address=credentials["redirect_uri"],
        credentials=credentials,
    )


def _go_on(request: HttpRequest, asked: Asked) -> HttpResponse:
    if "none" in request.GET.get("prompt", "").split():
        # Nobody is let in without a click, and that needs a page.
        what = "consent" if request.user.is_authenticated else "login"
        return _refuse(asked, f"{what}_required", "A person has to look at this.")
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    mine = memberships.of(request.user, asked.app)
    if not mine:
        return _nowhere(request, asked)
    form = _form(request, mine)
    if request.method != "POST":
        return _page(request, asked, form, mine)
    if request.POST.get("decision") != "allow":
        return _deny(asked)
    if not form.is_valid():
        return _page(request, asked, form, mine, status=422)
    return _allow(request, asked, form.member)


def _form(request: HttpRequest, mine: Sequence[Membership]) -> ConsentForm:
    if request.method == "POST":
        return ConsentForm(request.POST, mine=mine)
    current = request.session.get(SESSION_KEY)
    first = next((one for one in mine if one.account_id == current), mine[0])
    return ConsentForm(mine=mine, initial={"account": first.account.subdomain})


def _allow(request: HttpRequest, asked: Asked, member: Membership) -> HttpResponse:
    """Give the app a code; from here on only the chosen account is open."""
    tenancy.enter(member.account)
    at = timezone.now()
    actor = Actor("web", member)
    credentials = asked.credentials | {
        "user": member.user,
        "session_claims": sign_ins.described(request),
        "delegation": delegations.give(
            asked.app, member, asked.scopes, actor=actor, at=at
        ),
    }
    address = Core().answer_authorization(request, asked.scopes, credentials)
    app_calls.record(
        asked.app,
        account=member.account,
        at=at,
        call="authorize",
        status=302,
        detail="",
    )
    return HttpResponseRedirect(_signed(address))


def _deny(asked: Asked) -> HttpResponse:
    return _refuse(asked, "access_denied", "The person did not agree.")


def _refuse(asked: Asked, error: str, description: str) -> HttpResponse:
    given = {"error": error, "error_description": description}
    if asked.credentials.get("state"):
        given["state"] = asked.credentials["state"]
    return _back(asked.address, **given)


def _back(address: str, **answer: str) -> HttpResponse:
    return HttpResponseRedirect(
        _signed(redirects.extend(address, answer, instead_of=ANSWERS))
    )


def _signed(address: str) -> str:
    """Say who answers, so that an app with several providers cannot mix them up."""
    return redirects.extend(address, {"iss": id_tokens.issuer()}, instead_of=["iss"])


def _nowhere(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Tell a person without a fitting account why, or let them make one."""
    if asked.app.account is not None:
        return errors.page(
            request,
            403,
            _(
                "The app %(app)s is private: only members of the account that made it"
                " can use it. Ask an admin of that account to invite you."
            )
            % {"app": asked.app},
        )
    way_back = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('account_create')}?{way_back}")


def _page(
    request: HttpRequest,
    asked: Asked,
    form: ConsentForm,
    mine: Sequence[Membership],
    status: int = 200,
) -> HttpResponse:
    context = {
        "asked": asked,
        "form": form,
        "mine": mine,
        "sees": scopes.in_words(n for n in asked.scopes if not scopes.writes(n)),
        "changes": scopes.in_words(n for n in asked.scopes if scopes.writes(n)),
        "for_itself": ", ".join(
            one.account.name
            for one in mine
            if delegations.is_for_the_account(asked.app, one)
        ),
        "host": urlsplit(asked.address).netloc,
    }
    return render(request, "integrations/oauth/consent.html", context, status=status)


def _explanation(refusal: FatalClientError) -> str:
    if isinstance(refusal, protocol.InvalidClientIdError):
        return _(
            "The link names an app that we do not know, or that was disabled. Nothing"
            " was allowed. Start again from the app, or tell its maker the reference"
            " number."
        )
    if isinstance(
        refusal,
        protocol.MismatchingRedirectURIError
        | protocol.InvalidRedirectURIError
        | protocol.MissingRedirectURIError,
    ):
        return _(
            "The link asks us to send you to an address that the app's maker has not"
            " registered with us, so we do not. Nothing was allowed. Tell the maker the"
            " reference number."
        )
    return _(
        "The link that led you here is incomplete or says something twice. Nothing was"
        " allowed. Start again from the app."
    )
