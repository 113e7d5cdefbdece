"""The words of the pages by which staff come in and keep their keys, once in each language they speak."""

from dataclasses import dataclass

from referral.foundation.actors import StaffRole
from referral.triage.entry.sessions import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What these pages say."""

    autonym: str
    languages: str
    skip: str
    footer: str
    # signing in
    title: str
    lead: str
    by_passkey: str
    or_password: str
    email: str
    password: str
    code: str
    code_hint: str
    submit: str
    through: str
    wrong: str
    limited: str
    no_passkeys: str
    needs_script: str
    sent_wrong: str
    # a new start
    begin: str
    begin_lead: str
    enrol_code: str
    enrol_hint: str
    key_name: str
    key_hint: str
    make: str
    or_choose: str
    new_password: str
    password_hint: str
    keep_password: str
    # one's own account
    account: str
    to_work: str
    sign_out: str
    passkeys: str
    none_yet: str
    second_one: str
    made: str
    used: str
    never: str
    synced: str
    remove: str
    add: str
    codes: str
    codes_on: str
    codes_off: str
    codes_set_up: str
    codes_secret: str
    codes_confirm: str
    codes_drop: str
    other_house: str
    bind: str
    bound: str
    unbind: str
    sessions: str
    here: str
    since: str
    end: str
    end_others: str
    gone_on: str
    done: str
    roles: dict[StaffRole, str]
    ways: dict[Way, str]
    problems: dict[str, str]


ENGLISH = Words(
    autonym="English",
    languages="Languages",
    skip="Skip to the content",
    footer="For members of the team only. Nothing on these pages is kept in your browser.",
    title="Sign in",
    lead="For members of the intake team.",
    by_passkey="Sign in with a passkey",
    or_password="Or with a password",
    email="E-mail",
    password="Password",
    code="Code from your app",
    code_hint="Six digits, if you have set up an app that makes codes.",
    submit="Sign in",
    through="Sign in through {}",
    wrong="The e-mail, the password or the code is wrong, or your account signs in with a passkey only.",
    limited="Too many attempts. Try again later.",
    no_passkeys="To use a passkey, open {} in a current browser.",
    needs_script="Passkeys need JavaScript; this page runs only our own.",
    sent_wrong="That did not work. Try again, or ask a colleague.",
    begin="A new start",
    begin_lead="Two colleagues gave you a half of a code each. It works once, within a day, and whatever opened your "
    "account before opens it no more.",
    enrol_code="Your code, both halves",
    enrol_hint="32 letters and digits. Dashes and blanks do not matter.",
    key_name="What you call this passkey",
    key_hint="For example: my phone. You will see it in your list.",
    make="Make a passkey",
    or_choose="Or choose a password",
    new_password="New password",
    password_hint="15 characters or more. Any sentence of yours will do; no signs or capitals are demanded.",
    keep_password="Keep this password",
    account="Your account",
    to_work="To your work",
    sign_out="Sign out",
    passkeys="Passkeys",
    none_yet="You have none yet. A passkey cannot be phished: your phone, computer or a security key holds it.",
    second_one="Make a second one, on another device: then a lost phone locks you out of nothing.",
    made="made",
    used="last used",
    never="never used",
    synced="copied between your devices",
    remove="Remove",
    add="Make another passkey",
    codes="Codes from an app",
    codes_on="Your password asks for a code.",
    codes_off="With an app that makes codes your password may be shorter (8 characters): it is not enough alone.",
    codes_set_up="Set up an app",
    codes_secret="Type this secret into your app, or open the address on the device that has it. It is shown once.",
    codes_confirm="The code that the app shows now",
    codes_drop="Remove codes and password",
    other_house="Sign-in through {}",
    bind="Bind it to this account",
    bound="It opens this account.",
    unbind="Bind it no more",
    sessions="Where you are signed in",
    here="this browser",
    since="since",
    end="End",
    end_others="End all others",
    gone_on="Go on",
    done="Done.",
    roles={StaffRole.INTAKE: "intake", StaffRole.SUPERVISOR: "supervisor", StaffRole.ADMIN: "admin"},
    ways={
        Way.PASSWORD: "with a password",
        Way.PASSWORD_AND_CODE: "with a password and a code",
        Way.PASSKEY: "with a passkey",
        Way.OTHER_HOUSE: "through another sign-in",
    },
    problems={},
)

SPANISH = Words(
    autonym="Español",
    languages="Idiomas",
    skip="Ir al contenido",
    footer="Solo para miembros del equipo. Nada de estas páginas se guarda en su navegador.",
    title="Entrar",
    lead="Para miembros del equipo de atención.",
    by_passkey="Entrar con una llave de acceso",
    or_password="O con una contraseña",
    email="Correo electrónico",
    password="Contraseña",
    code="Código de su aplicación",
    code_hint="Seis cifras, si usted usa una aplicación que da códigos.",
    submit="Entrar",
    through="Entrar a través de {}",
    wrong="El correo, la contraseña o el código no son correctos, o su cuenta entra solo con una llave de acceso.",
    limited="Demasiados intentos. Vuelva a probar más tarde.",
    no_passkeys="Para usar una llave de acceso, abra {} en un navegador actual.",
    needs_script="Las llaves de acceso necesitan JavaScript; esta página solo ejecuta el nuestro.",
    sent_wrong="No ha funcionado. Vuelva a probar o pregunte a un colega.",
    begin="Empezar de nuevo",
    begin_lead="Dos colegas le dieron cada uno la mitad de un código. Sirve una vez, durante un día, y lo que antes "
    "abría su cuenta ya no la abrirá.",
    enrol_code="Su código, las dos mitades",
    enrol_hint="32 letras y cifras. Los guiones y espacios no importan.",
    key_name="Cómo llama a esta llave de acceso",
    key_hint="Por ejemplo: mi teléfono. Lo verá en su lista.",
    make="Crear una llave de acceso",
    or_choose="O elija una contraseña",
    new_password="Contraseña nueva",
    password_hint="15 caracteres o más. Sirve cualquier frase suya; no se exigen signos ni mayúsculas.",
    keep_password="Guardar esta contraseña",
    account="Su cuenta",
    to_work="A su trabajo",
    sign_out="Salir",
    passkeys="Llaves de acceso",
    none_yet="Todavía no tiene ninguna. Nadie puede robarla con un engaño: la guarda su teléfono, su computadora o una "
    "llave de seguridad.",
    second_one="Cree otra en un segundo dispositivo: así, perder el teléfono no le deja fuera.",
    made="creada",
    used="último uso",
    never="sin usar",
    synced="se copia entre sus dispositivos",
    remove="Quitar",
    add="Crear otra llave de acceso",
    codes="Códigos de una aplicación",
    codes_on="Su contraseña pide un código.",
    codes_off="Con una aplicación que da códigos su contraseña puede ser más corta (8 caracteres), y robarla no basta.",
    codes_set_up="Configurar una aplicación",
    codes_secret="Escriba este secreto en su aplicación, o abra la dirección en el dispositivo que la tiene. Se "
    "muestra una sola vez.",
    codes_confirm="El código que la aplicación muestra ahora",
    codes_drop="Quitar los códigos y la contraseña",
    other_house="Entrada a través de {}",
    bind="Unirla a esta cuenta",
    bound="Abre esta cuenta.",
    unbind="Separarla",
    sessions="Dónde ha entrado",
    here="este navegador",
    since="desde",
    end="Terminar",
    end_others="Terminar todas las demás",
    gone_on="Seguir",
    done="Hecho.",
    roles={StaffRole.INTAKE: "atención", StaffRole.SUPERVISOR: "supervisión", StaffRole.ADMIN: "administración"},
    ways={
        Way.PASSWORD: "con una contraseña",
        Way.PASSWORD_AND_CODE: "con contraseña y código",
        Way.PASSKEY: "con una llave de acceso",
        Way.OTHER_HOUSE: "a través de otra entrada",
    },
    problems={
        "BAD_LENGTH": "Una contraseña tiene de 15 a 128 caracteres; con códigos, 8 o más.",
        "TOO_COMMON": "Otros usan esta contraseña: es de las primeras que se adivinan.",
        "TELLS_WHO": "Una contraseña no contiene su nombre ni su correo.",
        "WRONG": "Este no es el código que la aplicación muestra ahora.",
        "BAD_NAME": "Un nombre tiene de 1 a 60 caracteres.",
    },
)

WORDS = {"en": ENGLISH, "es": SPANISH}
