"""What is written to providers: that someone asks, a link, and until when. Nothing of a case is ever in a letter.

Whether they still take people is asked in English and Spanish at once: nobody has told us which they read.
"""

from datetime import datetime, timedelta
from uuid import UUID

from markupsafe import Markup

from referral.directory.upkeep.asking import MOST_IN_A_LETTER, Ask, Listed
from referral.edges.house import House
from referral.foundation import links
from referral.foundation.links import Link
from referral.foundation.mail import Letter
from referral.referrals.reading import Referral

# After its offer has run out a link still opens, so that the page can say what happened to the offer.
LINK_OUTLIVES_OFFER = timedelta(days=30)
FOLLOW_UP_LINK_LIVES = timedelta(days=60)
CAPACITY_LINK_LIVES = timedelta(days=30)
ASKING_LINK_LIVES = timedelta(days=14)

OFFER = """\
Someone asks for help that you may be able to give.

You can see what is needed, without a name, and answer yes, no, or with a question:

{link}

Please answer until {until:%A, %d %B %Y, %H:%M} UTC. After that we ask someone else.

This link is for your organization only. Do not forward this letter.
"""

REMINDER = """\
Someone still waits for your answer: yes, no, or a question.

{link}

Please answer until {until:%A, %d %B %Y, %H:%M} UTC. After that we ask someone else. If you cannot help, a short no lets
us ask the next organization at once.

This link is for your organization only. Do not forward this letter.
"""

WHAT_BECAME = """\
Your organization said yes to someone who asked for help.

Have you reached the person? What became of it? Please open the link and press one button. If you could not reach them,
say so: then we try, or ask someone else.

{link}

This link is for your organization only. Do not forward this letter.
"""

RECALLED = """\
We have taken back a request that we sent to your organization.

If you had said yes, please do not contact the person on our behalf any more, and destroy what you wrote down about
them. There is nothing else to do.
"""

WITHDRAWN = """\
Someone to whom your organization said yes no longer asks for help through us.

Please do not contact them any more, and destroy what you wrote down about them. There is nothing else to do.
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

LISTING = "* {name}\n  {link}"
LISTING_HTML = Markup(
    '<li><p><strong>{name}</strong><br><a href="{link}?lang=en">Answer in English</a> &middot; '
    '<a href="{link}?lang=es" lang="es" hreflang="es">Responder en español</a></p></li>'
)


def offer(house: House, referral: Referral, to: str) -> Letter:
    """The letter that brings an offer to a provider."""
    return Letter(
        to=to,
        subject="A request for your organization",
        text=OFFER.format(link=answer_link(house, referral), until=referral.expires_at),
    )


def reminder(house: House, referral: Referral, to: str) -> Letter:
    """The letter for an offer that lies unanswered."""
    return Letter(
        to=to,
        subject="A request still waits for your answer",
        text=REMINDER.format(link=answer_link(house, referral), until=referral.expires_at),
    )


def what_became(house: House, referral: Referral, to: str, *, now: datetime) -> Letter:
    """The letter that asks, some time after a yes, what became of it."""
    link = answer_link(house, referral, until=now + FOLLOW_UP_LINK_LIVES)
    return Letter(to=to, subject="Have you reached the person?", text=WHAT_BECAME.format(link=link))


def recalled(to: str) -> Letter:
    """The letter to a provider from which staff took a request back; the person still asks for help."""
    return Letter(to=to, subject="A request was taken back", text=RECALLED)


def withdrawn(to: str) -> Letter:
    """The letter to a provider that had said yes; it does not say to whom."""
    return Letter(to=to, subject="A request was taken back", text=WITHDRAWN)


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


def called(listing: Listed) -> str:
    """A listing's name on one line, and the town where one may be told."""
    name = " ".join(listing.name.split())
    return f"{name} ({listing.place})" if listing.place else name


def capacity_link(house: House, provider_id: UUID, *, now: datetime, lives: timedelta = CAPACITY_LINK_LIVES) -> str:
    """The signed link by which a provider says whether it takes new people."""
    link = Link(purpose="state-capacity", subject=provider_id, expires_at=now + lives)
    return f"{house.settings.public_url.rstrip('/')}/c/{links.sign(house.vault, link)}"


def answer_link(house: House, referral: Referral, *, until: datetime | None = None) -> str:
    """The signed link by which a provider answers an offer, and later tells what became of it."""
    until = until or referral.expires_at + LINK_OUTLIVES_OFFER
    link = Link(purpose="answer-referral", subject=referral.id, expires_at=until)
    return f"{house.settings.public_url.rstrip('/')}/r/{links.sign(house.vault, link)}"
