"""The closed sets a request speaks in."""

from datetime import timedelta

from referral.foundation.vocabulary import Word


class Representation(Word):
    """Whether the person has a lawyer. A notary, or someone who fills in forms, is not a lawyer."""

    NONE = "none", "No lawyer."
    HAD_BEFORE = "had_before", "Had a lawyer, has none now."
    HAS_NOW_SECOND_OPINION = "has_now_second_opinion", "Has a lawyer and wants another opinion."
    HAS_NON_LAWYER_HELPER = "has_non_lawyer_helper", "Someone who is not a lawyer helps."
    UNSURE = "unsure", "Not sure."


class CanAfford(Word):
    """Whether the person could pay for a lawyer. No figures are asked."""

    NO = "no", "Cannot pay."
    PARTLY = "partly", "Could pay a little."
    YES = "yes", "Could pay."
    PREFER_NOT_TO_SAY = "prefer_not_to_say", "Would rather not say."


class AgeBand(Word):
    """Whether the person is a child. No birth date is asked."""

    UNDER_18 = "under_18", "Under 18."
    ADULT = "adult", "18 or older."
    UNKNOWN = "unknown", "Not said."


class ContactChannel(Word):
    """How the person may be reached."""

    PHONE = "phone", "A phone call."
    SMS = "sms", "A text message."
    WHATSAPP = "whatsapp", "WhatsApp."
    EMAIL = "email", "E-mail."
    POST = "post", "A letter."
    HELPER = "helper", "By way of someone they trust."
    RECEIPT_ONLY = "receipt_only", "Not at all: they look with their receipt."


class Relationship(Word):
    """Who asks on the person's behalf."""

    FAMILY = "family", "Family."
    FRIEND = "friend", "A friend."
    CASE_WORKER = "case_worker", "A case worker."
    SHELTER = "shelter", "A shelter."
    TEACHER = "teacher", "A teacher."
    LAWYER = "lawyer", "A lawyer."
    OTHER = "other", "Someone else."


class ConsentScope(Word):
    """What the person agrees to. Each may be withdrawn at any time."""

    STORE_REQUEST = "store_request", "We keep the request."
    MATCH_AUTOMATICALLY = "match_automatically", "A machine may look for a provider and send an offer."
    SHARE_SUMMARY = "share_summary", "A provider may see what help is needed, without name or contact."
    SHARE_CONTACT = "share_contact", "A provider that has accepted may see name and contact."
    SHARE_DOCUMENTS = "share_documents", "A provider that has accepted may see documents."
    NOTIFY_ME = "notify_me", "We may write or call about the request."
    STATISTICS_DEIDENTIFIED = "statistics_deidentified", "We may count the request in statistics without names."


class UrgencyLevel(Word):
    """How soon a first answer is due."""

    CRITICAL = "critical", "Within 24 hours."
    URGENT = "urgent", "Within 72 hours."
    ELEVATED = "elevated", "Within 7 days."
    NORMAL = "normal", "Within 14 days."

    @property
    def first_answer_within(self) -> timedelta:
        return timedelta(hours={"critical": 24, "urgent": 72, "elevated": 168, "normal": 336}[self.value])

    @property
    def offer_lives(self) -> timedelta:
        return timedelta(hours={"critical": 12, "urgent": 24, "elevated": 48, "normal": 72}[self.value])


