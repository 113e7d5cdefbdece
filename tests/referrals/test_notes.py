"""The few words beside an act are sealed with the request's own key and go when it goes."""

from uuid import UUID

import given
import pytest
from given import terms
from referrals_given import PROVIDER, offered, someone, submitted

from referral.edges.house import House
from referral.foundation.actors import ActorKind
from referral.foundation.clock import now
from referral.foundation.db import value
from referral.foundation.keys.refusals import KeyElsewhere
from referral.foundation.vault import SealBroken, Secret, Vault
from referral.intake.requests import HelpRequest
from referral.referrals import leaving, notes
from referral.referrals.notes import By
from referral.referrals.reading import Referral

WORDS = "Ñandú: can she come on Tuesday?"


async def kept(house: House, request: HelpRequest, id: UUID, text: str, by: By = PROVIDER) -> None:
    async with house.database.transaction() as tx:
        await notes.keep(tx, house.vault, request, id, text, by)


async def an_offer(house: House, request: HelpRequest) -> Referral:
    return await offered(house, request, terms(await given.office(house.database)))


async def read(house: House, request: HelpRequest, *ids: UUID) -> dict[UUID, list[str]]:
    found = await notes.of_referrals(house.database.reader, house.vault, request, ids)
    return {id: [note.text for note in theirs] for id, theirs in found.items()}


async def test_words_come_back_as_they_were_with_who_wrote_them(house: House) -> None:
    request = await someone(house)
    made = await an_offer(house, request)
    staff = By(kind=ActorKind.INTAKE_STAFF, id=UUID(int=1))
    await kept(house, request, made.id, WORDS)
    await kept(house, request, made.id, "Yes.", staff)
    (first, second) = (await notes.of_referrals(house.database.reader, house.vault, request, [made.id]))[made.id]
    assert (first.text, first.actor, second.text, second.actor) == (
        WORDS,
        ActorKind.PROVIDER_STAFF,
        "Yes.",
        ActorKind.INTAKE_STAFF,
    )
    assert first.at < second.at
    assert WORDS not in repr(first)
    assert await value(house.database.reader, "SELECT actor_id FROM referral_note ORDER BY at DESC LIMIT 1") == staff.id


async def test_each_referral_has_its_own_words_and_no_others_are_read(house: House) -> None:
    request = await someone(house)
    one, other, silent = [await an_offer(house, request) for _ in range(3)]
    await kept(house, request, one.id, "One.")
    await kept(house, request, other.id, "Other.")
    assert await read(house, request, one.id, other.id, silent.id) == {one.id: ["One."], other.id: ["Other."]}
    assert await read(house, request, other.id) == {other.id: ["Other."]}
    assert await read(house, request) == {}


async def test_what_is_stored_shows_no_word_and_little_of_its_length(house: House) -> None:
    request = await someone(house)
    made = await an_offer(house, request)
    for text in ("No.", WORDS, "x" * 500):
        await kept(house, request, made.id, text)
    rows = [sealed for (sealed,) in await house.database.pool.fetch("SELECT sealed FROM referral_note")]
    assert len({len(sealed) for sealed in rows}) == 1
    assert all(text.encode() not in sealed for sealed in rows for text in ("No.", "Tuesday", "xxxx"))


async def test_words_moved_to_another_row_do_not_open(house: House) -> None:
    request = await someone(house)
    made = await an_offer(house, request)
    await kept(house, request, made.id, "One.")
    await kept(house, request, made.id, "Other.")
    await house.database.pool.execute(
        "UPDATE referral_note n SET sealed = o.sealed FROM referral_note o WHERE o.id <> n.id"
    )
    with pytest.raises(SealBroken):
        await read(house, request, made.id)


async def test_words_beside_one_request_do_not_open_with_the_key_of_another(house: House) -> None:
    request, other = await someone(house), await someone(house)
    made = await an_offer(house, request)
    await kept(house, request, made.id, WORDS)
    with pytest.raises(SealBroken):
        await notes.of_referrals(house.database.reader, house.vault, other, [made.id])
    with pytest.raises(KeyElsewhere):
        await notes.of_referrals(house.database.reader, Vault(Secret(bytes(32))), request, [made.id])


async def test_of_an_erased_request_nothing_is_kept_and_of_another_everything(house: House) -> None:
    sent, other = await submitted(house), await someone(house)
    made, beside = await an_offer(house, sent.request), await an_offer(house, other)
    await kept(house, sent.request, made.id, WORDS)
    await kept(house, other, beside.id, "Other.")
    async with house.database.transaction() as tx:
        erased = await leaving.withdraw(tx, house.vault, sent.receipt, erase=True, now=now())
    await kept(house, erased, made.id, "Once more.")
    assert await value(house.database.reader, "SELECT count(*) FROM referral_note") == 1
    assert await read(house, erased, made.id) == {}
    assert await read(house, other, beside.id) == {beside.id: ["Other."]}


async def test_who_only_takes_a_request_back_leaves_the_words_beside_it(house: House) -> None:
    sent = await submitted(house)
    made = await an_offer(house, sent.request)
    await kept(house, sent.request, made.id, WORDS)
    async with house.database.transaction() as tx:
        closed = await leaving.withdraw(tx, house.vault, sent.receipt, erase=False, now=now())
    assert await read(house, closed, made.id) == {made.id: [WORDS]}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (None, []),
        ("", []),
        ("x" * 500, []),
        ("x" * 501, ["TOO_LONG"]),
        ("Is she A 123-456-789?", ["IDENTITY_NUMBER"]),
        ("SSN 123-45-6789", ["IDENTITY_NUMBER"]),
    ],
)
def test_words_are_few_and_hold_no_number_of_a_paper(text: str | None, codes: list[str]) -> None:
    found = notes.wrong_in("note", text)
    assert [(one.path, one.code) for one in found] == [(("note",), code) for code in codes]
