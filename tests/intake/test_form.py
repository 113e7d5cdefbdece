"""A form becomes a request, or a list of problems with every field that is wrong."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from referral.foundation.errors import ValidationFailed, problem
from referral.foundation.vocabulary import CasePosture, HelpType, ProtectionClaim
from referral.intake import form
from referral.intake.form import Answers, CourtNamed, LookedUp, OnBehalf, Person, SafeContact, Spot
from referral.intake.words import (
    AgeBand,
    CanAfford,
    ConsentScope,
    ContactChannel,
    Relationship,
    Representation,
    UrgencyCriterion,
    Wish,
)

TODAY = date(2026, 11, 24)
KNOWN = {"es": "es", "eng": "en", "mam": "mam"}
HERE = Spot(
    place_id=UUID(int=1), name="Brownsville", kind="town", country="US", state="TX", county="Cameron",
    latitude=25.9, longitude=-97.5,
)  # fmt: skip
COURT = CourtNamed(id=UUID(int=2), name="Harlingen", state="TX", latitude=26.2, longitude=-97.7)
FINE = Answers(
    idempotency_key="a random key",
    representation=Representation.NONE,
    can_afford=CanAfford.NO,
    help_types=(HelpType.LEGAL_ASYLUM,),
    languages=("es",),
    consents=(ConsentScope.SHARE_SUMMARY,),
)
SIX_WAYS = (SafeContact(channel=ContactChannel.RECEIPT_ONLY),) * 6
HELPER = OnBehalf(relationship=Relationship.FRIEND, person_knows=False)


def contact(channel: ContactChannel, value: str, safe_times: str | None = None) -> Person:
    return Person(contacts=(SafeContact(channel=channel, value=value, safe_times=safe_times),))


def problems(answers: Answers, found: LookedUp | None = None) -> list[tuple[str, str]]:
    with pytest.raises(ValidationFailed) as refused:
        form.parse(answers, found or LookedUp(languages=KNOWN), today=TODAY)
    assert all(one.message for one in refused.value.problems)
    return [(".".join(one.path), one.code) for one in refused.value.problems]


def fits(answers: Answers) -> form.Submission:
    return form.parse(answers, LookedUp(languages=KNOWN), today=TODAY)


def test_the_least_that_can_be_sent_is_kept_and_sending_is_agreeing_to_that() -> None:
    kept = fits(FINE)
    assert kept.consents == {ConsentScope.STORE_REQUEST, ConsentScope.SHARE_SUMMARY}
    assert (kept.person, kept.facts.place, kept.facts.ui_language) == (None, None, "es")


def test_what_was_said_twice_is_kept_once_in_its_order_and_tags_become_ours() -> None:
    kept = form.parse(
        replace(
            FINE,
            help_types=(HelpType.LEGAL_APPEAL, HelpType.LEGAL_ASYLUM, HelpType.LEGAL_APPEAL),
            languages=("mam", "eng", "mam"),
            claims=(ProtectionClaim.CAT, ProtectionClaim.CAT),
            ui_language="eng",
            reading_language="es",
        ),
        LookedUp(languages=KNOWN, place=HERE, court=COURT),
        today=TODAY,
    )
    assert kept.help_types == (HelpType.LEGAL_APPEAL, HelpType.LEGAL_ASYLUM)
    assert kept.languages == ("mam", "en")
    assert kept.facts.claims == (ProtectionClaim.CAT,)
    assert (kept.facts.place, kept.facts.court, kept.facts.ui_language) == (HERE, COURT, "en")


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"idempotency_key": "1234567"}, "idempotency_key", "LENGTH"),
        ({"idempotency_key": "x" * 201}, "idempotency_key", "LENGTH"),
        ({"help_types": ()}, "help_types", "EMPTY"),
        ({"help_types": (HelpType.HUM_FOOD,) * 11}, "help_types", "TOO_MANY"),
        ({"languages": ()}, "languages", "EMPTY"),
        ({"languages": ("es",) * 11}, "languages", "TOO_MANY"),
        ({"languages": ("es", "tlh")}, "languages.1", "UNKNOWN_LANGUAGE"),
        ({"claims": (ProtectionClaim.CAT,) * 11}, "claims", "TOO_MANY"),
        ({"wishes": (Wish.STEP_FREE,) * 11}, "wishes", "TOO_MANY"),
        ({"wishes": (Wish.INTERPRETER_WOMAN, Wish.INTERPRETER_MAN)}, "wishes", "CONTRADICTS"),
        ({"wishes": (Wish.IN_PERSON, Wish.FROM_AFAR)}, "wishes", "CONTRADICTS"),
        ({"reading_language": "tlh"}, "reading_language", "UNKNOWN_LANGUAGE"),
        ({"reading_language": ""}, "reading_language", "UNKNOWN_LANGUAGE"),
        ({"ui_language": "tlh"}, "ui_language", "UNKNOWN_LANGUAGE"),
        ({"country": "hn"}, "country", "UNKNOWN_COUNTRY"),
        ({"country": "HND"}, "country", "UNKNOWN_COUNTRY"),
        ({"household_size": 0}, "household_size", "OUT_OF_RANGE"),
        ({"household_size": 31}, "household_size", "OUT_OF_RANGE"),
        ({"arrived_on": TODAY + timedelta(days=1)}, "arrived_on", "OUT_OF_RANGE"),
        ({"arrived_on": date(1900, 1, 1)}, "arrived_on", "OUT_OF_RANGE"),
        ({"next_hearing_on": TODAY + timedelta(days=3654)}, "next_hearing_on", "OUT_OF_RANGE"),
        ({"next_hearing_on": date(1, 1, 1)}, "next_hearing_on", "OUT_OF_RANGE"),
        ({"person": Person(name="x" * 201)}, "person.name", "TOO_LONG"),
        ({"person": Person(note="x" * 1_201)}, "person.note", "TOO_LONG"),
        ({"person": contact(ContactChannel.PHONE, "")}, "person.contacts.0.value", "EMPTY"),
        ({"person": contact(ContactChannel.POST, "x" * 201)}, "person.contacts.0.value", "TOO_LONG"),
        ({"person": contact(ContactChannel.EMAIL, "no@where")}, "person.contacts.0.value", "NOT_AN_EMAIL"),
        ({"person": contact(ContactChannel.EMAIL, "a b@c.invalid")}, "person.contacts.0.value", "NOT_AN_EMAIL"),
        ({"person": contact(ContactChannel.PHONE, "555 010")}, "person.contacts.0.value", "NOT_A_PHONE"),
        ({"person": contact(ContactChannel.WHATSAPP, "1" * 21)}, "person.contacts.0.value", "NOT_A_PHONE"),
        (
            {"person": contact(ContactChannel.PHONE, "+1 956 555 0100", "x" * 201)},
            "person.contacts.0.safe_times",
            "TOO_LONG",
        ),
        (
            {"person": Person(contacts=(SafeContact(channel=ContactChannel.RECEIPT_ONLY),) * 6)},
            "person.contacts",
            "TOO_MANY",
        ),
        ({"on_behalf": HELPER}, "on_behalf.person_knows", "PERSON_DOES_NOT_KNOW"),
    ],
)
def test_each_slip_is_named(change: dict[str, object], path: str, code: str) -> None:
    assert problems(replace(FINE, **change)) == [(path, code)]


def test_what_the_look_up_found_wrong_is_named_with_the_rest() -> None:
    found = LookedUp(
        languages={},
        place=problem("near.text", "AMBIGUOUS_PLACE", "Which?"),
        court=problem("court", "UNKNOWN_COURT", "Which?"),
    )
    assert problems(replace(FINE, household_size=0), found) == [
        ("languages.0", "UNKNOWN_LANGUAGE"),
        ("household_size", "OUT_OF_RANGE"),
        ("near.text", "AMBIGUOUS_PLACE"),
        ("court", "UNKNOWN_COURT"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "A123456789", "My A-number is A 123-456-789", "a# 12345678", "A: 123 456 78", "SSN 123-45-6789", "123 45 6789",
        "CURP GOMC900514HDFRRL09", "passport no AB1234567", "Mi pasaporte: 12345678", "Pasaporte número G12345678",
    ],
)  # fmt: skip
def test_a_number_that_names_a_person_to_the_authorities_is_never_taken(text: str) -> None:
    assert problems(replace(FINE, person=Person(note=text))) == [("person.note", "IDENTITY_NUMBER")]
    assert problems(replace(FINE, person=Person(name=text))) == [("person.name", "IDENTITY_NUMBER")]
    assert problems(replace(FINE, person=contact(ContactChannel.PHONE, "+1 956 555 0100", text))) == [
        ("person.contacts.0.safe_times", "IDENTITY_NUMBER")
    ]


@pytest.mark.parametrize("channel", [ContactChannel.HELPER, ContactChannel.POST, ContactChannel.RECEIPT_ONLY])
def test_nor_is_it_taken_where_free_words_say_how_to_reach_someone(channel: ContactChannel) -> None:
    answers = replace(FINE, person=contact(channel, "Doña Rosa, for A 123-456-789", "After 123-45-6789"))
    assert problems(answers) == [
        ("person.contacts.0.value", "IDENTITY_NUMBER"),
        ("person.contacts.0.safe_times", "IDENTITY_NUMBER"),
    ]


def test_who_looks_with_a_receipt_only_writes_no_book_beside_it() -> None:
    answers = replace(FINE, person=contact(ContactChannel.RECEIPT_ONLY, "x" * 201, "x" * 201))
    assert problems(answers) == [("person.contacts.0.value", "TOO_LONG"), ("person.contacts.0.safe_times", "TOO_LONG")]


def test_every_slip_in_every_contact_is_named_at_once() -> None:
    wrong = SafeContact(channel=ContactChannel.EMAIL, value="nowhere", safe_times="x" * 201)
    fine = SafeContact(channel=ContactChannel.PHONE, value="+1 956 555 0100")
    assert problems(replace(FINE, person=Person(name="x" * 201, contacts=(wrong, fine, wrong)))) == [
        ("person.name", "TOO_LONG"),
        ("person.contacts.0.value", "NOT_AN_EMAIL"),
        ("person.contacts.0.safe_times", "TOO_LONG"),
        ("person.contacts.2.value", "NOT_AN_EMAIL"),
        ("person.contacts.2.safe_times", "TOO_LONG"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Llame al +1 956 555 0100", "Tengo audiencia el 2026-12-24 a las 10:30", "Soy 1 de 4 hermanos",
        "A 12 km de aquí", "Casa 12345, calle 67", "No tengo pasaporte", "يوجد ٣ أطفال", "Zażółć 🙂 gęślą", "",
    ],
)  # fmt: skip
def test_an_ordinary_note_is_kept_as_it_is(text: str) -> None:
    kept = fits(replace(FINE, person=Person(name="Ana", note=text))).person
    assert kept
    assert kept.note == text


@pytest.mark.parametrize(
    "person",
    [
        contact(ContactChannel.RECEIPT_ONLY, ""),
        contact(ContactChannel.EMAIL, "ana+1@mail.demo.invalid"),
        contact(ContactChannel.SMS, "٠٥٥٥١٢٣٤٥٦٧"),
        contact(ContactChannel.HELPER, "Doña Rosa, de la iglesia"),
    ],
)
def test_every_way_to_be_reached_is_taken(person: Person) -> None:
    assert fits(replace(FINE, person=person)).person == person


@pytest.mark.parametrize(
    "change",
    [
        {"posture": CasePosture.DETAINED_ICE},
        {"posture": CasePosture.ORR_CUSTODY},
        {"age": AgeBand.UNDER_18},
        {"circumstances": (UrgencyCriterion.DETAINED,)},
        {"circumstances": (UrgencyCriterion.UNACCOMPANIED_CHILD,)},
        {"on_behalf": OnBehalf(relationship=Relationship.TEACHER, person_knows=True)},
    ],
)
def test_a_helper_may_ask_for_who_cannot_ask_or_knows(change: dict[str, object]) -> None:
    kept = fits(replace(FINE, **{"on_behalf": HELPER, **change}))
    assert kept.facts.on_behalf


def test_a_hearing_that_was_missed_is_kept() -> None:
    assert fits(replace(FINE, next_hearing_on=TODAY - timedelta(days=30))).facts.next_hearing_on
