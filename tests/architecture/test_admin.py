"""Operators see every model of ours, cheaply, without any secret."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.operators import MOST_COUNTED, CappedPaginator
from tests.architecture.furnish import CODE
from tests.architecture.test_tenancy import OURS

MODELS = sorted(
    (model for model in apps.get_models() if model._meta.app_label in OURS),
    key=lambda model: model._meta.label,
)
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
# A column with such a name opens a door, except for these, which name something.
SECRET = re.compile(r"(^|_)(key|token|digest|secret|password|code|checksum)$")
NO_SECRETS = {"dedup_key", "incident_key", "vendor_key", "hash_client_secret"}
# More would be one for each row.
MOST_QUERIES = 15


@pytest.fixture
def operator(db) -> User:
    return User.objects.create_superuser("root@example.com", name="Olga Operator")


@pytest.fixture
def site(client, operator) -> Client:
    client.force_login(operator)
    return client


def address(model, view: str, *args) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{view}", args=args)


def secrets_of(model) -> set[str]:
    """Collect what no page may print, from every row."""
    names = [
        field.attname
        for field in model._meta.concrete_fields
        if SECRET.search(field.name)
        and not field.is_relation
        and field.name not in NO_SECRETS
    ]
    rows = model._default_manager.values_list(*names) if names else []
    return {str(value) for row in rows for value in row if value}


def test_every_model_of_ours_is_there():
    assert [model for model in MODELS if model not in admin.site._registry] == []


def test_pages_of_packages_are_not():
    """They would show the secrets of second factors and of tokens."""
    modules = {
        type(page).__module__.split(".")[0] for page in admin.site._registry.values()
    }

    assert modules <= OURS


def test_the_rule_finds_what_is_secret():
    found = {
        f"{model._meta.object_name}.{field.name}"
        for model in MODELS
        for field in model._meta.concrete_fields
        if SECRET.search(field.name) and field.name not in NO_SECRETS
    }

    assert {"Integration.key", "ApiKey.digest", "AccessToken.token"} < found
    assert {"User.password", "App.client_secret", "Grant.code"} < found


@pytest.mark.django_db
def test_every_page_opens_and_prints_no_secret(site, furnished):
    secrets = {CODE}.union(*(secrets_of(model) for model in MODELS))
    assert len(secrets) > 20
    pages = [reverse("admin:index")]
    for model in REGISTERED:
        row = model._default_manager.order_by("-pk").first()
        pages += [address(model, "changelist")]
        pages += [address(model, "change", row.pk)] if row else []
        pages += [address(model, "history", row.pk)] if row else []

    for page in pages:
        answer = site.get(page)
        assert answer.status_code == 200, page
        html = answer.content.decode()
        assert [secret for secret in secrets if secret in html] == [], page


@pytest.mark.django_db
def test_a_list_asks_a_constant_number_of_questions(
    site, furnished, django_assert_max_num_queries
):
    for model in REGISTERED:
        with django_assert_max_num_queries(MOST_QUERIES):
            site.get(address(model, "changelist"))


@pytest.mark.django_db
def test_every_list_can_be_searched_and_filtered(site, furnished):
    for model, page in admin.site._registry.items():
        filters = [f"{f}__isempty=1" for f, *_ in _pairs(page)]
        for query in ("q=acme", "q=PABCDEFG1234567", "q=no+such%C2%A0thing", *filters):
            answer = site.get(f"{address(model, 'changelist')}?{query}")
            assert answer.status_code == 200, (model, query)


@pytest.mark.django_db
def test_a_list_is_in_the_order_of_an_index_and_counts_no_further_than_people(
    furnished,
):
    for model, page in admin.site._registry.items():
        assert page.ordering == ("-id",), model
        assert page.sortable_by == (), model
        assert page.paginator is CappedPaginator, model
        assert page.show_full_result_count is False, model
    assert CappedPaginator(User.objects.order_by("pk"), 1).count == 3


def test_counting_ends_where_nobody_leafs_further(django_assert_num_queries, db):
    with django_assert_num_queries(1) as asked:
        assert CappedPaginator(User.objects.order_by("pk"), 50).count == 0

    assert f"LIMIT {MOST_COUNTED}" in asked[0]["sql"]


@pytest.mark.django_db
def test_a_filter_does_not_guess_secrets(site):
    for model, column in (("integration", "key"), ("notification", "token")):
        found = site.get(f"/admin/incidents/{model}/?{column}__startswith=a")
        # Django's answer to a lookup that is not allowed.
        assert found.status_code == 400


@pytest.mark.django_db
def test_what_is_read_only_cannot_be_posted_to(site, furnished):
    for model, page in admin.site._registry.items():
        if getattr(page, "editable", "all") == ():
            row = model._default_manager.first()
            if row is not None:
                answer = site.post(address(model, "change", row.pk), {"name": "Evil"})
                assert answer.status_code == 403, model
            assert site.get(address(model, "add")).status_code == 403, model


@pytest.mark.django_db
def test_strangers_are_sent_to_the_normal_sign_in(client, furnished):
    for model in REGISTERED:
        answer = client.get(address(model, "changelist"), follow=True)
        assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


@pytest.mark.django_db
def test_owners_of_accounts_are_no_operators(client, furnished):
    acme, _globex = furnished
    client.force_login(acme.alice.user)

    for model in REGISTERED:
        answer = client.get(address(model, "changelist"), follow=True)
        assert answer.status_code == 403
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def _pairs(page) -> list[tuple]:
    return [one for one in page.list_filter if isinstance(one, tuple)]
