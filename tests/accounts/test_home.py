"""The start page: a welcome, a checklist, then the incidents."""

from tests import factories


def test_a_stranger_is_welcomed(db, client):
    page = client.get("/").content.decode()

    assert "Sign up" in page
    assert "Sign in" in page


def test_the_checklist_shows_what_is_done(acme, sign_in):
    page = sign_in(acme.alice).get("/").content.decode()

    assert "Confirm a phone or push" in page
    assert "Create a schedule" in page
    assert "4 of 8 done" in page


def test_each_step_of_the_checklist_can_be_done(acme, sign_in):
    alice = sign_in(acme.alice)
    phone = factories.contact(acme.alice.membership, "sms", "+4930123456")
    before = alice.get("/").content.decode()
    phone.last_tested_at = factories.NOON
    phone.save()
    factories.schedule(acme.account, acme.alice.membership)
    after = alice.get("/").content.decode()

    assert "5 of 8 done" in before
    assert "7 of 8 done" in after


def test_a_checklist_that_is_put_away_gives_way_to_the_incidents(acme, sign_in):
    alice = sign_in(acme.alice)

    alice.post("/checklist/dismiss/")

    answer = alice.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/incidents/")


def test_looking_does_not_put_the_checklist_away(acme, sign_in):
    assert sign_in(acme.alice).get("/checklist/dismiss/").status_code == 405
    acme.account.refresh_from_db()
    assert acme.account.checklist_dismissed_at is None


def test_a_responder_goes_to_the_incidents_and_dismisses_nothing(acme, sign_in):
    bob = sign_in(acme.bob)

    assert bob.get("/")["Location"] == "/incidents/"
    assert bob.post("/checklist/dismiss/").status_code == 403


def test_a_person_makes_another_account_and_switches_back(acme, sign_in):
    alice = sign_in(acme.alice)
    form = {"account_name": "Night Shift", "time_zone": "UTC", "country": ""}

    made = alice.post("/accounts/new/", form, follow=True).content.decode()
    alice.post("/accounts/switch/", {"account": "acme"})
    back = alice.get("/people/").content.decode()

    assert "Night Shift is ready" in made
    assert acme.alice.user.memberships.count() == 2
    assert "bob@acme.example" in back


def test_an_account_without_a_name_is_not_made(acme, sign_in):
    form = {"account_name": "", "time_zone": "UTC", "country": ""}

    answer = sign_in(acme.alice).post("/accounts/new/", form)

    assert "required" in answer.content.decode()
    assert acme.alice.user.memberships.count() == 1


def test_nobody_switches_into_an_account_of_others(acme, globex, sign_in):
    alice = sign_in(acme.alice)

    answer = alice.post("/accounts/switch/", {"account": "globex"})

    assert answer.status_code == 404
    assert "mallory" not in alice.get("/people/").content.decode()
