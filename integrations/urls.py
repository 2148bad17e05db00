"""Addresses of this app."""

from django.urls import URLPattern, URLResolver, path, re_path

from accounts.ids import PATTERN
from integrations import change_events, events, opsgenie, slack_pages, tool_events
from integrations.api.documentation import views as documentation
from integrations.gateway import callbacks as gateway
from integrations.mail import tracking
from integrations.mattermost import doors as mattermost
from integrations.oauth import consent, discovery, endpoints
from integrations.slack.answering import doors
from integrations.telegram import doors as telegram
from integrations.twilio import callbacks
from integrations.views import (
    beats,
    calendars,
    connect,
    connected,
    extension_people,
    extension_reconnecting,
    extension_setup,
    extensions,
    health,
    landing,
    mapping,
    outbox,
    partners,
    push,
    responder,
    slack_install,
    slack_linking,
    webhook_deliveries,
    webhook_editing,
    webhooks,
)

urlpatterns: list[URLPattern | URLResolver] = [
    # The busiest door first; each with and without a slash, since we never redirect.
    path("v2/enqueue", events.enqueue),
    path("v2/enqueue/", events.enqueue),
    path("generic/2010-04-15/create_event.json", events.create_event),
    path("generic/2010-04-15/create_event.json/", events.create_event),
    re_path(r"^integration/(?P<key>[^/]+)/enqueue/?$", tool_events.enqueue),
    re_path(r"^v2/change/enqueue/?$", change_events.enqueue),
    re_path(r"^v2/alerts/?$", opsgenie.create),
    re_path(r"^v2/alerts/(?P<alias>.+)/(?P<verb>acknowledge|close)/?$", opsgenie.act),
    re_path(r"^heartbeat/(?P<token>[^/]+)/?$", beats.beat, name="beat"),
    re_path(r"^heartbeat/(?P<token>[^/]+)/fail/?$", beats.fail, name="beat_fail"),
    re_path(r"^api/docs/?$", documentation.docs, name="api_docs"),
    re_path(r"^api/openapi\.json/?$", documentation.schema, name="api_schema"),
    re_path(r"^healthz/?$", health.healthz, name="healthz"),
    re_path(r"^readyz/?$", health.readyz, name="readyz"),
    # Short, for it goes into text messages.
    re_path(r"^r/(?P<token>[^/]+)/?$", responder.responder, name="responder"),
    # Partners know these two addresses.
    re_path(r"^connect/?$", connect.connect, name="connect"),
    re_path(r"^install/integration/?$", connect.install, name="install"),
    # Apps' libraries take these from the metadata, or know them already.
    re_path(r"^oauth/authorize/?$", consent.authorize, name="oauth_authorize"),
    re_path(r"^oauth/token/?$", endpoints.token, name="oauth_token"),
    re_path(r"^oauth/revoke/?$", endpoints.revoke, name="oauth_revoke"),
    re_path(r"^oauth/introspect/?$", endpoints.introspect, name="oauth_introspect"),
    re_path(r"^oauth/userinfo/?$", endpoints.userinfo, name="oauth_userinfo"),
    path(
        ".well-known/openid-configuration",
        discovery.configuration,
        name="oauth_configuration",
    ),
    path(
        "global/oauth/anonymous/.well-known/openid-configuration",
        discovery.configuration,
    ),
    path("global/oauth/anonymous/jwks", discovery.jwks, name="oauth_jwks"),
    path("integrations/apps/", connected.connected_apps, name="connected_apps"),
    path(
        "integrations/apps/<slug:app_id>/",
        connected.connected_app,
        name="connected_app",
    ),
    path(
        "integrations/apps/<slug:app_id>/end/",
        connected.end_access,
        name="end_access",
    ),
    path(
        "integrations/apps/<slug:public_id>/disconnect/",
        connected.disconnect,
        name="disconnect",
    ),
    path("grants/<slug:public_id>/revoke/", connected.revoke, name="grant_revoke"),
    path(
        "integrations/<slug:public_id>/mapping/",
        mapping.mapping,
        name="integration_mapping",
    ),
    *slack_pages.urlpatterns,
    path("settings/apps/", partners.apps, name="apps"),
    path("settings/apps/new/", partners.app_create, name="app_create"),
    path("settings/apps/<slug:public_id>/", partners.app, name="app"),
    path("settings/apps/<slug:public_id>/edit/", partners.app_edit, name="app_edit"),
    path(
        "settings/apps/<slug:public_id>/secrets/",
        partners.app_secret_add,
        name="app_secret_add",
    ),
    path(
        "settings/apps/<slug:public_id>/secrets/<slug:secret_id>/revoke/",
        partners.app_secret_revoke,
        name="app_secret_revoke",
    ),
    path("settings/apps/<slug:public_id>/calls/", partners.app_calls, name="app_calls"),
    path(
        "settings/apps/<slug:public_id>/tokens/end/",
        partners.app_end_access,
        name="app_end_access",
    ),
    path(
        "settings/apps/<slug:public_id>/delete/",
        partners.app_delete,
        name="app_delete",
    ),
    re_path(
        r"^settings/apps/(?P<public_id>P\w+)/(?P<verb>disable|enable)/$",
        partners.app_switch,
        name="app_switch",
    ),
    re_path(
        r"^slack/oauth/callback/?$", slack_install.slack_callback, name="slack_callback"
    ),
    path("settings/slack/", slack_install.slack_workspaces, name="slack_workspaces"),
    path("settings/slack/connect/", slack_install.slack_connect, name="slack_connect"),
    path(
        "settings/slack/<slug:public_id>/disconnect/",
        slack_install.slack_disconnect,
        name="slack_disconnect",
    ),
    path("settings/extensions/", extensions.extensions, name="extensions"),
    path(
        "settings/extensions/new/",
        extension_setup.extension_kinds,
        name="extension_kinds",
    ),
    re_path(
        r"^settings/extensions/new/(?P<kind>[a-z_]+)/$",
        extension_setup.extension_create,
        name="extension_create",
    ),
    path(
        "settings/extensions/reconnect/<slug:public_id>/",
        extension_reconnecting.extension_reconnect,
        name="extension_reconnect",
    ),
    path(
        "settings/extensions/<slug:public_id>/", extensions.extension, name="extension"
    ),
    path(
        "settings/extensions/<slug:public_id>/edit/",
        extensions.extension_edit,
        name="extension_edit",
    ),
    path(
        "settings/extensions/<slug:public_id>/delete/",
        extensions.extension_delete,
        name="extension_delete",
    ),
    path(
        "settings/extensions/<slug:public_id>/test/",
        extensions.extension_test,
        name="extension_test",
    ),
    path(
        "settings/extensions/<slug:public_id>/people/",
        extension_people.extension_people,
        name="extension_people",
    ),
    path(
        "settings/extensions/<slug:public_id>/people/match/",
        extension_people.extension_match,
        name="extension_match",
    ),
    path(
        "settings/extensions/<slug:public_id>/people/link/",
        extension_people.extension_link,
        name="extension_link",
    ),
    path(
        "settings/extensions/<slug:public_id>/people/unlink/",
        extension_people.extension_unlink,
        name="extension_unlink",
    ),
    path("me/chats/unlink/", extension_people.chat_unlink, name="chat_unlink"),
    re_path(
        r"^settings/extensions/(?P<public_id>P\w+)/(?P<verb>pause|resume)/$",
        extensions.extension_act,
        name="extension_act",
    ),
    path("settings/webhooks/", webhooks.webhooks, name="webhooks"),
    path(
        "settings/webhooks/new/", webhook_editing.webhook_create, name="webhook_create"
    ),
    path("settings/webhooks/<slug:public_id>/", webhooks.webhook, name="webhook"),
    path(
        "settings/webhooks/<slug:public_id>/edit/",
        webhook_editing.webhook_edit,
        name="webhook_edit",
    ),
    path(
        "settings/webhooks/<slug:public_id>/delete/",
        webhooks.webhook_delete,
        name="webhook_delete",
    ),
    path(
        "settings/webhooks/<slug:public_id>/ping/",
        webhooks.webhook_ping,
        name="webhook_ping",
    ),
    path(
        "settings/webhooks/<slug:public_id>/replay/",
        webhooks.webhook_replay_dropped,
        name="webhook_replay_dropped",
    ),
    re_path(
        r"^settings/webhooks/(?P<public_id>P\w+)/(?P<verb>pause|enable)/$",
        webhooks.webhook_act,
        name="webhook_act",
    ),
    path(
        "settings/webhooks/<slug:public_id>/secrets/",
        webhooks.webhook_secret_create,
        name="webhook_secret_create",
    ),
    path(
        "settings/webhooks/<slug:public_id>/secrets/<slug:secret_id>/revoke/",
        webhooks.webhook_secret_revoke,
        name="webhook_secret_revoke",
    ),
    path(
        "settings/webhooks/<slug:public_id>/deliveries/<slug:delivery_id>/",
        webhook_deliveries.webhook_delivery,
        name="webhook_delivery",
    ),
    path(
        "settings/webhooks/<slug:public_id>/deliveries/<slug:delivery_id>/replay/",
        webhook_deliveries.webhook_replay,
        name="webhook_replay",
    ),
    re_path(
        r"^calendar/(?P<token>[^/]+)\.ics$", calendars.calendar, name="calendar_feed"
    ),
    # What the API tells people to open.
    re_path(rf"^users/(?P<public_id>{PATTERN})/?$", landing.person),
    re_path(rf"^teams/(?P<public_id>{PATTERN})$", landing.team),
    re_path(rf"^schedules/(?P<public_id>{PATTERN})$", landing.schedule),
    re_path(rf"^escalation_policies/(?P<public_id>{PATTERN})/?$", landing.policy),
    re_path(rf"^service-directory/(?P<public_id>{PATTERN})/?$", landing.service),
    re_path(r"^twilio/sms/?$", callbacks.sms, name="twilio_sms"),
    re_path(r"^twilio/voice/(?P<token>[^/]+)/?$", callbacks.voice, name="twilio_voice"),
    re_path(
        r"^twilio/voice/(?P<token>[^/]+)/keys/?$", callbacks.keys, name="twilio_keys"
    ),
    re_path(
        r"^twilio/status/(?P<token>[^/]+)/?$", callbacks.status, name="twilio_status"
    ),
    re_path(
        r"^slack/interactivity/?$", doors.interactivity, name="slack_interactivity"
    ),
    re_path(r"^slack/events/?$", doors.events, name="slack_events"),
    re_path(r"^slack/commands/?$", doors.commands, name="slack_commands"),
    path("slack/link/", slack_linking.slack_link, name="slack_link"),
    path(
        "slack/link/callback",
        slack_linking.slack_link_callback,
        name="slack_link_callback",
    ),
    re_path(r"^mail/events/?$", tracking.tracking, name="mail_events"),
    re_path(r"^mattermost/actions/?$", mattermost.actions, name="mattermost_actions"),
    re_path(
        r"^telegram/(?P<token>[^/]+)/?$",
        telegram.telegram_updates,
        name="telegram_updates",
    ),
    re_path(r"^gateway/sms/?$", gateway.sms, name="gateway_sms"),
    re_path(
        r"^gateway/status/(?P<token>[^/]+)/?$", gateway.status, name="gateway_status"
    ),
    re_path(r"^gateway/keys/(?P<token>[^/]+)/?$", gateway.keys, name="gateway_keys"),
    # At the root, because it works for every page.
    path("sw.js", push.worker, name="worker"),
    path("manifest.webmanifest", push.manifest, name="manifest"),
    path("me/push/", push.subscribe, name="push_subscribe"),
    path("push/renew", push.renew, name="push_renew"),
    re_path(r"^push/(?P<token>[^/]+)/answer$", push.answer, name="push_answer"),
    re_path(r"^push/(?P<token>[^/]+)/received$", push.received, name="push_received"),
    re_path(r"^outbox/?$", outbox.outbox, name="outbox"),
    path("outbox/mail/<int:pk>", outbox.mail, name="outbox_mail"),
    path("outbox/mail/<int:pk>/html", outbox.mail_html, name="outbox_mail_html"),
    path("outbox/text/<int:pk>", outbox.text_back, name="outbox_text_back"),
    path("outbox/call/<int:pk>", outbox.pick_up, name="outbox_pick_up"),
    path("outbox/call/<int:pk>/key", outbox.press, name="outbox_press"),
]
