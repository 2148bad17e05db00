"""One verb for many incidents, with a report of what became of each."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.permissions import NotPermitted
from accounts.requests import AccountRequest, member
from incidents import states
from incidents.forms.verbs import VerbForm
from incidents.models import Incident
from incidents.views import acting
from incidents.views.listing import BULK, View
from incidents.views.verbs import VERBS, Verb

# More at once would hold too many locks for too long.
MOST = 200
NAMED = 10


@dataclass(slots=True)
class Report:
    """What became of each incident."""

    done: list[int] = field(default_factory=list)
    refused: dict[str, list[int]] = field(default_factory=dict)

    def refuse(self, why: str, number: int) -> None:
        """Note an incident that stays as it is."""
        self.refused.setdefault(why, []).append(number)


@require_POST
@member("respond")
def act_on_many(request: AccountRequest, verb: str) -> HttpResponse:
    """Ask what the verb needs to know, or do it to each; then return to the list."""
    if verb not in BULK:
        raise Http404
    chosen, incidents = VERBS[verb], _incidents(request)
    back = redirect(f"{reverse('incidents')}?{request.GET.urlencode()}".rstrip("?"))
    if not incidents:
        messages.warning(request, _("Select at least one incident first."))
        return back
    is_answered = "answered" in request.POST or not chosen.form.asks
    form = chosen.form(
        request.POST if is_answered else None,
        account=request.account,
        initial={"into": incidents[0].number},
    )
    if not form.is_valid():
        return _ask(request, chosen, form, incidents)
    _say(request, chosen, _act(request, chosen, form, incidents))
    return back


def _incidents(request: AccountRequest) -> list[Incident]:
    """Find the ticked incidents, or all that match the list's address."""
    if "matching" in request.POST:
        return list(View.of(request).matching.order_by("-id")[:MOST])
    numbers = {int(n[:18]) for n in request.POST.getlist("id") if n.isdecimal()}
    found = request.account.incidents.filter(number__in=sorted(numbers)[:MOST])
    return list(found.order_by("-id"))


def _act(
    request: AccountRequest, verb: Verb, form: VerbForm, incidents: list[Incident]
) -> Report:
    report, at = Report(), timezone.now()
    answers = form.arguments(at)
    for incident in incidents:
        if incident == answers.get("into"):
            continue
        if faster := acting.already(incident, verb.name, request):
            report.refuse(faster, incident.number)
            continue
        try:
            verb.act(incident, actor=request.actor, at=at, **answers)
        except (states.NotAllowed, NotPermitted) as refusal:
            report.refuse(str(refusal), incident.number)
        else:
            report.done.append(incident.number)
    return report


def _say(request: AccountRequest, verb: Verb, report: Report) -> None:
    if report.done:
        text = ngettext(
            "%(verb)s: done for %(count)d incident (%(numbers)s).",
            "%(verb)s: done for %(count)d incidents (%(numbers)s).",
            len(report.done),
        )
        facts = {"count": len(report.done), "numbers": _numbers(report.done)}
        messages.success(request, text % {"verb": verb.label, **facts})
    for why, numbers in report.refused.items():
        text = _("%(numbers)s: unchanged. %(why)s")
        facts = {"numbers": _numbers(numbers), "why": why}
        messages.warning(request, text % facts)


def _numbers(numbers: list[int]) -> str:
    named = ", ".join(f"#{number}" for number in numbers[:NAMED])
    return f"{named} …" if len(numbers) > NAMED else named


def _ask(
    request: AccountRequest, verb: Verb, form: VerbForm, incidents: list[Incident]
) -> HttpResponse:
    possible = [incident for incident in incidents if verb.may(incident)]
    parts = {
        "verb": verb,
        "form": form,
        "incidents": incidents,
        "possible": len(possible),
        "skipped": len(incidents) - len(possible),
        "address": request.GET.urlencode(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "incidents/bulk.html", parts, status=status)
