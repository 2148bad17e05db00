"""An extension may only inform: then its messages have no buttons."""

from tests.incidents.pages import says
from tests.integrations.extensions.setting_up import fresh, made, page_of, typed

NOBODY = "Nobody; its messages only inform"


def test_somebody_chooses_it_on_its_page_and_back(acme, alice):
    extension = made(acme)
    assert extension.has_buttons

    only_informs = typed(acme.service, anybody_may_act="nobody")
    alice.post(page_of(extension, "edit/"), only_informs)

    after = fresh(extension)
    assert (after.has_buttons, after.anybody_may_act) == (False, False)
    assert NOBODY in says(alice.get(page_of(extension)))
    alice.post(page_of(extension, "edit/"), typed(acme.service, anybody_may_act="1"))
    after = fresh(extension)
    assert (after.has_buttons, after.anybody_may_act) == (True, True)


def test_the_form_shows_what_is_chosen(acme, alice):
    extension = made(acme, has_buttons=False)

    page = alice.get(page_of(extension, "edit/"))

    assert page.context["form"]["anybody_may_act"].value() == "nobody"
    assert NOBODY in says(page)
    other = made(acme, extension.room, name="Other")
    assert NOBODY not in says(alice.get(page_of(other)))


def test_nothing_else_can_be_chosen(acme, alice):
    extension = made(acme)

    refused = alice.post(
        page_of(extension, "edit/"), typed(acme.service, anybody_may_act="somebody")
    )

    assert refused.status_code == 422
    assert fresh(extension).has_buttons
