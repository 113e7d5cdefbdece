"""What is written to providers and to people: that someone asks, a link, that there is news. Nothing of a case is
ever in a letter.

What people read stands in the catalogue `mail`; what providers read in `texts/`, a folder for each language. They read
all of them at once: nobody has told us which language they read.
"""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from referral.directory.upkeep.asking import MOST_IN_A_LETTER, Ask, Listed
from referral.edges.catalogues import catalogue
from referral.edges.house import House
from referral.foundation import links
from referral.foundation.autonyms import spoken_to
from referral.foundation.chain import anchor_file
from referral.foundation.chain.anchors import Anchor
from referral.foundation.links import Link
from referral.foundation.mail import Letter
from referral.referrals.reading import Referral

LANGUAGES = ("en", "es")
TEXTS = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "texts"),
    autoescape=False,  # noqa: S701 - plain text, and nothing a stranger wrote is in it
    undefined=StrictUndefined,
    auto_reload=False,
    keep_trailing_newline=True,
)
# After its offer has run out a link still opens, so that the page can say what happened to the offer.
LINK_OUTLIVES_OFFER = timedelta(days=30)
FOLLOW_UP_LINK_LIVES = timedelta(days=60)
CAPACITY_LINK_LIVES = timedelta(days=30)
ASKING_LINK_LIVES = timedelta(days=14)

ANCHOR = """\
The line below is a signed anchor of the audit trail. Keep it where nobody can change it who can change the database.
Put such lines in a file, one after the other, and "referral audit verify --anchors FILE" compares the trail with them.

{line}
"""

STILL_OPEN = """\
Your organization is in a directory that people who seek asylum use to find help.

Are you still taking new people? Open the link and press one button. What nobody has said for 30 days is shown as
"not known".

¿Siguen recibiendo a personas nuevas? Su organización está en un directorio para personas que buscan asilo. Abra el
enlace y pulse un botón. Lo que nadie ha dicho en 30 días se muestra como «no se sabe».

{listings}

The links work until {until:%Y-%m-%d}. They are for your organization only: do not forward this letter.
You do not want to be asked? Each page has a button: Do not ask again.

Los enlaces funcionan hasta el {until:%Y-%m-%d}. Son solo para su organización: no reenvíe esta carta.
¿No quiere que le preguntemos? Cada página tiene un botón: No volver a preguntar.
"""

STILL_OPEN_HTML = Markup("""\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{subject}</title></head>
<body style="font: 16px/1.5 sans-serif; max-width: 38em">
<p>Your organization is in a directory that people who seek asylum use to find help.</p>
<p><strong>Are you still taking new people?</strong> Open the link and press one button. What nobody has said for
30 days is shown as &ldquo;not known&rdquo;.</p>
<p lang="es"><strong>¿Siguen recibiendo a personas nuevas?</strong> Su organización está en un directorio para
personas que buscan asilo. Abra el enlace y pulse un botón. Lo que nadie ha dicho en 30 días se muestra como «no se
sabe».</p>
<ul>
{listings}
</ul>
<p>The links work until {until:%Y-%m-%d}. They are for your organization only: do not forward this letter.
You do not want to be asked? Each page has a button: Do not ask again.</p>
<p lang="es">Los enlaces funcionan hasta el {until:%Y-%m-%d}. Son solo para su organización: no reenvíe esta carta.
¿No quiere que le preguntemos? Cada página tiene un botón: No volver a preguntar.</p>
</body>
</html>
""")

ALARM = """\
{colleague} opened more than {most} cases within an hour and was stopped. They can go on once the hour has passed.

Ask them. If you cannot reach them, or do not believe what you hear, have an admin shut the account: that ends every
session at once. The audit trail of each case says when they looked.

{colleague} abrió más de {most} casos en una hora y el sistema le detuvo. Podrá seguir cuando pase la hora.

Pregúntele. Si no le encuentra, o no le cree, pida a administración que cierre la cuenta: eso termina todas sus
sesiones de inmediato. El registro de cada caso dice cuándo lo miró.
"""

LISTING = "* {name}\n  {link}"
LISTING_HTML = Markup(
    '<li><p><strong>{name}</strong><br><a href="{link}?lang=en">Answer in English</a> &middot; '
    '<a href="{link}?lang=es" lang="es" hreflang="es">Responder en español</a></p></li>'
)


def offer(house: House, referral: Referral, to: str) -> Letter:
    """The letter that brings an offer to a provider."""
    return to_provider("offer", to, link=answer_link(house, referral), until=referral.expires_at)


