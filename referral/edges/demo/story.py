"""The story of one request, told by real calls over HTTP: asked, matched, offered, accepted, seen again."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.request import Request, urlopen
from uuid import UUID, uuid4

from referral.edges.house import House
from referral.foundation import links, mail
from referral.foundation.errors import NotFound
from referral.foundation.vault import Vault

Say = Callable[[str], object]

CALL_SECONDS = 20
OFFER_SECONDS = 30
LINK = re.compile(r"/r/(\S+)")

SUBMIT = """
mutation Submit($input: SubmitHelpRequestInput!) {
  submitHelpRequest(input: $input) {
    __typename
    ... on SubmitHelpRequestPayload {
      receipt
      helpRequest { urgency { level } place { name state } }
      nextSteps { kind text }
      suggestions { rank score distanceKm provider { name } reasons { rule answer points text } }
    }
    ... on Problem { code message }
  }
}"""
BY_RECEIPT = """
query Mine($receipt: String!) {
  helpRequest(receipt: $receipt) {
    status
    referrals { id status provider { name phones { number } } history { at status actor } }
  }
}"""
THROUGH_LINK = """
query Offer($token: String!) {
  referral(token: $token) {
    status expiresAt provider { name }
    request { helpTypes languages place { name } urgency { level } person { name } }
  }
}"""
ACCEPT = """
mutation Accept($token: String!) {
  respondToReferral(input: {token: $token, answer: ACCEPT}) {
    __typename
    ... on ReferralPayload { referral { status request { person { name contacts { channel value } } } } }
    ... on Problem { code message }
  }
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Tells the story against a served house; reads letters where the provider would."""

    house: House
    base_url: str
    say: Say

    async def tell(self) -> None:
        """Five steps, each a call that anyone can repeat."""
        receipt = await self.ask()
        token = await self.offered(receipt)
        if token is None:
            self.say("   No provider with room fits any more, so the request went to a person at intake.")
            return
        await self.accept(token)
        await self.come_back(receipt)

    async def ask(self) -> str:
        self.say("1. A person in San Ysidro, who speaks Spanish, asks for a lawyer (a synthetic person).")
        asked = (await self.call(SUBMIT, input=someone()))["submitHelpRequest"]
        if asked["__typename"] != "SubmitHelpRequestPayload":
            raise StoryBroke(f"submitHelpRequest answered {asked['code']}: {asked['message']}")
        self.say(f"   The receipt: {asked['receipt']}. Urgency: {asked['helpRequest']['urgency']['level']}.")
        self.say(f"   First next step: {asked['nextSteps'][0]['text']}")
        self.say("2. Who could help, by the rules and points anyone can read:")
        for match in asked["suggestions"][:3]:
            far = "" if match["distanceKm"] is None else f", {match['distanceKm']:.0f} km"
            self.say(f"   {match['rank']}. {match['provider']['name']} ({match['score']:.0f} of 1000 points{far})")
            for reason in best_reasons(match) if match["rank"] == 1 else ():
                self.say(f"      {reason}")
        return asked["receipt"]

    async def offered(self, receipt: str) -> str | None:
        """Wait for the worker, then take the link out of the letter, as the provider would."""
        self.say("3. The worker offers the request to the best of them.")
        async with asyncio.timeout(OFFER_SECONDS):
            while True:
                mine = (await self.call(BY_RECEIPT, receipt=receipt))["helpRequest"]
                if mine["status"] == "IN_TRIAGE":
                    return None
                if mine["referrals"] and (token := await self.token_for(mine["referrals"][-1]["id"])):
                    break
                await asyncio.sleep(0.2)
        offer = (await self.call(THROUGH_LINK, token=token))["referral"]
        seen = offer["request"]
        self.say(f"   A letter with a signed link went to {offer['provider']['name']} (to the local mailbox only).")
        self.say(
            f"   Through it the provider sees: {', '.join(seen['helpTypes'])}; speaks {', '.join(seen['languages'])}; "
            f"{seen['place']['name']}; {seen['urgency']['level']}. A name: {seen['person'] or 'not yet'}."
        )
        return token

    async def token_for(self, referral_id: str) -> str | None:
        """The link in the letter about this offer; letters about others may be newer."""
        letters = await asyncio.to_thread(mail.letters, self.house.settings.mail_folder)
        tokens = [found.group(1) for letter in letters if (found := LINK.search(letter.text))]
        return next((token for token in tokens if is_about(self.house.vault, token, UUID(referral_id))), None)

    async def accept(self, token: str) -> None:
        answered = (await self.call(ACCEPT, token=token))["respondToReferral"]
        if answered["__typename"] != "ReferralPayload":
            raise StoryBroke(f"respondToReferral answered {answered['code']}: {answered['message']}")
        person = answered["referral"]["request"]["person"]
        self.say(f"4. The provider accepts, and only now sees whom to call: {person['name']}.")

    async def come_back(self, receipt: str) -> None:
        mine = (await self.call(BY_RECEIPT, receipt=receipt))["helpRequest"]
        referral = mine["referrals"][-1]
        steps = ", ".join(event["status"] for event in referral["history"])
        self.say(f"5. The person comes back with the receipt: {mine['status']}, to {referral['provider']['name']}.")
        self.say(f"   What happened: {steps}. Erased at any time by withdrawHelpRequest(receipt, erase: true).")

    async def call(self, query: str, **variables: object) -> dict[str, Any]:
        """Ask over HTTP like any client."""
        return await asyncio.to_thread(post, f"{self.base_url}/graphql", query, variables)


class StoryBroke(Exception):  # noqa: N818 - said to the operator as a sentence
    """A step of the story did not answer as it should."""


def someone() -> dict[str, object]:
    return {
        "idempotencyKey": str(uuid4()),
        "representation": "NONE",
        "canAfford": "NO",
        "helpTypes": ["LEGAL_ASYLUM"],
        "claims": ["ASYLUM"],
        "posture": "IN_REMOVAL_PROCEEDINGS",
        "languages": ["es"],
        "near": {"text": "San Ysidro"},
        "age": "ADULT",
        "person": {
            "name": "Synthetic Person, of the story",
            "contacts": [{"channel": "PHONE", "value": "+1 619 555 0100"}],
            "note": "Synthetic request, made by the demo.",
        },
        "consents": ["STORE_REQUEST", "MATCH_AUTOMATICALLY", "SHARE_SUMMARY", "SHARE_CONTACT", "NOTIFY_ME"],
        "uiLanguage": "es",
    }


def is_about(vault: Vault, token: str, referral_id: UUID) -> bool:
    try:
        return links.peek(vault, "answer-referral", token).subject == referral_id
    except NotFound:  # signed with a root key that has been replaced since
        return False


def best_reasons(match: dict[str, Any]) -> list[str]:
    """What speaks most for it."""
    told = {reason["rule"]: reason["text"] for reason in match["reasons"]}
    return [told[rule] for rule in ("language", "place", "accepting") if rule in told]


def post(url: str, query: str, variables: dict[str, object]) -> dict[str, Any]:
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = Request(url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310 - our own address
    with urlopen(request, timeout=CALL_SECONDS) as response:  # noqa: S310
        answer = cast("dict[str, Any]", json.load(response))
    if errors := answer.get("errors"):
        raise StoryBroke(f"{url} answered: {errors[0]['message']}")
    return answer["data"]
