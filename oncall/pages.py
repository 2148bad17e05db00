"""Addresses of schedules, escalation policies, and who is on call now."""

from django.urls import URLPattern, URLResolver, path

from oncall.views import on_call, overrides, policies, schedules

urlpatterns: list[URLPattern | URLResolver] = [
    path("on-call/", on_call.on_call, name="on_call"),
    path("escalation-policies/", policies.index, name="escalation_policies"),
    path("escalation-policies/new/", policies.create, name="escalation_policy_create"),
    path(
        "escalation-policies/<slug:public_id>/",
        policies.policy,
        name="escalation_policy",
    ),
    path(
        "escalation-policies/<slug:public_id>/edit/",
        policies.edit,
        name="escalation_policy_edit",
    ),
    path(
        "escalation-policies/<slug:public_id>/delete/",
        policies.delete,
        name="escalation_policy_delete",
    ),
    path("schedules/", schedules.index, name="schedules"),
    path("schedules/new/", schedules.create, name="schedule_create"),
    path("schedules/<slug:public_id>/", schedules.schedule, name="schedule"),
    path("schedules/<slug:public_id>/edit/", schedules.edit, name="schedule_edit"),
    path(
        "schedules/<slug:public_id>/delete/", schedules.delete, name="schedule_delete"
    ),
    path(
        "schedules/<slug:public_id>/overrides/new/",
        overrides.create,
        name="override_create",
    ),
    path(
        "schedules/<slug:public_id>/overrides/<slug:override_id>/remove/",
        overrides.remove,
        name="override_remove",
    ),
]
