"""One's own page: how one is reached, and by which rules."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import (
    audit,
    companions,
    contact_methods,
    coverage,
    handoff_rules,
    notification_rules,
    readiness,
)
from accounts.forms.profile import (
    CodeForm,
    ContactMethodForm,
    HandOffRuleForm,
    LabelForm,
    PreferencesForm,
    RuleForm,
)
from accounts.forms.settings import ApiKeyForm
from accounts.models import ContactMethod, Membership
from accounts.models.contact import Urgency
from accounts.onboarding import Refused
from accounts.requests import AccountRequest, member

# For so long the result of a test stands beside its button, and is asked for again.
TEST_IS_SHOWN = timedelta(minutes=15)
TEST_IS_WATCHED = timedelta(minutes=1)


@dataclass
class MethodRow:
    """A contact method as lists show it."""

    method: ContactMethod
    label: str
    is_waiting_for_code: bool
    test: Any
    is_watched: bool
    code_form: CodeForm | None = None

    @property
    def took(self) -> timedelta:
        """Answer how long the last test was on its way."""
        return self.test.delivered_at - self.test.created_at  # type: ignore[no-any-return]


@dataclass
class UrgencyPlan:
    """The rules of one urgency as sentences, with the form for another."""

    urgency: str
    label: str
    steps: Any
    unheard: list[Any]
    form: RuleForm


def method_rows(membership: Membership, now: datetime) -> list[MethodRow]:
    """Describe the contact methods of a member, each with its last test."""
    methods = membership.contact_methods.prefetch_related("verifications")
    tests = {
        test.contact_method_id: test
        for test in membership.account.notifications.filter(
            purpose="test",
            contact_method__membership=membership,
            created_at__gt=now - TEST_IS_SHOWN,
        ).order_by("id")
    }
    return [_row(method, tests.get(method.pk), now) for method in methods]


@member()
def profile(request: AccountRequest) -> HttpResponse:
    """Show everything about how one is reached."""
    return _page(request)


@member()
def save_preferences(request: AccountRequest) -> HttpResponse:
    """Keep name, job title and time zone."""
    form = PreferencesForm(request.POST or None)
    if request.method == "POST" and not form.is_valid():
        return _page(request, preferences_form=form)
    if request.method == "POST":
        me = request.membership
        me.user.name = form.cleaned_data["name"]
        me.user.save(update_fields=["name"])
        me.job_title = form.cleaned_data["job_title"]
        me.time_zone = form.cleaned_data["time_zone"]
        me.given_name = ""
        me.save(update_fields=["job_title", "time_zone", "given_name"])
        audit.record(request.actor, "changed preferences", me, at=timezone.now())
        messages.success(request, _("Your preferences are saved."))
    return redirect("profile")


@member()
def add_contact_method(request: AccountRequest) -> HttpResponse:
    """Add an own contact method and send its code."""
    if request.method != "POST":
        return redirect("profile")
    form, now = ContactMethodForm(request.POST, account=request.account), timezone.now()
    if form.is_valid():
        try:
            method = contact_methods.add(
                request.membership, actor=request.actor, at=now, **form.cleaned_data
            )
            if method.verified_at is None:
                contact_methods.send_code(method, at=now)
        except Refused as refusal:
            form.add_error("address", str(refusal))
        else:
            messages.success(request, _added(method))
            return redirect("profile")
    return _page(request, contact_form=form)


@require_POST
@member()
def send_code(request: AccountRequest, public_id: str) -> HttpResponse:
    """Send a fresh code."""
    method = _mine(request, public_id)
    words = _("A code is on its way to %s.") % method.address
    return _try(
        request, lambda: contact_methods.send_code(method, at=timezone.now()), words
    )


@member()
def confirm(request: AccountRequest, public_id: str) -> HttpResponse:
    """Take the code."""
    method = _mine(request, public_id)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            contact_methods.confirm(
                method, code, actor=request.actor, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, _("%s is confirmed.") % method.address)
            return redirect("profile")
    if request.method == "POST":
        return _page(request, code_form=form, code_method=method)
    return redirect("profile")


@member()
def test(request: AccountRequest, public_id: str) -> HttpResponse:
    """Send a test message; a GET answers with what became of the last one."""
    method = _mine(request, public_id)
    if request.method == "POST":
        return _try(
            request,
            lambda: contact_methods.test(method, at=timezone.now()),
            _("A test is on its way to %s.") % method.address,
        )
    now = timezone.now()
    rows = {row.method.pk: row for row in method_rows(request.membership, now)}
    return render(request, "accounts/_test_result.html", {"row": rows[method.pk]})


@require_POST
@member()
def rename_contact_method(request: AccountRequest, public_id: str) -> HttpResponse:
    """Give it a label of the person's own."""
    method, form = _mine(request, public_id), LabelForm(request.POST)
    if form.is_valid():
        label = form.cleaned_data["label"]
        contact_methods.change(
            method, label=label, actor=request.actor, at=timezone.now()
        )
    else:
        messages.error(request, " ".join(map(str, form.errors["label"])))
    return _to("contact-methods")


