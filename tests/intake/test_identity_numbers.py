"""Numbers from identity papers are seen however they are written; phone numbers and dates are not taken for them."""

import pytest

from referral.intake import identity_numbers


@pytest.mark.parametrize(
    "text",
    [
        "A 123 456 789",
        "my number is A123456789",
        "a#12345678",
        "123456789",
        "I am 123456789.",
        "SSN 123456789",
        "social security: 123 45 6789",
        "123-45-6789",
        "\uff11\uff12\uff13-\uff14\uff15-\uff16\uff17\uff18\uff19",
        "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669",
        "A\u200b123\u200b456\u200b789",
        "Passport HN F123456",
        "pasaporte no. F 1234567",
        "mi pasaporte es el E123456",
        "паспорт 1234567",
        "DNI 0801-1990-12345",
        "GOMC900101HDFRRN09",
    ],
)
def test_a_number_from_identity_papers_is_seen(text: str) -> None:
    assert identity_numbers.holds_one(text)


@pytest.mark.parametrize(
    "text",
    [
        "call +1 956 555 0100 after six",
        "956-555-0100",
        "tel. (956) 555-0100",
        "+52 868 812 3456",
        "9565550100",
        "hearing on 2026-12-01 at 08:30",
        "room 12345, 78520 Brownsville",
        "I have no passport",
        "they took my passport on 3 May 2026",
        "A friend told me",
        "",
    ],
)
def test_a_phone_number_a_date_and_an_address_are_let_through(text: str) -> None:
    assert not identity_numbers.holds_one(text)
