"""The words of the first page, once in each language it speaks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Every sentence of the page; a language that lacks one cannot be made."""

    autonym: str
    demonstration: str
    title: str
    lead: str
    asking: str
    asking_if: str
    asking_no_lawyer: str
    asking_cannot_pay: str
    asking_claim: str
    asking_free: str
    find_first: str
    explore: str
    explore_for: str
    listed: str
    find: str
    stands: str
    nobody_listed: str
    organizations: str
    providers: str
    open_now: str
    source: str
    source_of: str
    confirm: str
    doors: str
    endpoint_public: str
    endpoint_partner: str
    endpoint_staff: str
    endpoint_post: str
    sign_in: str
    sign_in_for: str
    mailbox: str
    mailbox_for: str
    ready: str
    ready_for: str
    languages: str
    skip: str
    footer: str


ENGLISH = Words(
    autonym="English",
    demonstration="Demonstration: the offices are real, but who takes new people, and every request, is made up here.",
    title="Legal help for people who seek asylum",
    lead="Referral brings people who seek asylum to groups that help with their case. It finds a group that fits, and "
    "hands over what you agreed to share, no more.",
    asking="Seeking asylum?",
    asking_if="This is for you if:",
    asking_no_lawyer="you have no lawyer,",
    asking_cannot_pay="you cannot pay for one, and",
    asking_claim="you need help to ask for asylum, or for another status that protects you.",
    asking_free="Using Referral is free. Each group in the list says if its own help is free. We are not the "
    "government. A notary is not a lawyer in the United States.",
    find_first="Find help near you: who to call, in which language, and whom they help.",
    explore="GraphQL explorer",
    explore_for="In your browser; it opens with a question about groups near Brownsville, Texas.",
    listed="Who is listed",
    find="Find help near you",
    stands="I have sent a request: how does it stand?",
    nobody_listed="Nobody is listed yet: no list has been read in.",
    organizations="organizations",
    providers="places to ask",
    open_now="say they take new people now",
    source="Where this comes from:",
    source_of="list of",
    confirm="Confirm by phone before you go. Offices move, numbers change, and lists are late.",
    doors="For programs and staff",
    endpoint_public="The directory and the request form, for anyone.",
    endpoint_partner="For organizations with an API key.",
    endpoint_staff="For the intake team, signed in.",
    endpoint_post="Endpoints take POST with JSON.",
    sign_in="Staff sign-in",
    sign_in_for="For the intake team.",
    mailbox="Mailbox",
    mailbox_for="A demonstration: the letters that a real system would send.",
    ready="Is the service ready?",
    ready_for="Says so in JSON, for whoever runs it.",
    languages="Languages",
    skip="Skip to the content",
    footer="We are not the government. Nothing on these pages is legal advice.",
)

SPANISH = Words(
    autonym="Español",
    demonstration="Demostración: las oficinas son reales; quién acepta personas, y cada solicitud, es inventado aquí.",
    title="Ayuda legal para personas que buscan asilo",
    lead="Referral acerca a las personas que buscan asilo a grupos que ayudan con su caso. Encuentra un grupo "
    "adecuado y le entrega lo que usted aceptó compartir, nada más.",
    asking="¿Busca asilo?",
    asking_if="Esto es para usted si:",
    asking_no_lawyer="no tiene abogado,",
    asking_cannot_pay="no puede pagar uno, y",
    asking_claim="necesita ayuda para pedir asilo u otro estatus que le proteja.",
    asking_free="Usar Referral es gratis. Cada grupo de la lista dice si su propia ayuda es gratis. No somos el "
    "gobierno. Un notario no es un abogado en Estados Unidos.",
    find_first="Busque ayuda cerca de usted: a quién llamar, en qué idioma y a quién ayudan.",
    explore="Explorador de GraphQL",
    explore_for="En su navegador; se abre con una pregunta sobre grupos cerca de Brownsville, Texas.",
    listed="Quiénes están en la lista",
    find="Buscar ayuda cerca de usted",
    stands="Ya envié una solicitud: ¿cómo va?",
    nobody_listed="Todavía no hay nadie: no se ha cargado ninguna lista.",
    organizations="organizaciones",
    providers="lugares donde preguntar",
    open_now="dicen que reciben a personas nuevas ahora",
    source="De dónde viene:",
    source_of="lista del",
    confirm="Confirme por teléfono antes de ir. Las oficinas se mudan, los números cambian y las listas llegan tarde.",
    doors="Para programas y personal",
    endpoint_public="El directorio y el formulario de solicitud, para cualquiera.",
    endpoint_partner="Para organizaciones con una clave de API.",
    endpoint_staff="Para el equipo de admisión, con sesión iniciada.",
    endpoint_post="Las direcciones reciben POST con JSON.",
    sign_in="Entrada del personal",
    sign_in_for="Para el equipo de admisión.",
    mailbox="Buzón",
    mailbox_for="Una demostración: las cartas que enviaría un sistema real.",
    ready="¿Está listo el servicio?",
    ready_for="Lo dice en JSON, para quien lo administra.",
    languages="Idiomas",
    skip="Ir al contenido",
    footer="No somos el gobierno. Nada en estas páginas es asesoría legal.",
)

WORDS = {"en": ENGLISH, "es": SPANISH}
