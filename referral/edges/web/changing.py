"""What can somebody change after sending? The court date, how they are reached, what they agree to, and the code.

The questions are those of the form, with the same words, and are read in the same way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from referral.edges.catalogues import Catalogue
from referral.edges.house import House
from referral.edges.web.help import shown
from referral.edges.web.help.shown import Shown
from referral.foundation import clock
from referral.foundation.db import Tx
from referral.foundation.errors import NotFound
from referral.foundation.languages import Lexicon
from referral.intake import consents, receipts, renewing, requests
from referral.intake.amending import Changes
from referral.intake.asking import reading, sent
from referral.intake.asking.questions import BY_ID, FIELDS
from referral.intake.asking.reading import Wrong
from referral.intake.form import LookedUp, Person
from referral.intake.receipts import Receipt
from referral.intake.requests import HelpRequest
from referral.intake.words import ConsentScope, ContactChannel
from referral.referrals import amending

SHARED = frozenset({ConsentScope.MATCH_AUTOMATICALLY, ConsentScope.SHARE_SUMMARY, ConsentScope.SHARE_CONTACT})
ACTS = ("hearing", "contact", "consent", "renew")
PAGES_OF = {"court_date": "hearing", "safe": "contact"}  # the act by which a page of the form is sent here
SAID = ("common", "form", "change")
NO_LANGUAGES = Lexicon(languages={}, tags={}, described={}, served={})  # none of these questions is of a language


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What became of it: what was wrong, or the code that counts from now on."""

    wrong: tuple[Wrong, ...] = ()
    receipt: str = field(repr=False)


async def change(house: House, act: str, receipt: str, fields: Mapping[str, str]) -> Changed:
    """Do one of ACTS. Raises NotFound, Conflict, ValidationFailed."""
    match act:
        case "hearing":
            return await hearing(house, receipt, fields)
        case "contact":
            return await contact(house, receipt, fields)
        case "consent":
            return await consent(house, receipt, fields)
        case _:
            return await renew(house, receipt)


async def hearing(house: House, receipt: str, fields: Mapping[str, str]) -> Changed:
    """There is another court date."""
    now = clock.now()
    day, trouble = reading.read_field(FIELDS["court_day"], fields, now.date())
    if trouble or not day:
        return Changed(wrong=(Wrong(field="court_day", code=trouble or "no_day"),), receipt=receipt)
    said = sent.day_of(day)
    async with house.database.transaction() as tx:
        await amend(house, tx, receipt, Changes(next_hearing_on=said))
    return Changed(receipt=receipt)


async def contact(house: House, receipt: str, fields: Mapping[str, str]) -> Changed:
    """They are reached in another way; who they are and what they wrote stays."""
    today = clock.now().date()
    asked = [BY_ID["contact"]]
    asked += [BY_ID["safe"]] if BY_ID["safe"].is_asked(fields) else []
    read = [reading.read(page, fields, today=today) for page in asked]
    if wrong := tuple(one for page in read for one in page.wrong):
        return Changed(wrong=wrong, receipt=receipt)
    given = {name: said for page in read for name, said in page.given.items() if said}
    contacts = sent.contacts(given)
    reaches = contacts[0].channel is not ContactChannel.RECEIPT_ONLY
    async with house.database.transaction() as tx:
        request = await known(house, tx, receipt)
        person = requests.person_of(house.vault, request) or Person()
        standing = await consents.standing(tx, request.id)
        told = frozenset({ConsentScope.NOTIFY_ME})
        changes = Changes(
            person=replace(person, contacts=contacts),
            consents=tuple(standing | told if reaches else standing - told),
        )
        await amend(house, tx, receipt, changes)
    return Changed(receipt=receipt)


async def consent(house: House, receipt: str, fields: Mapping[str, str]) -> Changed:
    """They agree to be shown to groups, or no longer: then nobody is asked for them, and offers are recalled."""
    said = fields.get("consent", "")
    if said not in {"yes", "no"}:
        return Changed(wrong=(Wrong(field="consent", code="choose"),), receipt=receipt)
    async with house.database.transaction() as tx:
        request = await known(house, tx, receipt)
        standing = await consents.standing(tx, request.id)
        wanted = standing | SHARED if said == "yes" else standing - SHARED
        await amend(house, tx, receipt, Changes(consents=tuple(wanted)))
    return Changed(receipt=receipt)


async def renew(house: House, receipt: str) -> Changed:
    """Somebody else may have seen the code: another one, and the old one opens nothing."""
    new = await renewing.new_receipt()
    async with house.database.transaction() as tx:
        await renewing.renew(tx, house.vault, receipt, new, now=clock.now())
    return Changed(receipt=new.receipt)


async def known(house: House, tx: Tx, receipt: str) -> HelpRequest:
    request = await requests.held_by_receipt(tx, house.vault, receipt)
    if request is None or request.data_key is None:
        raise NotFound("No request has this receipt. Check the digits.")
    return request


async def amend(house: House, tx: Tx, receipt: str, changes: Changes) -> None:
    relaxed = house.settings.relaxed_rules
    nothing = LookedUp(languages={})
    await amending.amend(tx, house.vault, receipt, changes, nothing, relaxed=relaxed, now=clock.now())


# ---------------------------------------------------------------- as it is shown
@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """The questions of what can be changed, and what has become of a change just sent."""

    hearing: tuple[Shown, ...]
    contact: tuple[Shown, ...]
    consent: tuple[Shown, ...]
    months: tuple[tuple[str, str], ...]
    open: str | None = None
    is_done: bool = False
    renewed: tuple[str, ...] = field(default=(), repr=False)

    @property
    def troubles(self) -> tuple[Shown, ...]:
        return tuple(one for one in (*self.hearing, *self.contact, *self.consent) if one.wrong)


def shown_as(c: Catalogue, fields: Mapping[str, str], changed: Changed | None) -> Changing:
    """The forms; the one that was sent keeps what was typed where something is wrong with it."""
    wrong = changed.wrong if changed else ()
    act = fields.get("act") if wrong else None

    def questions(page: str) -> tuple[Shown, ...]:
        said = fields if act in {page, PAGES_OF.get(page)} else dict[str, str]()
        return shown.fields(BY_ID[page], c, NO_LANGUAGES, said, wrong=wrong)

    renewed = changed is not None and not wrong and fields.get("act") == "renew"
    return Changing(
        hearing=tuple(one for one in questions("court_date") if one.name == "court_day"),
        contact=(*questions("contact"), *questions("safe")),
        consent=tuple(
            replace(one, options=tuple(option for option in one.options if option.value in {"yes", "no"}))
            for one in questions("consent")
        ),
        months=shown.months(c.lang),
        open=act,
        is_done=changed is not None and not wrong and not renewed,
        renewed=tuple(receipts.written(Receipt(changed.receipt)).split(" ")) if changed and renewed else (),
    )