def reminder(house: House, referral: Referral, to: str) -> Letter:
    """The letter for an offer that lies unanswered."""
    return to_provider("reminder", to, link=answer_link(house, referral), until=referral.expires_at)


def what_became(house: House, referral: Referral, to: str, *, now: datetime) -> Letter:
    """The letter that asks, some time after a yes, what became of it."""
    return to_provider("what_became", to, link=answer_link(house, referral, until=now + FOLLOW_UP_LINK_LIVES))


def recalled(to: str) -> Letter:
    """The letter to a provider from which staff took a request back; the person still asks for help."""
    return to_provider("recalled", to)


def withdrawn(to: str) -> Letter:
    """The letter to a provider that had said yes; it does not say to whom."""
    return to_provider("withdrawn", to)


def anchor(newest: Anchor, to: str) -> Letter:
    """The letter to whoever keeps anchors of the audit trail elsewhere; nothing of a person is in one."""
    return Letter(
        to=to,
        subject=f"Anchor {newest.number} of the audit trail",
        text=ANCHOR.format(line=anchor_file.line(newest).decode()),
    )


def news(house: House, to: str, language: str, *, discreet: bool) -> Letter:
    """The letter to a person that something is new; who we are only where the person allowed that it is said."""
    t = catalogue(spoken_to(language), "mail")
    if discreet:
        return Letter(to=to, subject=t("mail.discreet.subject"), text=t("mail.discreet.text"), names_sender=False)
    page = f"{house.settings.public_url.rstrip('/')}/{t.lang}/status"
    return Letter(to=to, subject=t("mail.news.subject"), text=t("mail.news.text", page=page))


def to_provider(name: str, to: str, **values: object) -> Letter:
    """A letter in every language we write: nobody has told us which one a provider reads."""
    written = [said(name, language, **values) for language in LANGUAGES]
    return Letter(
        to=to,
        subject=" / ".join(dict.fromkeys(subject for subject, _ in written)),
        text="\n\n— — —\n\n".join(text for _, text in written),
    )


def said(name: str, language: str, **values: object) -> tuple[str, str]:
    """A text for providers: its first line is the subject."""
    text = TEXTS.get_template(f"{language}/{name}.txt").render(values)
    subject, _, body = text.partition("\n")
    return subject, body.strip() + "\n"


def still_open(house: House, ask: Ask, *, now: datetime) -> Letter:
    """The letter that asks whether an office still takes people, with a link for each of its listings."""
    subject, until = "Still taking new people? ¿Siguen recibiendo personas?", now + ASKING_LINK_LIVES
    links_of = [
        (called(one), capacity_link(house, one.id, now=now, lives=ASKING_LINK_LIVES))
        for one in ask.listings[:MOST_IN_A_LETTER]
    ]
    plain = "\n\n".join(LISTING.format(name=name, link=link) for name, link in links_of)
    marked = Markup("\n").join(LISTING_HTML.format(name=name, link=link) for name, link in links_of)
    return Letter(
        to=ask.address,
        subject=subject,
        text=STILL_OPEN.format(listings=plain, until=until),
        html=STILL_OPEN_HTML.format(subject=subject, listings=marked, until=until),
    )


def alarm(house: House, to: str, colleague: str) -> Letter:
    """To whoever oversees the team: a colleague was stopped. Nothing of any case is in it."""
    most = house.settings.opened_per_hour
    return Letter(
        to=to, subject="A colleague opened very many cases", text=ALARM.format(colleague=colleague, most=most)
    )


def called(listing: Listed) -> str:
    """A listing's name on one line, and the town where one may be told."""
    name = " ".join(listing.name.split())
    return f"{name} ({listing.place})" if listing.place else name


def capacity_link(house: House, provider_id: UUID, *, now: datetime, lives: timedelta = CAPACITY_LINK_LIVES) -> str:
    """The signed link by which a provider says whether it takes new people."""
    link = Link(purpose="state-capacity", subject=provider_id, expires_at=now + lives)
    return f"{house.settings.providers_at.rstrip('/')}/c/{links.sign(house.vault, link)}"


def answer_link(house: House, referral: Referral, *, until: datetime | None = None) -> str:
    """The signed link by which a provider answers an offer, and later tells what became of it."""
    until = until or referral.expires_at + LINK_OUTLIVES_OFFER
    link = Link(purpose="answer-referral", subject=referral.id, expires_at=until)
    return f"{house.settings.providers_at.rstrip('/')}/r/{links.sign(house.vault, link)}"
