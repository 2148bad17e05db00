"""Addresses of the REST API; the door takes slashes at their ends away."""

from django.urls import URLPattern, URLResolver, path

from integrations.api import (
    abilities,
    contact_methods,
    notification_rules,
    oncalls,
    overrides,
    policies,
    priorities,
    schedules,
    teams,
    users,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("abilities", abilities.Abilities.as_view()),
    path("abilities/<str:name>", abilities.OneAbility.as_view()),
    path("escalation_policies", policies.Policies.as_view()),
    path("escalation_policies/<str:public_id>", policies.OnePolicy.as_view()),
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
    path("teams", teams.Teams.as_view()),
    path("teams/<str:public_id>", teams.OneTeam.as_view()),
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
]
