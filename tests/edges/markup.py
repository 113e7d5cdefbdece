"""A page as a browser without scripts understands it: its title, its links, and its forms with what can be sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = Mapping[str, str | None]


@dataclass(kw_only=True)
class Form:
    """A form: where it is sent, what stands in it, and what can be chosen or written."""

    action: str
    held: dict[str, str] = field(default_factory=dict[str, str])  # what it sends if nobody touches it
    offered: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # the answers of a group, box or list
    typed: set[str] = field(default_factory=set[str])
    buttons: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def sent(self, said: Mapping[str, str], *, press: str | None = None) -> dict[str, str]:
        """What it sends once somebody has answered so; what the page does not offer cannot be answered."""
        for name, told in said.items():
            assert name in self.typed or told in self.offered.get(name, []), f"{name} does not offer {told!r}"
        pressed = dict(one for one in self.buttons if press is None or one[1] == press)
        assert pressed or press is None, f"no button sends {press!r}"
        return {**self.held, **said, **(pressed if press else {})}


@dataclass(kw_only=True)
class Seen(HTMLParser):
    """What stands on a page."""

    title: str = ""
    headings: list[str] = field(default_factory=list[str])
    links: list[str] = field(default_factory=list[str])
    forms: list[Form] = field(default_factory=list[Form])
    inside: list[str] = field(default_factory=list[str])
    listed: str = ""  # the list whose lines are read
    writing: str = ""  # the box of several lines

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    @property
    def form(self) -> Form:
        """The first form of the page."""
        assert self.forms, self.headings
        return self.forms[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag in {"title", "h1"}:
            self.inside.append(tag)
            if tag == "h1":
                self.headings.append("")
        elif tag == "a" and said.get("href"):
            self.links.append(str(said["href"]))
        elif tag == "form" and said.get("method") == "dialog":
            pass  # nothing is sent by it, and only a script shows it
        elif tag == "form":
            self.forms.append(Form(action=said.get("action") or ""))
        elif self.forms:
            self.read_control(tag, said)

    def read_control(self, tag: str, said: Attributes) -> None:
        form, name, told = self.forms[-1], said.get("name") or "", said.get("value") or ""
        match tag, said.get("type"):
            case "input", "radio" | "checkbox":
                form.offered.setdefault(name, []).append(told)
                form.held |= {name: told} if "checked" in said else {}
            case "input", "hidden":
                form.held[name] = told
            case "input", _:
                form.typed.add(name)
                form.held[name] = told
            case "textarea", _:
                form.typed.add(name)
                form.held[name], self.writing = "", name
            case "select", _:
                form.offered[name], self.listed = [], name
            case "option", _:
                form.offered[self.listed].append(told)
                if "selected" in said or self.listed not in form.held:
                    form.held[self.listed] = told
            case "button", _:
                form.buttons.append((name, told))
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        if tag in {"title", "h1"}:
            self.inside.remove(tag)
        elif tag == "textarea":
            self.writing = ""

    def handle_data(self, data: str) -> None:
        if "title" in self.inside:
            self.title += data
        elif "h1" in self.inside:
            self.headings[-1] += data
        elif self.writing:
            self.forms[-1].held[self.writing] += data


def seen(text: str) -> Seen:
    page = Seen()
    page.feed(text)
    page.close()
    return page
