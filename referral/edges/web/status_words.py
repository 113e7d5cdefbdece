"""The words of the page where a person sees how a request stands, once in each language it speaks."""

from dataclasses import dataclass

from referral.foundation.actors import ActorKind
from referral.intake.words import HelpRequestStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What that page says beside the words that it shares with the directory's pages."""

    title: str
    lead: str
    code: str
    code_hint: str
    look: str
    unknown: str
    stands: dict[HelpRequestStatus, str]
    since: str
    said_yes: str
    said_yes_what: str
    call: str
    no_phone: str
    now: str
    open: str
    messages: str
    no_messages: str
    you: str
    team: str
    write: str
    write_hint: str
    send: str
    sent: str
    problem: str
    problems: dict[str, str]
    other_problem: str
    too_many: str
    openings: str
    openings_what: str
    no_openings: str
    roles: dict[ActorKind, str]
    end: str
    withdraw: str
    withdraw_what: str
    erase: str
    erase_what: str
    erased: str
    erased_what: str
    leave: str
    leave_what: str


ENGLISH = Words(
    title="How does my request stand?",
    lead="Type the code you were given. Nobody else can open your request with anything but this code.",
    code="Your code",
    code_hint="22 digits. Spaces do not matter.",
    look="Look",
    unknown="We know no request with this code. Check the digits and try again.",
    stands={
        HelpRequestStatus.DRAFT: "Your request was not sent yet.",
        HelpRequestStatus.SUBMITTED: "We have your request and look for someone who can help.",
        HelpRequestStatus.NEEDS_INFO: "We need to know something from you. Read the messages below.",
        HelpRequestStatus.IN_TRIAGE: "A person of our team looks at your request.",
        HelpRequestStatus.MATCHING: "We look for someone who can help.",
        HelpRequestStatus.OFFERED: "We have asked an organization and wait for its answer.",
        HelpRequestStatus.REFERRED: "An organization said yes.",
        HelpRequestStatus.IN_SERVICE: "You and an organization are in touch.",
        HelpRequestStatus.WAITLISTED: "You are in an organization's line.",
        HelpRequestStatus.CLOSED: "This request is closed.",
    },
    since="Sent on",
    said_yes="Who said yes",
    said_yes_what="They may contact you in the ways you allowed. You can also call them.",
    call="Call",
    no_phone="We know no phone number of theirs.",
    now="What you can do now",
    open="Open the list",
    messages="Messages",
    no_messages="No messages yet.",
    you="You",
    team="Our team",
    write="Write to our team",
    write_hint="At most 1,000 characters. Please write no numbers from papers. A lawyer will ask for your story later.",
    send="Send",
    sent="Your message was sent.",
    problem="There is a problem.",
    problems={
        "EMPTY": "Write what you want to say.",
        "TOO_LONG": "Please write less: at most 1,000 characters.",
        "IDENTITY_NUMBER": "Please take out numbers from identity papers. We do not keep them.",
    },
    other_problem="This could not be sent. Open the page again and write it once more.",
    too_many="You have written many messages today. If it cannot wait, call the numbers on this page.",
    openings="Who has opened your request",
    openings_what="The hour in which somebody opened it, and in which role.",
    no_openings="Nobody yet.",
    roles={
        ActorKind.REQUESTER: "you",
        ActorKind.HELPER: "who helps you",
        ActorKind.INTAKE_STAFF: "our team",
        ActorKind.SUPERVISOR: "a supervisor of our team",
        ActorKind.PROVIDER_STAFF: "an organization that said yes",
        ActorKind.PARTNER_APP: "an organization that said yes, with its own program",
        ActorKind.SYSTEM: "our computer, to write to you",
    },
    end="I do not need help any more",
    withdraw="Take my request back",
    withdraw_what="Nobody is asked any more. You can still read this page with your code.",
    erase="Take it back and erase everything",
    erase_what="What you wrote is deleted. This cannot be undone, and your code opens nothing any more.",
    erased="Your request was taken back and erased.",
    erased_what="If you need help again, send a new request or look in the directory.",
    leave="Close this page",
    leave_what="If others use this phone, close this page when you are done.",
)

