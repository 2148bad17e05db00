"""Addresses of schedules, escalation policies, and who is on call now."""

from django.urls import URLPattern, URLResolver, path

from oncall.views import (
    feeds,
    on_call,
    overrides,
    policies,
    schedule_editor,
    schedules,
    tags,
    versions,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("on-call/", on_call.on_call, name="on_call"),
    path("on-call/mine/", on_call.mine, name="my_shifts"),
    path("calendar-feeds/new/", feeds.create, name="calendar_feed_create"),
    path(
        "calendar-feeds/<slug:public_id>/revoke/",
        feeds.revoke,
        name="calendar_feed_revoke",
    ),
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
    *(
        path(
            f"{kind}/<slug:public_id>/tags/",
            tags.edit,
            {"kind": kind},
            name=f"{page}_tags",
        )
        for kind, (_rows, page) in tags.KINDS.items()
    ),
    path("schedules/", schedules.index, name="schedules"),
    path("schedules/new/", schedule_editor.create, name="schedule_create"),
    path("schedules/preview/", schedule_editor.preview, name="schedule_preview"),
    path("schedules/<slug:public_id>/", schedules.schedule, name="schedule"),
    path(
        "schedules/<slug:public_id>/edit/", schedule_editor.edit, name="schedule_edit"
    ),
    path(
        "schedules/<slug:public_id>/edit/preview/",
        schedule_editor.preview_change,
        name="schedule_edit_preview",
    ),
    path(
        "schedules/<slug:public_id>/restore/", versions.restore, name="schedule_restore"
    ),
    path(
        "schedules/<slug:public_id>/delete/", schedules.delete, name="schedule_delete"
    ),
    path(
        "schedules/<slug:public_id>/overrides/new/",
        overrides.create,
        name="override_create",
    ),
    path(
        "schedules/<slug:public_id>/overrides/new/preview/",
        overrides.preview,
        name="override_preview",
    ),
    path(
        "schedules/<slug:public_id>/overrides/<slug:override_id>/remove/",
        overrides.remove,
        name="override_remove",
    ),
]
