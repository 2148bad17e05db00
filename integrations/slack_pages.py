"""Addresses of the pages about Slack that belong to people and schedules."""

from django.urls import URLPattern, path, re_path

from integrations.views import incident_channels, mirrors, slack_paging

urlpatterns: list[URLPattern] = [
    path("me/slack/", slack_paging.page_me, name="slack_page_me"),
    path(
        "incidents/<int:number>/channel/",
        incident_channels.channel_create,
        name="incident_channel",
    ),
    path(
        "settings/extensions/<slug:public_id>/channels/",
        incident_channels.channel_option,
        name="channel_option",
    ),
    path("settings/slack/on-call/", mirrors.mirror_list, name="mirrors"),
    path("settings/slack/on-call/new/", mirrors.mirror_create, name="mirror_create"),
    re_path(
        r"^settings/slack/on-call/(?P<public_id>P\w+)/(?P<verb>pause|resume|check)/$",
        mirrors.mirror_act,
        name="mirror_act",
    ),
    path(
        "settings/slack/on-call/<slug:public_id>/remove/",
        mirrors.mirror_remove,
        name="mirror_remove",
    ),
]
