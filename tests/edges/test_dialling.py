"""A number leads to the same phone from wherever it is called."""

import pytest

from referral.edges.web.dialling import dialled


@pytest.mark.parametrize(
    ("number", "extension", "country", "link"),
    [
        ("(619) 231-7788", None, "US", "tel:+16192317788"),
        ("619.231.7788", "12", "US", "tel:+16192317788,12"),
        ("(619) 231-7788 ext. 12", None, "US", "tel:+16192317788,12"),
        ("619-231-7788x12", None, "US", "tel:+16192317788,12"),
        ("1-855-641-6081", None, "US", "tel:+18556416081"),
        ("+1 619 231 7788", None, "MX", "tel:+16192317788"),
        ("664 123 4567", None, "MX", "tel:+526641234567"),
        ("01 664 123 4567", None, "MX", "tel:+526641234567"),
        ("52 1 664 123 4567", None, "MX", "tel:+526641234567"),
        ("1 855 641 6081", None, "MX", "tel:+18556416081"),
        ("011 52 664 123 4567", None, "US", "tel:+526641234567"),
        ("00 52 664 123 4567", None, None, "tel:+526641234567"),
        ("2234-5678", None, "GT", "tel:+50222345678"),
        ("911", None, "US", "tel:911"),
        ("(619) 231-7788", None, None, "tel:6192317788"),
        ("020 7946 0000", None, "GB", "tel:02079460000"),
        ("(312) 660-1328 or (312) 583-9721", None, "US", None),
        ("1-800-CALL-NOW", None, "US", None),
        ("ask at the door", None, "US", None),
        ("fax (619) 231-7788", None, "US", "tel:+16192317788"),
    ],
)
def test_a_number_is_dialled_by_the_country_of_its_office(
    number: str, extension: str | None, country: str | None, link: str | None
) -> None:
    assert dialled(number, extension, country).link == link


@pytest.mark.parametrize(
    ("number", "country", "shown", "extension"),
    [
        ("(619) 231-7788", "US", "+1 (619) 231-7788", None),
        ("1-855-641-6081", "US", "+1-855-641-6081", None),
        ("01 664 123 4567", "MX", "+52 6641234567", None),
        ("+52 664 123 4567", "MX", "+52 664 123 4567", None),
        ("(619) 231-7788 ext. 12", "US", "+1 (619) 231-7788", "12"),
        ("911", "US", "911", None),
        ("ask at the door", "US", "ask at the door", None),
    ],
)
def test_whoever_dials_by_hand_sees_the_country_too(
    number: str, country: str, shown: str, extension: str | None
) -> None:
    made = dialled(number, None, country)
    assert (made.shown, made.extension) == (shown, extension)
