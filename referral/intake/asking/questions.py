"""Which questions are asked, in which order, of whom? The versioned set, as data.

What is never asked: numbers from papers, a birth date, a street, what happened, why, how and with whom somebody came.
Whoever changes a question, an answer or its words gives the set a new version: it is kept with each request, beside
what was agreed to. Names of fields and answers are stored in drafts of half an hour, and nowhere else.
"""

from referral.intake.asking.fields import Field, Is, Kind, Page, one_of

VERSION = "2026-12.2"

# By tag, as the list of languages has them: those heard most in immigration courts, and those of whom nobody asks.
COMMON = (
    "es", "en", "ht", "pt", "fr", "ar", "cmn", "yue", "ru", "uk", "pa", "hi", "ur", "bn", "ne", "fa", "prs", "ps", "tr",
    "uz", "ka", "hy", "ckb", "kmr", "am", "ti", "so", "sw", "rw", "ln", "wo", "ff", "vi", "my", "mam", "quc", "kek",
    "kjb", "ixl", "acr", "cak", "nah", "mxv", "x-kichwa", "cab",
)  # fmt: skip
OTHER = "other"
UNSAID = "unsaid"
VOICE = "voice"
MONTHS = tuple(str(number) for number in range(1, 13))
REACHED = ("text", "call", "whatsapp", "email", "person")

FOR_OTHERS = one_of("who", "family", "client", "someone")
FREE = one_of("held", "no", UNSAID, "")
HELD = one_of("held", "yes")
ALONE = one_of("adult", "no", "unsure")
NOT_ALONE = one_of("adult", "yes", "")
HERE = one_of("where", "yes", "unsure", "")
HAS_DATE = one_of("court", "court", "interview")


def choice(name: str, *answers: str, must: bool = False) -> Field:
    return Field(name=name, answers=answers, must=must)


def ask(  # the first is the page's own field
    id: str, section: int, *fields: Field, when: tuple[Is, ...] = (), hurries: bool = False, sends_now: bool = True
) -> Page:
    return Page(id=id, section=section, fields=fields, when=when, hurries=hurries, sends_now=sends_now)


def tell(id: str, section: int, *when: Is, stops: bool = False) -> Page:
    return Page(id=id, section=section, when=when, stops=stops)


