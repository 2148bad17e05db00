"""The start page, the checklist, and moving between accounts."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import checklist, onboarding
from accounts.forms.signing_up import AccountForm
from accounts.middleware import SESSION_KEY
from accounts.models import Account
from accounts.requests import AccountRequest, member


def home(request: HttpRequest) -> HttpResponse:
    """Greet strangers, show the checklist until it is done, then the incidents."""
    if not request.user.is_authenticated:
        return render(request, "accounts/welcome.html")
    return _checklist(request)  # type: ignore[arg-type]


@member()
def _checklist(request: AccountRequest) -> HttpResponse:
    if request.account.checklist_dismissed_at or not request.actor.may("configure"):
        return redirect("incidents")
    steps = checklist.progress(request.account, request.membership)
    done = sum(step.state == "done" for step in steps)
    if done == len(steps):
        return redirect("incidents")
    return render(request, "accounts/checklist.html", {"steps": steps, "done": done})


@require_POST
@member("configure")
def dismiss_checklist(request: AccountRequest) -> HttpResponse:
    """Put the checklist away for everybody in the account."""
    checklist.dismiss(request.account, actor=request.actor, at=timezone.now())
    return redirect("incidents")


@login_required
def create_account(request: HttpRequest) -> HttpResponse:
    """Let a signed-in user have an account, or another one."""
    form = AccountForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/account_create.html", {"form": form})
    with transaction.atomic():
        account = onboarding.create_account(
            name=form.cleaned_data["account_name"],
            owner=request.user,  # type: ignore[arg-type]
            time_zone=form.cleaned_data["time_zone"],
            country=form.cleaned_data["country"],
            at=timezone.now(),
        )
    request.session[SESSION_KEY] = account.pk
    messages.success(request, _("%s is ready.") % account.name)
    return redirect(_way_on(request))


def _way_on(request: HttpRequest) -> str:
    """Where the person was going before the account was asked for."""
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else "home"


@require_POST
@login_required
def switch_account(request: HttpRequest) -> HttpResponse:
    """Go on in another account of the user's, named by its subdomain."""
    mine: list[Account] = getattr(request, "my_accounts", [])
    account = get_object_or_404(
        Account, subdomain=request.POST.get("account", ""), pk__in=[a.pk for a in mine]
    )
    request.session[SESSION_KEY] = account.pk
    return redirect("home")