SPANISH = Words(
    title="¿Cómo va mi solicitud?",
    lead="Escriba el código que le dimos. Nadie puede abrir su solicitud sin este código.",
    code="Su código",
    code_hint="22 cifras. Los espacios no importan.",
    look="Ver",
    unknown="No conocemos ninguna solicitud con este código. Revise las cifras y pruebe otra vez.",
    stands={
        HelpRequestStatus.DRAFT: "Su solicitud todavía no se ha enviado.",
        HelpRequestStatus.SUBMITTED: "Tenemos su solicitud y buscamos a alguien que pueda ayudar.",
        HelpRequestStatus.NEEDS_INFO: "Necesitamos saber algo de usted. Lea los mensajes más abajo.",
        HelpRequestStatus.IN_TRIAGE: "Una persona de nuestro equipo revisa su solicitud.",
        HelpRequestStatus.MATCHING: "Buscamos a alguien que pueda ayudar.",
        HelpRequestStatus.OFFERED: "Hemos preguntado a una organización y esperamos su respuesta.",
        HelpRequestStatus.REFERRED: "Una organización dijo que sí.",
        HelpRequestStatus.IN_SERVICE: "Usted y una organización están en contacto.",
        HelpRequestStatus.WAITLISTED: "Está en la lista de espera de una organización.",
        HelpRequestStatus.CLOSED: "Esta solicitud está cerrada.",
    },
    since="Enviada el",
    said_yes="Quién dijo que sí",
    said_yes_what="Pueden comunicarse con usted de las formas que permitió. Usted también puede llamar.",
    call="Llamar",
    no_phone="No conocemos su teléfono.",
    now="Qué puede hacer ahora",
    open="Abrir la lista",
    messages="Mensajes",
    no_messages="Todavía no hay mensajes.",
    you="Usted",
    team="Nuestro equipo",
    write="Escribir a nuestro equipo",
    write_hint="1000 caracteres como máximo. Por favor no escriba números de documentos. Un abogado le preguntará "
    "después por su historia.",
    send="Enviar",
    sent="Su mensaje fue enviado.",
    problem="Hay un problema.",
    problems={
        "EMPTY": "Escriba lo que quiere decir.",
        "TOO_LONG": "Por favor escriba menos: 1000 caracteres como máximo.",
        "IDENTITY_NUMBER": "Por favor quite los números de documentos de identidad. No los guardamos.",
    },
    other_problem="No se pudo enviar. Abra la página otra vez y escríbalo de nuevo.",
    too_many="Hoy ha escrito muchos mensajes. Si no puede esperar, llame a los números de esta página.",
    openings="Quién ha abierto su solicitud",
    openings_what="La hora en que alguien la abrió y con qué función.",
    no_openings="Nadie todavía.",
    roles={
        ActorKind.REQUESTER: "usted",
        ActorKind.HELPER: "quien le ayuda",
        ActorKind.INTAKE_STAFF: "nuestro equipo",
        ActorKind.SUPERVISOR: "una persona que supervisa nuestro equipo",
        ActorKind.PROVIDER_STAFF: "una organización que dijo que sí",
        ActorKind.PARTNER_APP: "una organización que dijo que sí, con su propio programa",
        ActorKind.SYSTEM: "nuestra computadora, para escribirle",
    },
    end="Ya no necesito ayuda",
    withdraw="Retirar mi solicitud",
    withdraw_what="Ya no se pregunta a nadie. Puede seguir leyendo esta página con su código.",
    erase="Retirar y borrar todo",
    erase_what="Lo que escribió se borra. No se puede deshacer, y su código ya no abre nada.",
    erased="Su solicitud fue retirada y borrada.",
    erased_what="Si necesita ayuda otra vez, envíe una solicitud nueva o busque en el directorio.",
    leave="Cerrar esta página",
    leave_what="Si otras personas usan este teléfono, cierre esta página cuando termine.",
)

WORDS = {"en": ENGLISH, "es": SPANISH}
