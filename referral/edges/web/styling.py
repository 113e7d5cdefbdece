"""Which rules of the style does a page need? Those whose elements and classes it has.

The style stands in the page, so that a page is whole when it comes, and no file of ours stays in a browser after its
reader has left. Over a slow network each page pays for it, and a question needs half of the rules.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from referral.edges.web import assets

KEPT_STYLES = 512  # one for each set of elements and classes; pages have a few dozen
BLOCK = re.compile(r"(?P<at>@[^{}]+)\{(?P<rules>(?:[^{}]+\{[^{}]*\})*)\}|(?P<rule>[^{}]+\{[^{}]*\})")
RULE = re.compile(r"[^{}]+\{[^{}]*\}")
ASKING = ("@media", "@supports", "@container")  # rules in rules; any other block belongs together
DENIED = re.compile(r":not\([^)]*\)")
EITHER = re.compile(r":(?:is|where|has)\(([^()]*)\)")
COMMAS = re.compile(r",(?![^()]*\))")
IN_SELECTOR = re.compile(r"\.(-?[a-zA-Z_][\w-]*)|(?:^|[\s>+~])([a-z][a-z0-9]*)")
ELEMENTS = re.compile(r"<([a-z][a-z0-9]*)")
CLASSES = re.compile(r' class="([^"]*)"')
SCRIPTS = re.compile(r'<script src="/static/([^"?]+)')
TEXTS = re.compile(r'"([^"\n]*)"|`([^`]*)`')
WORDS = re.compile(r"[a-zA-Z][\w-]*")

Names = frozenset[str]


def style_of(page: str) -> str:
    """The style of a page that is written but for its style."""
    names = {*ELEMENTS.findall(page), *(name for found in CLASSES.findall(page) for name in found.split())}
    scripted = (of_script(name) for name in SCRIPTS.findall(page))
    return needed(frozenset(names).union(*scripted))


@lru_cache(maxsize=16)
def of_script(name: str) -> Names:
    """Whatever a script may add to its page stands in its texts."""
    texts = TEXTS.findall((assets.FOLDER / name).read_text(encoding="utf-8"))
    return frozenset(word for text in texts for word in WORDS.findall("".join(text)))


@lru_cache(maxsize=KEPT_STYLES)
def needed(names: Names) -> str:
    return "".join(rules_for(assets.STYLE, names))


def rules_for(css: str, names: Names) -> Iterator[str]:
    """The rules that have something to do on a page with these elements and classes, in the same order."""
    for block in BLOCK.finditer(css):
        if block["at"] is None:
            yield rule_for(block["rule"], names)
        elif not block["at"].startswith(ASKING):
            yield block[0]
        elif rules := "".join(rule_for(rule[0], names) for rule in RULE.finditer(block["rules"])):
            yield f"{block['at']}{{{rules}}}"


def rule_for(rule: str, names: Names) -> str:
    """A rule with those of its selectors that can be met; nothing where none can."""
    selectors, _, rest = rule.partition("{")
    met = [one for one in COMMAS.split(selectors) if can_be_met(one, names)]
    return f"{','.join(met)}{{{rest}" if met else ""


def can_be_met(selector: str, names: Names) -> bool:
    """Whether a page has all that a selector names; what stands in :not() it need not have."""
    selector = DENIED.sub("", selector)
    either = [COMMAS.split(found) for found in EITHER.findall(selector)]
    return has_all(EITHER.sub("", selector), names) and all(
        any(has_all(one.strip(), names) for one in choices) for choices in either
    )


def has_all(selector: str, names: Names) -> bool:
    return all((of_class or element) in names for of_class, element in IN_SELECTOR.findall(selector))
