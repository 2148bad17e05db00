"""Error pages speak in words, with a reference number and a way back."""

import logging
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from django.urls import get_resolver

from oncall import errors

REFERENCE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")


@pytest.fixture
def request_(rf: RequestFactory):
    return rf.get("/services/P123")


@pytest.mark.parametrize("status", [400, 403, 404, 409, 429])
def test_an_error_page_has_a_reference_that_is_logged(request_, status, caplog):
    with caplog.at_level(logging.WARNING):
        response = errors.page(request_, status)

    reference = REFERENCE.search(response.content.decode())
    assert response.status_code == status
    assert reference is not None
    assert reference[0] in caplog.text
    assert b'href="/"' in response.content


def test_a_refusal_is_shown_in_its_own_words(request_):
    refusal = PermissionDenied("Observers cannot <acknowledge>.")

    page = errors.forbidden(request_, refusal).content.decode()

    assert "Observers cannot &lt;acknowledge&gt;." in page
    assert "Your role does not permit it" not in page


def test_what_is_missing_is_not_repeated(request_):
    page = errors.not_found(request_, Http404("Schedule of Globex")).content.decode()

    assert "Globex" not in page


def test_a_failure_of_ours_needs_no_database(request_, caplog):
    response = errors.server_error(request_)

    assert response.status_code == 500
    assert REFERENCE.search(response.content.decode())
    assert "Answered 500" in caplog.text


def test_a_form_that_was_open_for_too_long_is_refused_in_words(request_):
    response = errors.csrf_failure(request_, reason="CSRF cookie not set.")

    assert response.status_code == 403
    assert b"CSRF" not in response.content


@pytest.mark.parametrize(
    ("status", "view"),
    [
        (400, errors.bad_request),
        (403, errors.forbidden),
        (404, errors.not_found),
        (500, errors.server_error),
    ],
)
def test_every_refusal_of_the_framework_gets_our_page(status, view):
    assert get_resolver().resolve_error_handler(status) is view