class UrgencyCriterion(Word):
    """A fact that makes a request urgent. The person states facts; the level is computed here."""

    IMMINENT_REMOVAL = "imminent_removal", "May be sent out of the country within days."
    IMMEDIATE_DANGER_TO_LIFE = "immediate_danger_to_life", "Someone may hurt or kill them now."
    TRAFFICKING_IN_PROGRESS = "trafficking_in_progress", "Is being trafficked."
    MEDICAL_EMERGENCY = "medical_emergency", "Needs a doctor now."
    DETAINED = "detained", "Is held."
    FEAR_INTERVIEW_WITHIN_7D = "fear_interview_within_7d", "A fear interview within 7 days."
    HEARING_WITHIN_14D = "hearing_within_14d", "A hearing within 14 days."
    UNACCOMPANIED_CHILD = "unaccompanied_child", "A child without a parent or guardian."
    KIDNAPPING_OR_EXTORTION_THREAT = "kidnapping_or_extortion_threat", "Is threatened with kidnapping or extortion."
    NEGATIVE_FEAR_REVIEW_WINDOW = "negative_fear_review_window", "May ask a judge to review a negative fear finding."
    APPEAL_DEADLINE_WITHIN_10D = "appeal_deadline_within_10d", "An appeal is due within 10 days."
    NO_SHELTER_TONIGHT = "no_shelter_tonight", "Has nowhere to sleep tonight."
    HEARING_WITHIN_60D = "hearing_within_60d", "A hearing within 60 days."
    ONE_YEAR_DEADLINE_WITHIN_90D = "one_year_deadline_within_90d", "The one-year filing deadline is within 90 days."
    PREGNANCY_OR_NEWBORN = "pregnancy_or_newborn", "Is pregnant or has a newborn."
    DISABILITY_OR_SERIOUS_ILLNESS = "disability_or_serious_illness", "Lives with a disability or a serious illness."
    GBV_SURVIVOR = "gbv_survivor", "Survived gender-based violence."
    TORTURE_SURVIVOR = "torture_survivor", "Survived torture."
    LGBTQ_AT_RISK = "lgbtq_at_risk", "Is at risk as an LGBTQ+ person."
    ELDER_ALONE = "elder_alone", "Is old and alone."
    INDIGENOUS_LANGUAGE_ONLY = "indigenous_language_only", "Speaks an indigenous language only."
    FAMILY_SEPARATED = "family_separated", "Was separated from family."
    ONE_YEAR_DEADLINE_PASSED = "one_year_deadline_passed", "The one-year deadline has passed; exceptions exist."
    HEARING_LATER = "hearing_later", "A hearing in more than 60 days."
    NONE = "none", "None of these."


class InterpreterGender(Word):
    """Whom a person can speak freely through."""

    WOMAN = "woman", "A woman."
    MAN = "man", "A man."


class Wish(Word):
    """What a person would like, if it can be had. No wish keeps anybody from being found."""

    INTERPRETER_WOMAN = "interpreter_woman", "A woman to interpret."
    INTERPRETER_MAN = "interpreter_man", "A man to interpret."
    IN_PERSON = "in_person", "To meet in person."
    FROM_AFAR = "from_afar", "By phone, video or message, without a journey."
    STEP_FREE = "step_free", "A place without steps."
    CHILD_CARE = "child_care", "Somebody to look after children meanwhile."
    EVENING_HOURS = "evening_hours", "Hours in the evening or at the weekend."
    LGBTQ_WELCOMING = "lgbtq_welcoming", "A place that welcomes LGBTQ+ people."


class HelpRequestStatus(Word):
    """Where a request stands."""

    DRAFT = "draft", "Begun, not sent."
    SUBMITTED = "submitted", "Received."
    NEEDS_INFO = "needs_info", "Waits for something from the person."
    IN_TRIAGE = "in_triage", "A person at intake looks at it."
    MATCHING = "matching", "We look for a provider."
    OFFERED = "offered", "A provider has been asked."
    REFERRED = "referred", "A provider has said yes."
    IN_SERVICE = "in_service", "The provider and the person are in touch."
    WAITLISTED = "waitlisted", "Waits in a provider's line."
    CLOSED = "closed", "Closed."


class CloseReason(Word):
    """Why a request was closed."""

    SERVED_FULL = "served_full", "Was helped."
    SERVED_LIMITED = "served_limited", "Was helped in part."
    ADVICE_GIVEN = "advice_given", "Got advice."
    SELF_HELP_GIVEN = "self_help_given", "Got help to act alone."
    NO_PROVIDER_AVAILABLE = "no_provider_available", "Nobody could be found."
    NOT_ELIGIBLE = "not_eligible", "No provider's rules fit."
    OUTSIDE_SCOPE = "outside_scope", "Asked for something we do not do."
    CONFLICT_EVERYWHERE = "conflict_everywhere", "Every provider has a conflict of interest."
    UNREACHABLE = "unreachable", "Could not be reached."
    WITHDRAWN_BY_PERSON = "withdrawn_by_person", "Withdrawn by the person."
    CONSENT_WITHDRAWN = "consent_withdrawn", "Consent was withdrawn."
    DUPLICATE = "duplicate", "Sent twice."
    MOVED_OUT_OF_AREA = "moved_out_of_area", "Moved away."
    REMOVED_OR_DEPORTED = "removed_or_deported", "Was removed from the country."
    DECEASED = "deceased", "Has died."
    SPAM = "spam", "Was not a request."
    EXPIRED_RETENTION = "expired_retention", "Kept as long as we promised, then closed."


class Suspicion(Word):
    """Why a request waits in quarantine until staff have looked at it."""

    OVER_LIMIT = "over_limit", "Very many came from one network within a minute."
    NO_PROOF = "no_proof", "It came without a proof of work while one was asked."
    TRAP_FILLED = "trap_filled", "A field was filled in that no person sees."
    TOO_QUICK = "too_quick", "The page was sent sooner than anybody could read it."
