"""What is written to providers: that someone asks, a link, and until when. Nothing of a case is ever in a letter."""

from datetime import datetime, timedelta
from uuid import UUID

from referral.edges.house import House
from referral.foundation import links
from referral.foundation.links import Link
from referral.foundation.mail import Letter
from referral.referrals.reading import Referral

# After its offer has run out a link still opens, so that the page can say what happened to the offer.
LINK_OUTLIVES_OFFER = timedelta(days=30)
CAPACITY_LINK_LIVES = timedelta(days=30)

OFFER = """\
Someone asks for help that you may be able to give.

You can see what is needed, without a name, and answer yes, no, or with a question:

{link}

Please answer until {until:%A, %d %B %Y, %H:%M} UTC. After that we ask someone else.

This link is for your organization only. Do not forward this letter.
"""

WITHDRAWN = """\
Someone to whom your organization said yes no longer asks for help through us.

Please do not contact them any more, and destroy what you wrote down about them. There is nothing else to do.
"""


def offer(house: House, referral: Referral, to: str) -> Letter:
    """The letter that brings an offer to a provider."""
    return Letter(
        to=to,
        subject="A request for your organization",
        text=OFFER.format(link=answer_link(house, referral), until=referral.expires_at),
    )


def withdrawn(to: str) -> Letter:
    """The letter to a provider that had said yes; it does not say to whom."""
    return Letter(to=to, subject="A request was taken back", text=WITHDRAWN)


def capacity_link(house: House, provider_id: UUID, *, now: datetime) -> str:
    """The signed link by which a provider says whether it takes new people."""
    link = Link(purpose="state-capacity", subject=provider_id, expires_at=now + CAPACITY_LINK_LIVES)
    return f"{house.settings.public_url.rstrip('/')}/c/{links.sign(house.vault, link)}"


def answer_link(house: House, referral: Referral) -> str:
    """The signed link by which a provider answers an offer."""
    link = Link(purpose="answer-referral", subject=referral.id, expires_at=referral.expires_at + LINK_OUTLIVES_OFFER)
    return f"{house.settings.public_url.rstrip('/')}/r/{links.sign(house.vault, link)}"
