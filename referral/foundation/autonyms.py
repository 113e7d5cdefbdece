"""In which languages do we speak to people? Each by the name that its speakers give it."""

from types import MappingProxyType

SOURCE = "en"
# In the order in which a reader is offered them.
AUTONYMS = MappingProxyType(
    {
        "en": "English",
        "es": "Español",
        "ht": "Kreyòl ayisyen",
        "pt-BR": "Português",
        "fr": "Français",
        "ar": "العربية",
        "zh-Hans": "简体中文",
    }
)
LANGUAGES = tuple(AUTONYMS)
BY_NAME = MappingProxyType({lang.partition("-")[0]: lang for lang in LANGUAGES})


def ours(tag: str) -> str | None:
    """Which of them serves whoever wants this one: es-MX is Spanish, and Portuguese is that of Brazil."""
    return BY_NAME.get(tag.strip().partition("-")[0].lower())


def spoken_to(tag: str | None) -> str:
    """In which of them somebody is spoken to, who wants this one or has not said; English where we have no better."""
    return ours(tag or "") or SOURCE
