"""The whole way of somebody who asks for help, over a real connection: every answer counted as it travels."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from re import findall, search
from urllib.parse import urlsplit

import httpx

# What a phone sends with each request, and a browser of a phone takes.
AS_A_PHONE = {"accept": "text/html,*/*;q=0.8", "accept-encoding": "gzip, deflate", "sec-fetch-site": "same-origin"}
# What is answered on the pages where something must be, and a typical person's other answers.
SAID: Mapping[str, Mapping[str, str]] = {
    "who": {"who": "me"},
    "danger": {"danger": "no"},
    "held": {"held": "no"},
    "age": {"age": "adult"},
    "lawyer": {"lawyer": "no"},
    "kind": {"kind.asylum": "yes", "kind.court": "yes"},
    "place": {"place": "Brownsville, TX"},
    "country": {"country": "Honduras"},
    "speak": {"speak": "es"},
    "name": {"name": "Synthetic"},
    "contact": {"contact": "text", "contact_to": "+1 (956) 555-0100"},
    "safe": {"announce": "no", "message": "yes", "times.morning": "yes"},
    "more": {"more": "Synthetic words about two children."},
    "consent": {"consent": "yes"},
}
FARTHEST = 40  # pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A page, and what came over the wire until it stood there: the answer before it that only led on counts too."""

    name: str
    page_bytes: int  # headers and all, of the page itself
    way_bytes: int  # the same with what led to it
    round_trips: int  # answers that were waited for, one after the other
    text: str = field(repr=False)


def on_the_wire(answer: httpx.Response) -> int:
    """The bytes of an answer as HTTP/1.1 writes it: status, headers, an empty line, and the body as it came."""
    head = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
    return len(f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}\r\n") + head + 2 + answer.num_bytes_downloaded


@dataclass(kw_only=True)
class Phone:
    """One browser, without scripts, and all it has loaded."""

    client: httpx.AsyncClient
    lang: str
    weighed: list[Weighed] = field(default_factory=list[Weighed])

    @property
    def here(self) -> str:
        return self.weighed[-1].name

    @property
    def text(self) -> str:
        return self.weighed[-1].text

    async def go(self, path: str) -> None:
        self.note(await self.client.get(path))

    async def send(self, path: str, /, **said: str) -> None:
        """Send the form of the page, with what stands in its hidden fields."""
        hidden = dict(findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.text))
        self.note(await self.client.post(path, data={**hidden, **said}))

    def note(self, answer: httpx.Response) -> None:
        answers = [*answer.history, answer]
        self.weighed.append(
            Weighed(
                name=urlsplit(str(answer.url)).path.removeprefix(f"/{self.lang}"),
                page_bytes=on_the_wire(answer),
                way_bytes=sum(map(on_the_wire, answers)),
                round_trips=len(answers),
                text=answer.text,
            )
        )

    async def file_bytes(self, address: str) -> int:
        """What a file weighs on the way."""
        answer = await self.client.get(address)
        assert answer.is_success, address
        return on_the_wire(answer)

    async def ask_for_help(self) -> None:
        """From the first page to the code, one question on a page."""
        await self.go(f"/?lang={self.lang}")
        await self.go(f"/{self.lang}/help")
        await self.send(f"/{self.lang}/help", act="on")
        for _ in range(FARTHEST):
            page = self.here.removeprefix("/help/")
            if page == "receipt":
                return
            await self.send(f"/{self.lang}{self.here}", act="on", **SAID.get(page, {}))
        raise AssertionError(f"The way does not end: {[one.name for one in self.weighed]}")

    async def come_back(self) -> None:
        """From the code to how the request stands, a message, and everything erased."""
        found = search(r'class="code"[^>]*>(.*?)</p>', self.text)
        assert found, self.text
        code = "".join(findall(r"\d", found[1]))
        await self.send(f"/{self.lang}/help/receipt", last=code[-4:])
        await self.go(f"/{self.lang}/status")
        await self.send(f"/{self.lang}/status", act="look", code=code)
        await self.send(f"/{self.lang}/status", act="write", code=code, text="A synthetic question.")
        await self.send(f"/{self.lang}/status", act="erase", code=code)


@asynccontextmanager
async def phone(address: str, lang: str) -> AsyncGenerator[Phone]:
    async with httpx.AsyncClient(base_url=address, headers=AS_A_PHONE, follow_redirects=True, timeout=60) as client:
        yield Phone(client=client, lang=lang)
