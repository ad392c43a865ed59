"""One invite, opened by two phones at one moment: one joins."""

from pickup.models import Invite, Verifier
from pickup.services.invites import (
    invite_verifier,
    join_by_mini_program,
    make_invite,
    make_link,
    revoke_invite,
)
from pickup.services.verifiers import switch_off
from shop.customers.models import Customer
from shop.errors import Refused
from shop.events.models import Event
from shop.moves.services import lock_row
from tests import cast
from tests.pickup.counter import appoint
from tests.races.conftest import Rendezvous, codes_of, run_together

MANAGER = cast.clerk("manager", name="王店长", id_=2)
ROUNDS = 20


def make_link_for(store_id: int) -> tuple[Invite, str]:
    invite = make_invite([store_id], actor=MANAGER)
    return invite, make_link(invite)


def join(link: str, customer: Customer) -> Verifier:
    return join_by_mini_program(link, customer)


def test_two_phones_one_invite_one_wins():
    store = cast.make_store()
    for _round in range(ROUNDS):
        invite, link = make_link_for(store.pk)
        pair = [cast.make_customer(), cast.make_customer()]
        results = run_together([lambda c=customer, url=link: join(url, c) for customer in pair])
        assert codes_of(results) == ["no_invite", "ok"]
        (winner,) = (result for result in results if not isinstance(result, Refused))
        invite.refresh_from_db()
        assert invite.used_by == winner
    assert Verifier.objects.count() == ROUNDS


def test_used_and_revoked_at_once_is_one_of_both():
    store = cast.make_store()
    for _round in range(6):
        invite, link = make_link_for(store.pk)
        customer = cast.make_customer()
        acts = [
            lambda c=customer, url=link: join(url, c),
            lambda i=invite: revoke_invite(i.pk, actor=MANAGER),
        ]
        codes = codes_of(run_together(acts))
        assert codes.count("ok") == 1
        invite.refresh_from_db()
        assert (invite.state == "used") == Verifier.objects.filter(customer=customer).exists()


def test_used_while_its_verifier_is_switched_off_it_is_one_after_the_other():
    store = cast.make_store()
    for _round in range(6):
        verifier = appoint(store)
        invite = invite_verifier(verifier.pk, actor=MANAGER)
        link = make_link(invite)
        acts = [
            lambda c=verifier.customer, url=link: join(url, c),
            lambda v=verifier: switch_off(v.pk, actor=MANAGER),
        ]
        joined, ended = run_together(acts)
        assert not isinstance(ended, Exception)
        invite.refresh_from_db()
        assert invite.state == ("revoked" if isinstance(joined, Refused) else "used")


def unlocked(rendezvous: Rendezvous):
    """Invites are read without being locked, and all read before any of them writes."""

    def read(model, pk, *, actor=None):
        if model is not Invite:
            return lock_row(model, pk, actor=actor)
        invite = Invite.objects.get(pk=pk)
        rendezvous.meet()
        return invite

    return read


def test_without_the_lock_the_version_is_the_last_guard(monkeypatch):
    _invite, link = make_link_for(cast.make_store().pk)
    monkeypatch.setattr("pickup.services.invites.lock_row", unlocked(Rendezvous(2)))
    pair = [cast.make_customer(), cast.make_customer()]
    codes = codes_of(run_together([lambda c=customer: join(link, c) for customer in pair]))
    assert codes == ["ok", "stale"]
    assert Verifier.objects.count() == 1


def test_without_lock_and_guards_both_would_join(monkeypatch):
    """The control of the control: what is written blindly, without version and event, lets both in."""
    _invite, link = make_link_for(cast.make_store().pk)
    monkeypatch.setattr("pickup.services.invites.lock_row", unlocked(Rendezvous(2)))
    monkeypatch.setattr("pickup.services.invites.move", lambda *_args, **_more: None)
    pair = [cast.make_customer(), cast.make_customer()]
    assert codes_of(run_together([lambda c=customer: join(link, c) for customer in pair])) == ["ok", "ok"]
    assert Verifier.objects.count() == 2
    assert Event.objects.filter(verb="invite.use").count() == 0
