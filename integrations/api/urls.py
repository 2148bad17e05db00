"""Addresses of the REST API; the door takes slashes at their ends away."""

from django.urls import URLPattern, URLResolver, path

from integrations.api import (
    abilities,
    alerts,
    audit_records,
    change_events,
    contact_methods,
    extension_schemas,
    extensions,
    grouping_settings,
    handoff_rules,
    incident_context,
    incidents,
    log_entries,
    maintenance_windows,
    notes,
    notification_rules,
    notifications,
    oauth_delegations,
    oncalls,
    overrides,
    policies,
    priorities,
    responders,
    schedules,
    service_integrations,
    services,
    sessions,
    slack_channels,
    slack_connections,
    status_update_rules,
    status_updates,
    subscriptions,
    tags,
    team_members,
    teams,
    users,
    vendors,
    webhook_subscriptions,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("abilities", abilities.Abilities.as_view()),
    path("abilities/<str:name>", abilities.OneAbility.as_view()),
    path("alert_grouping_settings", grouping_settings.Settings.as_view()),
    path(
        "alert_grouping_settings/<str:public_id>",
        grouping_settings.OneSetting.as_view(),
    ),
    path("audit/records", audit_records.Records.as_view()),
    *(
        path(
            f"{name}/<str:public_id>/audit/records",
            audit_records.OnesRecords.as_view(path=name),
        )
        for name in audit_records.RELATED
    ),
    path("change_events", change_events.ChangeEvents.as_view()),
    path("change_events/<str:public_id>", change_events.OneChangeEvent.as_view()),
    path("escalation_policies", policies.Policies.as_view()),
    path("escalation_policies/<str:public_id>", policies.OnePolicy.as_view()),
    path("extension_schemas", extension_schemas.ExtensionSchemas.as_view()),
    path(
        "extension_schemas/<str:public_id>",
        extension_schemas.OneExtensionSchema.as_view(),
    ),
    path("extensions", extensions.Extensions.as_view()),
    path("extensions/<str:public_id>", extensions.OneExtension.as_view()),
    path("extensions/<str:public_id>/enable", extensions.Enable.as_view()),
    path("incidents", incidents.Incidents.as_view()),
    path("incidents/<str:public_id>", incidents.OneIncident.as_view()),
    path("incidents/<str:public_id>/merge", incidents.Merge.as_view()),
    path("incidents/<str:public_id>/snooze", incidents.Snooze.as_view()),
    path("incidents/<str:incident_id>/alerts", alerts.Alerts.as_view()),
    path(
        "incidents/<str:incident_id>/alerts/<str:public_id>",
        alerts.OneAlert.as_view(),
    ),
    path(
        "incidents/<str:incident_id>/log_entries",
        log_entries.IncidentLogEntries.as_view(),
    ),
    path(
        "incidents/<str:incident_id>/past_incidents",
        incident_context.PastIncidents.as_view(),
    ),
    path(
        "incidents/<str:incident_id>/related_incidents",
        incident_context.RelatedIncidents.as_view(),
    ),
    path(
        "incidents/<str:incident_id>/related_change_events",
        incident_context.RelatedChanges.as_view(),
    ),
    path("incidents/<str:incident_id>/notes", notes.Notes.as_view()),
    path("incidents/<str:incident_id>/notes/<str:public_id>", notes.OneNote.as_view()),
    path(
        "incidents/<str:incident_id>/responder_requests",
        responders.ResponderRequests.as_view(),
    ),
    path(
        "incidents/<str:incident_id>/responder_requests/cancel",
        responders.Cancel.as_view(),
    ),
    path(
        "incidents/<str:incident_id>/status_updates",
        status_updates.StatusUpdates.as_view(),
    ),
    path(
        "incidents/<str:incident_id>/status_updates/subscribers",
        status_updates.Subscribers.as_view(),
    ),
    path(
        "incidents/<str:incident_id>/status_updates/unsubscribe",
        status_updates.Unsubscribe.as_view(),
    ),
    path(
        "integration-slack/incidents/<str:incident_id>/dedicated_channel",
        slack_channels.DedicatedChannel.as_view(),
    ),
    path(
        "integration-slack/incidents/<str:incident_id>/notification_channels",
        slack_channels.NotificationChannels.as_view(),
    ),
    path(
        "integration-slack/workspaces/<str:slack_team_id>/connections",
        slack_connections.Connections.as_view(),
    ),
    path(
        "integration-slack/workspaces/<str:slack_team_id>/connections/<str:public_id>",
        slack_connections.OneConnection.as_view(),
    ),
    path("log_entries", log_entries.LogEntries.as_view()),
    path("log_entries/<str:public_id>", log_entries.OneLogEntry.as_view()),
    path("log_entries/<str:public_id>/channel", log_entries.Channel.as_view()),
    path("maintenance_windows", maintenance_windows.Windows.as_view()),
    path(
        "maintenance_windows/<str:public_id>", maintenance_windows.OneWindow.as_view()
    ),
    path("notifications", notifications.Notifications.as_view()),
    path("oauth_delegations", oauth_delegations.AllDelegations.as_view()),
    path("oncalls", oncalls.OnCalls.as_view()),
    path("priorities", priorities.Priorities.as_view()),
    path("schedules", schedules.Schedules.as_view()),
    path("schedules/preview", schedules.Preview.as_view()),
    path("schedules/<str:public_id>", schedules.OneSchedule.as_view()),
    path("schedules/<str:public_id>/overrides", overrides.Overrides.as_view()),
    path(
        "schedules/<str:public_id>/overrides/<str:override_id>",
        overrides.OneOverride.as_view(),
    ),
    path("schedules/<str:public_id>/users", schedules.Users.as_view()),
    path("services", services.Services.as_view()),
    path("services/<str:public_id>", services.OneService.as_view()),
    path(
        "services/<str:service_id>/change_events",
        change_events.ChangeEventsOf.as_view(),
    ),
    path(
        "services/<str:service_id>/integrations",
        service_integrations.Integrations.as_view(),
    ),
    path(
        "services/<str:service_id>/integrations/<str:public_id>",
        service_integrations.OneIntegration.as_view(),
    ),
    path("tags", tags.Tags.as_view()),
    path("tags/<str:public_id>", tags.OneTag.as_view()),
    *(
        entry
        for name in tags.ENTITIES
        for entry in (
            path(f"tags/<str:public_id>/{name}", tags.Tagged.as_view(path=name)),
            path(f"{name}/<str:public_id>/tags", tags.TagsOf.as_view(path=name)),
            path(
                f"{name}/<str:public_id>/change_tags",
                tags.ChangeTags.as_view(path=name),
            ),
        )
    ),
    path("teams", teams.Teams.as_view()),
    path("teams/<str:public_id>", teams.OneTeam.as_view()),
    path("teams/<str:team_id>/members", team_members.Members.as_view()),
    path("teams/<str:team_id>/users/<str:public_id>", team_members.OneMember.as_view()),
    path(
        "teams/<str:team_id>/escalation_policies/<str:public_id>",
        team_members.OnePolicy.as_view(),
    ),
    path("users", users.Users.as_view()),
    path("users/me", users.Me.as_view()),
    path("users/<str:public_id>", users.OneUser.as_view()),
    path(
        "users/<str:user_id>/contact_methods", contact_methods.ContactMethods.as_view()
    ),
    path(
        "users/<str:user_id>/contact_methods/<str:public_id>",
        contact_methods.OneContactMethod.as_view(),
    ),
    path(
        "users/<str:user_id>/notification_rules",
        notification_rules.NotificationRules.as_view(),
    ),
    path(
        "users/<str:user_id>/notification_rules/<str:public_id>",
        notification_rules.OneNotificationRule.as_view(),
    ),
    path(
        "users/<str:user_id>/oauth_delegations", oauth_delegations.Delegations.as_view()
    ),
    path(
        "users/<str:user_id>/oauth_delegations/<str:public_id>",
        oauth_delegations.OneDelegation.as_view(),
    ),
    path(
        "users/<str:user_id>/oncall_handoff_notification_rules",
        handoff_rules.HandOffRules.as_view(),
    ),
    path(
        "users/<str:user_id>/oncall_handoff_notification_rules/<str:public_id>",
        handoff_rules.OneHandOffRule.as_view(),
    ),
    path("users/<str:user_id>/log_entries", log_entries.UserLogEntries.as_view()),
    *(
        entry
        for name in subscriptions.KINDS
        for entry in (
            path(
                f"{name}/<str:public_id>/notification_subscriptions",
                subscriptions.Subscriptions.as_view(path=name),
            ),
            path(
                f"{name}/<str:public_id>/notification_subscriptions/unsubscribe",
                subscriptions.Unsubscribe.as_view(path=name),
            ),
        )
    ),
    path(
        "users/<str:user_id>/status_update_notification_rules",
        status_update_rules.Rules.as_view(),
    ),
    path(
        "users/<str:user_id>/status_update_notification_rules/<str:public_id>",
        status_update_rules.OneRule.as_view(),
    ),
    path("users/<str:user_id>/sessions", sessions.Sessions.as_view()),
    path(
        "users/<str:user_id>/sessions/browser/<str:public_id>",
        sessions.OneSession.as_view(),
    ),
    path("vendors", vendors.Vendors.as_view()),
    path("vendors/<str:public_id>", vendors.OneVendor.as_view()),
    path("webhook_subscriptions", webhook_subscriptions.Subscriptions.as_view()),
    path(
        "webhook_subscriptions/<str:public_id>",
        webhook_subscriptions.OneSubscription.as_view(),
    ),
    path(
        "webhook_subscriptions/<str:public_id>/enable",
        webhook_subscriptions.Enable.as_view(),
    ),
    path(
        "webhook_subscriptions/<str:public_id>/ping",
        webhook_subscriptions.Ping.as_view(),
    ),
]
