"""The words that both sides of a match are spoken in: kinds of help, claims, and where a case stands.

A `Word` is a stored value with its meaning; the published schema shows the meaning beside the name.
"""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A closed set of stored strings, each with one sentence of meaning."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        word = str.__new__(cls, value)
        word._value_ = value
        word.meaning = meaning
        return word


class HelpType(Word):
    """A kind of help, legal or humanitarian. Slugs and crosswalks: referral/data/reference/help_taxonomy.csv."""

    LEGAL_ASYLUM = "legal.asylum", "Asylum or refugee status, asked from inside or before a judge."
    LEGAL_ASYLUM_FIRST_INTERVIEW = "legal.asylum.first_interview", "A credible or reasonable fear interview."
    LEGAL_WITHHOLDING_CAT = "legal.withholding_cat", "Withholding of removal, or the Convention Against Torture."
    LEGAL_REMOVAL_DEFENSE = "legal.removal_defense", "Defense against deportation (removal)."
    LEGAL_DETENTION_BOND = "legal.detention_bond", "Immigration detention and bond."
    LEGAL_APPEAL = "legal.appeal", "An appeal to the Board of Immigration Appeals or a court."
    LEGAL_UAC_SIJS = "legal.uac_sijs", "Unaccompanied children, and Special Immigrant Juvenile Status."
    LEGAL_VAWA_U = "legal.vawa_u", "Survivors of crime or domestic violence: VAWA or a U visa."
    LEGAL_TRAFFICKING_T = "legal.trafficking_t", "Survivors of trafficking: a T visa."
    LEGAL_TPS_PAROLE = "legal.tps_parole", "Temporary Protected Status or parole."
    LEGAL_WORK_PERMIT = "legal.work_permit", "A work permit."
    LEGAL_FAMILY = "legal.family", "Family petitions and reunification."
    LEGAL_STATUS_OTHER = "legal.status_other", "Another immigration status or paper."
    LEGAL_BENEFITS = "legal.benefits", "Public benefits for immigrants."
    LEGAL_BORDER = "legal.border", "Processing and searches at the border."
    LEGAL_ORIENTATION = "legal.orientation", "Legal information, know your rights, help to represent oneself."
    LEGAL_OTHER = "legal.other", "Other civil legal help."
    HUM_SHELTER = "hum.shelter", "Emergency shelter."
    HUM_HOUSING = "hum.housing", "Housing for longer."
    HUM_FOOD = "hum.food", "Food."
    HUM_WATER_HYGIENE = "hum.water_hygiene", "Water and hygiene."
    HUM_CLOTHING = "hum.clothing", "Clothing and basic items."
    HUM_HEALTH = "hum.health", "Medical care."
    HUM_MENTAL_HEALTH = "hum.mental_health", "Mental health and psychosocial support."
    HUM_FORENSIC_EVALUATION = "hum.forensic_evaluation", "A medical or psychological evaluation for an asylum case."
    HUM_GBV = "hum.gbv", "Support after gender-based violence, safe houses."
    HUM_CHILD_PROTECTION = "hum.child_protection", "Protection of children."
    HUM_INTERPRETATION = "hum.interpretation", "Interpretation and translation."
    HUM_TRANSPORT = "hum.transport", "Transport."
    HUM_CASH = "hum.cash", "Cash or other financial help."
    HUM_EDUCATION = "hum.education", "School and language classes."
    HUM_EMPLOYMENT = "hum.employment", "Work and livelihoods."
    HUM_FAMILY_TRACING = "hum.family_tracing", "Finding family and restoring contact."
    HUM_DOCUMENTS = "hum.documents", "Identity documents."
    HUM_INFO = "hum.info", "Information and referral."
    HUM_LGBTQ = "hum.lgbtq", "Support for LGBTQ+ people."
    HUM_DISABILITY = "hum.disability", "Support with a disability."

    @property
    def is_legal(self) -> bool:
        return self.value.startswith("legal.")


class ProtectionClaim(Word):
    """The protection a person asks for, or a provider takes cases in."""

    ASYLUM = "asylum", "Asylum."
    WITHHOLDING_OF_REMOVAL = "withholding_of_removal", "Withholding of removal: bars return to one country."
    CAT = "cat", "Protection under the Convention Against Torture."
    REFUGEE_RESETTLEMENT = "refugee_resettlement", "Resettlement as a refugee from abroad."
    TPS = "tps", "Temporary Protected Status."
    HUMANITARIAN_PAROLE = "humanitarian_parole", "Permission to enter or stay for humanitarian reasons."
    SIJS = "sijs", "Special Immigrant Juvenile Status."
    U_VISA = "u_visa", "U visa, for victims of crime who help the authorities."
    T_VISA = "t_visa", "T visa, for victims of trafficking."
    VAWA_SELF_PETITION = "vawa_self_petition", "Self-petition by an abused family member (VAWA)."
    DACA_DED = "daca_ded", "Deferred action (DACA) or deferred enforced departure (DED)."
    FAMILY_BASED_WITH_FEAR = "family_based_with_fear", "A family-based case of someone who fears return."
    MEXICO_REFUGEE_STATUS = "mexico_refugee_status", "Refugee status in Mexico (COMAR)."
    MEXICO_COMPLEMENTARY_PROTECTION = "mexico_complementary_protection", "Complementary protection in Mexico."
    STATELESSNESS = "statelessness", "Recognition as a stateless person."
    UNSURE = "unsure", "The person does not know."
    OTHER = "other", "Something else."


class CasePosture(Word):
    """Where a case stands, and so where the person is in the eyes of the authorities."""

    NOT_YET_ENTERED = "not_yet_entered", "Has not entered the country of asylum."
    WAITING_IN_MEXICO = "waiting_in_mexico", "Waits in Mexico for a hearing or an appointment."
    AT_PORT_OF_ENTRY = "at_port_of_entry", "Is at a port of entry."
    EXPELLED_OR_RETURNED = "expelled_or_returned", "Was expelled or returned."
    IN_EXPEDITED_REMOVAL = "in_expedited_removal", "Is in expedited removal."
    FEAR_INTERVIEW_PENDING = "fear_interview_pending", "Waits for a fear interview."
    FEAR_FINDING_NEGATIVE = "fear_finding_negative", "The fear interview went against the person."
    PAROLE_OR_RELEASED = "parole_or_released", "Was paroled or released."
    AFFIRMATIVE_PENDING = "affirmative_pending", "Has applied and is not before a judge."
    IN_REMOVAL_PROCEEDINGS = "in_removal_proceedings", "Is before an immigration judge."
    DETAINED_ICE = "detained_ice", "Is held by immigration authorities or in a jail."
    ORR_CUSTODY = "orr_custody", "Is a child in the care of the Office of Refugee Resettlement."
    ORDER_OF_REMOVAL = "order_of_removal", "Has been ordered to leave."
    APPEAL_PENDING = "appeal_pending", "Has an appeal pending."
    REINSTATEMENT = "reinstatement", "An earlier order is being carried out again."
    SUPERVISION = "supervision", "Is under an order of supervision."
    UNKNOWN = "unknown", "Not known."

    @property
    def is_held(self) -> bool:
        return self in {CasePosture.DETAINED_ICE, CasePosture.ORR_CUSTODY}