@member()
def remove_contact_method(request: AccountRequest, public_id: str) -> HttpResponse:
    """Say which rules go with it, then remove a contact method."""
    method = _mine(request, public_id)
    if request.method != "POST":
        others = request.membership.contact_methods.exclude(pk=method.pk)
        context = {
            "method": method,
            "label": notification_rules.label(method.kind),
            "rules": method.notification_rules.all(),
            "is_last": not any(other.may_be_paged for other in others),
            "refusal": _refusal(method),
        }
        return render(request, "accounts/contact_method_remove.html", context)
    return _try(
        request,
        lambda: contact_methods.remove(method, actor=request.actor, at=timezone.now()),
        _("%s is removed.") % method.address,
    )


@member()
def add_rule(request: AccountRequest) -> HttpResponse:
    """Add a notification rule."""
    if request.method != "POST":
        return redirect("profile")
    form = RuleForm(request.POST, membership=request.membership)
    if form.is_valid():
        try:
            notification_rules.add(
                form.cleaned_data["contact_method"],
                urgency=form.cleaned_data["urgency"],
                delay_minutes=form.cleaned_data["delay_minutes"],
                actor=request.actor,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _to("rules")
    return _page(request, rule_form=form)


@require_POST
@member()
def remove_rule(request: AccountRequest, public_id: str) -> HttpResponse:
    """Remove a notification rule."""
    rule = get_object_or_404(request.membership.notification_rules, public_id=public_id)
    try:
        notification_rules.remove(rule, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _to("rules")


@require_POST
@member()
def apply_preset(request: AccountRequest, urgency: str, name: str) -> HttpResponse:
    """Replace the rules of an urgency by a preset's."""
    preset = next(p for p in notification_rules.PRESETS if p.name == name)
    return _try(
        request,
        lambda: notification_rules.apply(
            preset,
            request.membership,
            urgency=urgency,
            actor=request.actor,
            at=timezone.now(),
        ),
        _("Your rules are replaced."),
    )


@member()
def add_handoff_rule(request: AccountRequest) -> HttpResponse:
    """Add a hand-off rule."""
    if request.method != "POST":
        return redirect("profile")
    form = HandOffRuleForm(
        request.POST, membership=request.membership, auto_id="id_handoff_%s"
    )
    if form.is_valid():
        try:
            handoff_rules.add(
                form.cleaned_data["contact_method"],
                when=form.cleaned_data["when"],
                minutes_ahead=form.cleaned_data["hours_ahead"] * 60,
                actor=request.actor,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _to("hand-offs")
    return _page(request, handoff_form=form)


@require_POST
@member()
def remove_handoff_rule(request: AccountRequest, public_id: str) -> HttpResponse:
    """Remove a hand-off rule."""
    rule = get_object_or_404(request.membership.handoff_rules, public_id=public_id)
    handoff_rules.remove(rule, actor=request.actor, at=timezone.now())
    return _to("hand-offs")


def _row(method: ContactMethod, sent: Any, now: datetime) -> MethodRow:
    is_final = sent is None or sent.status not in {"planned", "sent"}
    return MethodRow(
        method,
        notification_rules.label(method.kind),
        contact_methods.is_waiting_for_code(method, now),
        sent,
        not is_final and now - sent.created_at < TEST_IS_WATCHED,
    )


def _mine(request: AccountRequest, public_id: str) -> ContactMethod:
    return get_object_or_404(request.membership.contact_methods, public_id=public_id)


def _refusal(method: ContactMethod) -> str:
    """Say in words why it cannot be removed now, or nothing."""
    try:
        companions.keep_another(method)
    except Refused as refusal:
        return str(refusal)
    return ""


def _to(part: str) -> HttpResponse:
    """Go back to the list, which shows by itself what has changed."""
    answer = redirect("profile")
    answer["Location"] += f"#{part}"
    return answer


def _try(request: AccountRequest, act: Callable[[], None], words: str) -> HttpResponse:
    """Do it and say so on top of the page, or say why not."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words)
    return redirect("profile")


def _added(method: ContactMethod) -> str:
    if method.verified_at is not None:
        return _("%s is added; you have confirmed it before.") % method.address
    return _("%s is added. Enter the code that we sent there.") % method.address


def _page(
    request: AccountRequest,
    *,
    code_form: CodeForm | None = None,
    code_method: ContactMethod | None = None,
    rule_form: RuleForm | None = None,
    **forms: Any,
) -> HttpResponse:
    """Draw the page; forms that were filled in wrongly keep what was typed."""
    me, now = request.membership, timezone.now()
    rows = method_rows(me, now)
    for row in rows:
        if row.method == code_method:
            row.code_form, row.is_waiting_for_code = code_form, True
        elif row.is_waiting_for_code:
            row.code_form = CodeForm(auto_id=f"id_{row.method.public_id}_%s")
    context = {
        "methods": rows,
        "plans": _plans(me, rule_form),
        "presets": notification_rules.PRESETS,
        "readiness": readiness.summary(me, now),
        "findings": readiness.findings(me, now),
        "handoff_rules": [
            (rule, handoff_rules.words(rule))
            for rule in me.handoff_rules.select_related("contact_method")
        ],
        "handoff_form": HandOffRuleForm(membership=me, auto_id="id_handoff_%s"),
        "contact_form": ContactMethodForm(account=request.account),
        "preferences_form": PreferencesForm(initial=_preferences(me)),
        "key_form": ApiKeyForm(),
        "api_keys": me.api_keys.filter(revoked_at=None),
    }
    return render(request, "accounts/profile.html", context | forms)


def _plans(me: Membership, bound: RuleForm | None) -> list[UrgencyPlan]:
    first_level = coverage.shortest_level(me)
    by_urgency: dict[str, list[Any]] = {urgency: [] for urgency in Urgency.values}
    for rule in me.notification_rules.select_related("contact_method"):
        by_urgency[rule.urgency].append(rule)
    return [
        UrgencyPlan(
            urgency,
            str(Urgency(urgency).label),
            notification_rules.steps(rules),
            notification_rules.unheard(rules, first_level),
            _rule_form(me, urgency, bound),
        )
        for urgency, rules in by_urgency.items()
    ]


def _rule_form(me: Membership, urgency: str, bound: RuleForm | None) -> RuleForm:
    if bound is not None and bound.data.get("urgency") == urgency:
        return bound
    return RuleForm(
        membership=me, initial={"urgency": urgency}, auto_id=f"id_{urgency}_%s"
    )


def _preferences(me: Membership) -> dict[str, str]:
    return {"name": me.name, "job_title": me.job_title, "time_zone": me.time_zone}
