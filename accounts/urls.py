"""Addresses of accounts and people."""

from django.urls import path, re_path

from accounts.views import home, joining, people, profile, settings, teams

urlpatterns = [
    path("", home.home, name="home"),
    path("checklist/dismiss/", home.dismiss_checklist, name="checklist_dismiss"),
    path("accounts/new/", home.create_account, name="account_create"),
    path("accounts/switch/", home.switch_account, name="switch_account"),
    # Before allauth's own, which it replaces.
    path("accounts/signup/", joining.SignUp.as_view(), name="account_signup"),
    path("join/<str:token>/", joining.join, name="join"),
    path("people/", people.index, name="people"),
    path("people/invite/", people.invite, name="invite"),
    re_path(
        r"^people/invitations/(?P<public_id>P\w+)/(?P<verb>resend|revoke)/$",
        people.change_invitation,
        name="change_invitation",
    ),
    path("people/<str:public_id>/", people.person, name="person"),
    path("people/<str:public_id>/role/", people.change_role, name="person_role"),
    path(
        "people/<str:public_id>/deactivate/",
        people.deactivate,
        name="person_deactivate",
    ),
    path(
        "people/<str:public_id>/reactivate/",
        people.reactivate,
        name="person_reactivate",
    ),
    path(
        "people/<str:public_id>/contact-methods/",
        people.add_contact_method,
        name="person_contact_methods",
    ),
    path(
        "people/<str:public_id>/contact-methods/<str:method_id>/remove/",
        people.remove_contact_method,
        name="person_contact_method_remove",
    ),
    path("teams/", teams.index, name="teams"),
    path("teams/new/", teams.create, name="team_create"),
    path("teams/<str:public_id>/", teams.team, name="team"),
    path("teams/<str:public_id>/edit/", teams.edit, name="team_edit"),
    path(
        "teams/<str:public_id>/parts/<str:member_id>/",
        teams.set_part,
        name="team_part",
    ),
    path("teams/<str:public_id>/delete/", teams.delete, name="team_delete"),
    path("me/", profile.profile, name="profile"),
    path("me/preferences/", profile.save_preferences, name="preferences"),
    path("me/contact-methods/", profile.add_contact_method, name="contact_methods"),
    path(
        "me/contact-methods/<str:public_id>/code/",
        profile.send_code,
        name="contact_method_code",
    ),
    path(
        "me/contact-methods/<str:public_id>/confirm/",
        profile.confirm,
        name="contact_method_confirm",
    ),
    path(
        "me/contact-methods/<str:public_id>/test/",
        profile.test,
        name="contact_method_test",
    ),
    path(
        "me/contact-methods/<str:public_id>/rename/",
        profile.rename_contact_method,
        name="contact_method_rename",
    ),
    path(
        "me/contact-methods/<str:public_id>/remove/",
        profile.remove_contact_method,
        name="contact_method_remove",
    ),
    path("me/rules/", profile.add_rule, name="rules"),
    path("me/rules/<str:public_id>/remove/", profile.remove_rule, name="rule_remove"),
    re_path(
        r"^me/presets/(?P<urgency>high|low)/(?P<name>quiet|usual|push|loud)/$",
        profile.apply_preset,
        name="apply_preset",
    ),
    path("me/hand-offs/", profile.add_handoff_rule, name="handoff_rules"),
    path(
        "me/hand-offs/<str:public_id>/remove/",
        profile.remove_handoff_rule,
        name="handoff_rule_remove",
    ),
    path("me/keys/", settings.create_own_key, name="own_key_create"),
    path("keys/<str:public_id>/revoke/", settings.revoke_key, name="api_key_revoke"),
    path("settings/", settings.account, name="settings"),
    path("settings/keys/", settings.api_keys, name="api_keys"),
    path("settings/audit/", settings.audit_log, name="audit_log"),
]
