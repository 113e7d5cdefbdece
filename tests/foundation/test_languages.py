"""Which language is meant, however it is called or coded."""

import pytest

from referral.foundation import languages
from referral.foundation.db import Database
from referral.foundation.languages import Direction, LanguageKind


@pytest.mark.parametrize(
    ("query", "tag"),
    [
        ("spanish", "es"),
        ("Español", "es"),
        ("castellano", "es"),
        ("Kreyol", "ht"),
        ("haitian creol", "ht"),
        ("Mam", "mam"),
        ("K'iche'", "quc"),
        ("quiche", "quc"),
        ("q’anjobal", "kjb"),
        ("mixteco", "x-mixtec"),
        ("chinese", "cmn"),
        ("العربية", "ar"),
        ("ASL", "ase"),
        ("farsi", "fa"),
        ("dari", "prs"),
        ("ukranian", "uk"),
        ("tigrinia", "ti"),
        ("quc", "quc"),
    ],
)
async def test_a_language_is_found_as_people_call_it(database: Database, query: str, tag: str) -> None:
    found = await languages.search(database.reader, query)
    assert found[0].tag == tag


async def test_words_of_the_readers_own_language_count(database: Database) -> None:
    assert (await languages.search(database.reader, "persan", in_="fr"))[0].tag == "fa"
    assert (await languages.search(database.reader, "русский", in_="ru"))[0].tag == "ru"


async def test_the_beginning_of_a_name_is_enough(database: Database) -> None:
    assert {"pa", "pnb"} <= {language.tag for language in await languages.search(database.reader, "punj")}


@pytest.mark.parametrize("query", ["qqzzxx", "!!!", "\x00", "x" * 5000])
async def test_garbage_finds_no_language(database: Database, query: str) -> None:
    assert await languages.search(database.reader, query) == []


async def test_without_a_query_common_languages_come_first(database: Database) -> None:
    assert [language.tag for language in await languages.search(database.reader, None, first=3)] == ["es", "en", "pt"]
    assert len(await languages.listed(database.reader)) == 152


async def test_a_language_says_how_it_is_written_and_called(database: Database) -> None:
    [pashto, *_] = await languages.search(database.reader, "pashto")
    assert (pashto.direction, pashto.script, pashto.kind) == (Direction.RTL, "Arab", LanguageKind.SPOKEN)
    assert (pashto.name_in("es"), pashto.name_in("fr"), pashto.name_in("pt-BR"), pashto.name_in("so")) == (
        "pastún",
        "pachto",
        "pashto",
        "Pashto",
    )
    [asl, *_] = await languages.search(database.reader, "american sign language")
    assert asl.kind is LanguageKind.SIGNED


async def test_codes_of_every_standard_become_one_tag(database: Database) -> None:
    asked = ["eng", "spa", "fra", "fre", "HAT", "PT-br", "zh_hant", "zho", "cmn", "es-MX", "fa-AF", "X-Mixtec", "pus"]
    assert await languages.known_tags(database.reader, asked) == {
        "eng": "en",
        "spa": "es",
        "fra": "fr",
        "fre": "fr",
        "HAT": "ht",
        "PT-br": "pt-BR",
        "zh_hant": "zh-Hant",
        "zho": "zh",
        "cmn": "cmn",
        "es-MX": "es",
        "fa-AF": "prs",
        "X-Mixtec": "x-mixtec",
        "pus": "ps",
    }


async def test_unknown_codes_are_left_out(database: Database) -> None:
    # mix is Mixtepec Mixtec only, and no stand-in for the other Mixtec languages
    assert await languages.known_tags(database.reader, ["mix", "tlh", "", "-", "x", "x-unknown", "y" * 999]) == {}


async def test_a_tag_is_described_however_it_is_written(database: Database) -> None:
    described = [await languages.language(database.reader, tag) for tag in ("spa", "pt-BR", "zh-Hant", "tlh")]
    assert [language.tag if language else None for language in described] == ["es", "pt", "cmn", None]


async def test_only_reviewed_pairs_serve_each_other(database: Database) -> None:
    pairs = await languages.reviewed_pairs(database.reader)
    assert {(pair.spoken, pair.served) for pair in pairs if not pair.is_partial} == {
        ("zh", "cmn"),
        ("cmn", "zh"),
        ("pt", "pt-BR"),
        ("pt-BR", "pt"),
    }
    assert {(pair.spoken, pair.served) for pair in pairs if pair.is_partial} == {("fa", "prs"), ("prs", "fa")}


@pytest.mark.parametrize("reader", ["en", "es"])
async def test_whatever_can_be_asked_for_is_said_by_name(database: Database, reader: str) -> None:
    names = await languages.names(database.reader, reader)
    known = await languages.lexicon(database.reader)
    assert set(known.tags.values()) <= set(names)
    assert all(names.values())
    assert names["zh"] == names["zh-Hant"] == names["cmn"] == {"en": "Mandarin Chinese", "es": "chino mandarín"}[reader]
