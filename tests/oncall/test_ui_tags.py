"""Tags and filters say times, people and states the same way on every page."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import timezone
from heroicons import IconDoesNotExist

from oncall import moments, navigation, styleguide

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context)).strip()


@pytest.fixture
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=-59), "just now"),
        (timedelta(minutes=-4), "4 min ago"),
        (timedelta(minutes=-59, seconds=-59), "59 min ago"),
        (timedelta(hours=-1), "1 h ago"),
        (timedelta(hours=-23, minutes=-59), "23 h ago"),
        (timedelta(days=-1), "Fri 27 Mar, 12:00"),
        (timedelta(days=-40), "16 Feb, 12:00"),
        (timedelta(days=-400), "21 Feb 2025, 12:00"),
        (timedelta(seconds=30), "in a moment"),
        (timedelta(minutes=3), "in 3 min"),
        (timedelta(hours=5), "in 5 h"),
        (timedelta(days=2), "Mon 30 Mar, 12:00"),
    ],
)
def test_an_instant_is_relative_for_a_day_and_then_a_date(distance, words):
    assert moments.relative(NOON + distance, now=NOON, zone=UTC) == words


@pytest.mark.usefixtures("_noon")
def test_a_time_keeps_its_exact_date_and_the_viewers_zone_at_hand():
    with timezone.override(BERLIN):
        html = render("{% when at %}", at=NOON - timedelta(minutes=4))

    assert 'datetime="2026-03-28T11:56:00+00:00"' in html
    assert 'title="Saturday 28 March 2026, 12:56:00 Europe/Berlin (UTC+01:00)"' in html
    assert ">4 min ago</time>" in html


@pytest.mark.usefixtures("_noon")
def test_a_time_after_the_clocks_change_shows_the_new_offset():
    html = render('{% when at "full" zone %}', at=NOON + timedelta(days=1), zone=BERLIN)

    assert ">Sunday 29 March 2026, 14:00:00 Europe/Berlin (UTC+02:00)</time>" in html


@pytest.mark.usefixtures("_noon")
def test_only_relative_times_are_refreshed_by_the_browser():
    assert "data-relative" in render("{{ at|ago }}", at=NOON)
    assert "data-relative" not in render('{% when at "short" %}', at=NOON)


def test_no_instant_prints_nothing():
    assert render("{% when at %}{{ at|ago }}{{ at|duration }}", at=None) == ""


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=42), "42 s"),
        (timedelta(minutes=3, seconds=20), "3 min"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(days=3, hours=4, minutes=9), "3 d 4 h"),
        (90, "1 min"),
    ],
)
def test_a_duration_has_its_two_largest_units(length, words):
    assert render("{{ length|duration }}", length=length) == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Priya Raman", "PR"),
        ("Ana Maria de Souza", "AS"),
        ("tom", "T"),
        ("dana.fox@example.com", "DF"),
        ("", "?"),
    ],
)
def test_initials_are_the_first_and_last_names(name, letters):
    assert render("{{ name|initials }}", name=name) == letters


def test_a_person_keeps_one_of_eight_colours():
    names = [f"Person {number}" for number in range(200)]
    colours = [render("{{ name|person_colour }}", name=name) for name in names]

    assert set(colours) == set("12345678")
    assert render("{{ name|person_colour }}", name="Priya Raman") == "2"


def test_without_a_person_nobody_is_on_call():
    assert "Nobody on call" in render("{% person name %}", name="")
    assert "Nobody on call" not in render("{% person name %}", name="Tom")


def test_a_status_is_an_icon_and_a_word_and_escapes_its_detail():
    html = render("{% status 'acknowledged' detail %}", detail="by <b>Priya</b>")

    assert "<svg" in html
    assert "Acknowledged" in html
    assert "by &lt;b&gt;Priya&lt;/b&gt;" in html


@pytest.mark.parametrize("name", ["triggered", "acknowledged", "resolved", "snoozed"])
def test_each_status_has_its_own_shape(name):
    others = {"triggered", "acknowledged", "resolved", "snoozed"} - {name}
    shapes = [render("{% icon name 14 %}", name=other) for other in others]

    assert render("{% icon name 14 %}", name=name) not in shapes


def test_an_icon_is_hidden_from_screen_readers_unless_it_is_named():
    assert 'aria-hidden="true"' in render("{% icon 'bell' %}")
    named = render("{% icon 'integration' 16 label %}", label='"Plug"')
    assert 'aria-label="&quot;Plug&quot;"' in named
    assert "aria-hidden" not in named


def test_an_unknown_icon_is_refused():
    with pytest.raises(IconDoesNotExist):
        render("{% icon 'no-such-icon' %}")


def test_pages_keep_the_filters():
    request = RequestFactory().get("/", {"team": "a", "cursor": "old"})
    html = render("{% pagination older='c 2' %}", request=request)

    assert 'href="?team=a&amp;cursor=c+2"' in html
    assert "Newer" not in html
    assert render("{% pagination %}", request=request) == ""


@pytest.mark.parametrize(
    ("sort", "direction", "following"),
    [
        ("", None, "name"),
        ("name", "ascending", "-name"),
        ("-name", "descending", "name"),
    ],
)
def test_a_column_says_how_it_is_sorted_and_turns_round(sort, direction, following):
    request = RequestFactory().get("/", {"sort": sort})
    html = render("{% sort_header 'Name' 'name' %}", request=request)

    assert f'href="?sort={following}"' in html
    assert (f'aria-sort="{direction}"' in html) is (direction is not None)


def test_navigation_leads_only_to_pages_that_exist():
    places = (
        navigation.Place("account_login", "Sign in", "person"),
        navigation.Place("no_such_page", "Nowhere", "person"),
    )
    found = navigation.links(places, "/elsewhere")

    assert [link.place.route for link in found] == ["account_login"]
    assert not found[0].is_current


def test_the_nearest_place_is_the_current_one():
    assert navigation.holds("/services/", "/services/P123/edit")
    assert navigation.holds("/services", "/services")
    assert not navigation.holds("/services", "/services-old")


def test_the_heading_repeats_the_title():
    assert "<h1>There is nothing here</h1>" in render(
        "{% extends 'bare.html' %}{% block title %}There is nothing here{% endblock %}"
    )


class Form(forms.Form):
    name = forms.CharField(help_text="As your users call it.")
    note = forms.CharField(required=False)


def test_a_form_shows_an_error_at_its_field_and_in_the_summary():
    html = render("{{ form }}", form=Form({"name": "", "note": "kept"}))

    assert '<a href="#id_name">Name</a>: This field is required.' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert 'value="kept"' in html


def test_a_fresh_form_has_no_errors_and_marks_what_is_optional():
    html = render("{{ form }}", form=Form())

    assert "error-summary" not in html
    assert html.count("(optional)") == 1
    assert re.search(r'for="id_note">Note\s+<span class="optional">', html)


def test_a_single_field_is_drawn_in_the_same_way():
    form = Form({"name": ""})

    assert str(form["name"].as_field_group()) in render("{{ form }}", form=form)


def test_the_style_page_is_for_development_only(settings):
    settings.DEBUG = settings.EMBEDDED = False
    request = HttpRequest()
    request.method = "GET"

    with pytest.raises(Http404):
        styleguide.styleguide(request)


def test_a_dialog_needs_a_title():
    with pytest.raises(TemplateSyntaxError):
        render("{% dialog 'sure' %}{% enddialog %}")


def test_both_ways_into_the_dark_theme_have_the_same_colours():
    css = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text()
    preferred, _light, chosen = (
        css.split(':root:not([data-theme="light"]) {')[1].split("}")[0],
        None,
        css.split(':root[data-theme="dark"] {')[1].split("}")[0],
    )
    colours = re.compile(r"--[\w-]+: [^;]+")

    assert colours.findall(preferred) == colours.findall(chosen)
    assert len(colours.findall(chosen)) > 25


def test_the_style_sheets_stay_small_and_never_insist():
    sheets = list((Path(settings.BASE_DIR) / "static/css").glob("*.css"))

    assert 1000 < sum(sheet.stat().st_size for sheet in sheets) < 60_000
    assert not [sheet.name for sheet in sheets if "!important" in sheet.read_text()]