SAFETY = (
    tell("safety", 0),
    ask("who", 1, choice("who", "me", "family", "client", "someone", must=True), sends_now=False),
    ask(
        "helper",
        1,
        choice("knows", "yes", "unreachable", "no", must=True),
        choice("relation", "family", "friend", "worker", "teacher", "lawyer", OTHER, must=True),
        when=(FOR_OTHERS,),
        sends_now=False,
    ),
    ask("danger", 1, choice("danger", "no", "hurt", "officers", UNSAID, must=True), sends_now=False),
    tell("danger_help", 1, one_of("danger", "hurt", "officers")),
    ask("where", 1, choice("where", "yes", "no", "unsure"), sends_now=False),
    ask(
        "where_port",
        1,
        Field(name="port", kind=Kind.PLACE),
        when=(one_of("where", "no"),),
        hurries=True,
        sends_now=False,
    ),
    tell("outside", 1, one_of("where", "no")),
    ask("held", 1, choice("held", "no", "yes", UNSAID, must=True), when=(HERE,), sends_now=False),
    ask(
        "facility",
        1,
        Field(name="facility", kind=Kind.PLACE),
        choice("fear", "yes", "no", "date"),
        when=(HERE, HELD),
        hurries=True,
        sends_now=False,
    ),
    ask("age", 1, choice("age", "adult", "child", UNSAID, must=True), sends_now=False),
    ask("adult", 1, choice("adult", "yes", "no", "unsure", must=True), when=(one_of("age", "child"),), sends_now=False),
    ask("shelter", 1, choice("shelter", "yes", "no"), when=(one_of("age", "child"), ALONE), sends_now=False),
    # Nobody's record is opened behind their back, unless they are held or a child (form.of_helper).
    tell(
        "ask_them",
        1,
        FOR_OTHERS,
        one_of("knows", "unreachable", "no"),
        FREE,
        one_of("age", "adult", UNSAID, ""),
        stops=True,
    ),
)
CASE = (
    ask("lawyer", 2, choice("lawyer", "no", "yes", "unsure", must=True)),
    ask(
        "lawyer_why",
        2,
        choice("lawyer_why", "different", "check", "asked", "none", must=True),
        when=(one_of("lawyer", "yes"),),
        sends_now=False,
    ),
    tell("lawyer_check", 2, one_of("lawyer", "yes"), one_of("lawyer_why", "check")),
    tell("no_need", 2, one_of("lawyer", "yes"), one_of("lawyer_why", "none"), stops=True),
    ask("pay", 2, choice("pay", "no", "little", "yes", "unknown"), when=(FREE, NOT_ALONE)),
    tell("pay_low", 2, one_of("pay", "yes"), FREE, NOT_ALONE),
    ask(
        "kind",
        2,
        Field(name="kind", kind=Kind.ANY, answers=("asylum", "afraid", "court", "hurt", OTHER, "unsure")),
    ),
    tell("out_of_scope", 2, one_of("kind", OTHER)),
    ask("court", 2, choice("court", "no", "court", "interview", "unsure")),
    ask(
        "court_date",
        2,
        choice("court_when", "week", "month", "later", "unsure"),
        Field(name="court_day", kind=Kind.DAY),
        when=(HAS_DATE, NOT_ALONE),
    ),
    tell("missed", 2, HAS_DATE, NOT_ALONE, one_of("court_past", "yes")),
    tell("court_look", 2, one_of("court", "unsure")),
    ask("arrive", 2, choice("arrive", "under_6", "under_10", "under_12", "over_12", "unsure"), when=(HERE,)),
)
PLACE = (
    ask("country", 3, Field(name="country", kind=Kind.COUNTRY)),
    ask("place", 3, Field(name="place", kind=Kind.PLACE), when=(HERE, FREE), hurries=True),
    # Beside a place that was found stands whether the organization itself helps there.
    tell("far", 3, HERE, FREE, one_of("place.served", "no")),
    ask(
        "speak",
        3,
        Field(name="speak", kind=Kind.LANGUAGE, answers=(*COMMON, OTHER), must=True),
        Field(name="speak_other", kind=Kind.WORDS, most=60),
        Field(name="speak_town", kind=Kind.WORDS, most=60),
        sends_now=False,
    ),
    ask("read", 3, Field(name="read", kind=Kind.LANGUAGE, answers=(VOICE, *COMMON))),
    ask(
        "interp",
        3,
        choice("interp", "yes", "no"),
        choice("interp_who", "woman", "man", "any"),
        Field(name="interp_need", kind=Kind.WORDS, most=100),
    ),
)
CONTACT = (
    ask("name", 4, Field(name="name", kind=Kind.WORDS, most=100)),
    ask(
        "contact",
        4,
        choice("contact", "text", "call", "whatsapp", "email", "code", "person", must=True),
        Field(name="contact_to", kind=Kind.WORDS, must=True, unless=one_of("contact", "code")),
        Field(name="contact_who", kind=Kind.WORDS),
        sends_now=False,
    ),
    ask(
        "safe",
        4,
        choice("announce", "yes", "no", must=True),
        choice("message", "yes", "no", must=True),
        Field(name="times", kind=Kind.ANY, answers=("morning", "afternoon", "evening", "any")),
        when=(one_of("contact", *REACHED),),
        sends_now=False,
    ),
    ask("more", 4, Field(name="more", kind=Kind.TEXT, most=500)),
    ask("consent", 4, choice("consent", "yes", "ask", "no", must=True), sends_now=False),
)
PAGES = (*SAFETY, *CASE, *PLACE, *CONTACT)
BY_ID = {page.id: page for page in PAGES}
FIELDS = {field.name: field for page in PAGES for field in page.fields}
