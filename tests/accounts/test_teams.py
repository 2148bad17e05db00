"""Teams: made, changed, deleted, by those who may."""

from tests import factories


def form(*people: factories.Person, name: str = "Payments") -> dict[str, object]:
    members = [person.membership.pk for person in people]
    return {"name": name, "description": "Money", "members": members}


def test_a_team_is_made_with_its_members(acme, sign_in):
    answer = sign_in(acme.alice).post("/teams/new/", form(acme.bob), follow=True)

    team = acme.account.teams.get()
    assert list(team.members.all()) == [acme.bob.membership]
    assert "Team Payments is saved" in answer.content.decode()
    assert acme.account.audit_entries.filter(action="created team").exists()


def test_members_come_and_go(acme, sign_in):
    alice = sign_in(acme.alice)
    alice.post("/teams/new/", form(acme.bob))
    team = acme.account.teams.get()

    alice.post(f"/teams/{team.public_id}/edit/", form(acme.alice, name="Money"))

    team.refresh_from_db()
    assert team.name == "Money"
    assert list(team.members.all()) == [acme.alice.membership]


def test_two_teams_do_not_share_a_name(acme, sign_in):
    alice = sign_in(acme.alice)
    alice.post("/teams/new/", form())

    answer = alice.post("/teams/new/", form())

    assert "already a team" in answer.content.decode()
    assert acme.account.teams.count() == 1


def test_members_of_another_account_are_no_choice(acme, globex, sign_in):
    answer = sign_in(acme.alice).post("/teams/new/", form(globex.mallory))

    assert "not one of the available choices" in answer.content.decode()
    assert not acme.account.teams.exists()


def test_a_deleted_team_leaves_its_services(acme, sign_in):
    team = acme.account.teams.create(name="Payments")
    acme.service.team = team
    acme.service.save()
    alice = sign_in(acme.alice)
    delete = f"/teams/{team.public_id}/delete/"

    asked = alice.get(delete).content.decode()
    still_there = acme.account.teams.count()
    alice.post(delete)

    acme.service.refresh_from_db()
    assert "Delete team Payments" in asked
    assert still_there == 1
    assert acme.service.team is None
    assert not acme.account.teams.exists()


def test_a_responder_sees_teams_and_changes_none(acme, sign_in):
    team = acme.account.teams.create(name="Payments")
    bob = sign_in(acme.bob)

    shown = bob.get(f"/teams/{team.public_id}/")
    refused = [
        bob.post("/teams/new/", form()),
        bob.post(f"/teams/{team.public_id}/edit/", form()),
        bob.post(f"/teams/{team.public_id}/delete/"),
    ]

    assert shown.status_code == 200
    assert "Edit team" not in shown.content.decode()
    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert acme.account.teams.count() == 1
