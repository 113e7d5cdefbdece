"""The closed sets of the domain as enums of the schema: names as in the code, meanings as descriptions."""

from typing import Any, TypeVar, cast

import strawberry

from referral.directory import words as directory
from referral.directory.facts import Fact, FactGroup
from referral.directory.history import ListingPart
from referral.directory.publishing.changes import ChangeKind
from referral.directory.upkeep.merging import Likeness
from referral.foundation import vocabulary
from referral.foundation.actors import ActorKind, Scope, StaffRole
from referral.foundation.languages import Direction
from referral.foundation.meanings import PlaceKind
from referral.foundation.vocabulary import Word
from referral.intake import words as intake
from referral.intake.access import AccessState, Depth
from referral.intake.ease import Ease
from referral.intake.next_steps import NextStepKind
from referral.matching.answers import RuleAnswer
from referral.matching.planning.words import LeftReason, Weaker
from referral.referrals import words as referrals
from referral.referrals.erasing import Why
from referral.triage.contact_search import ContactSearchReason
from referral.triage.entry.sessions import Way
from referral.triage.plans import Changed, ProposalState
from referral.triage.queue import AssigneeIs, QueueOrder
from referral.triage.states import TriageStep
from referral.triage.stuck import StuckReason

Kind = TypeVar("Kind", bound=type[Word])


def published(kind: Kind, name: str | None = None) -> Kind:
    """Register a set of words; the class stays what it is."""
    described = strawberry.enum(kind, name=name, description=kind.__doc__)
    for value in cast("Any", described).__strawberry_definition__.values:
        value.description = kind[value.name].meaning
    return kind


for _kind in (
    directory.OrganizationKind,
    directory.ServiceStatus,
    directory.ProviderOrder,
    ChangeKind,
    directory.ServiceDepth,
    directory.Openness,
    directory.Answer,
    directory.LanguageMode,
    directory.LocationVisibility,
    directory.VerificationStatus,
    directory.VerificationStep,
    directory.ReportReason,
    directory.ProposalState,
    directory.RejectionReason,
    directory.ConflictSide,
    ListingPart,
    Likeness,
    directory.SuspensionReason,
    directory.ServiceAreaKind,
    directory.CapacityUnit,
    directory.DeliveryMode,
    directory.Credential,
    directory.Weekday,
    vocabulary.HelpType,
    vocabulary.ProtectionClaim,
    vocabulary.CasePosture,
    intake.Representation,
    intake.CanAfford,
    intake.AgeBand,
    intake.ContactChannel,
    intake.Relationship,
    intake.ConsentScope,
    intake.UrgencyLevel,
    intake.UrgencyCriterion,
    intake.InterpreterGender,
    intake.Wish,
    intake.HelpRequestStatus,
    Ease,
    intake.CloseReason,
    NextStepKind,
    RuleAnswer,
    referrals.ReferralStatus,
    referrals.ReferralAnswer,
    referrals.DeclineReason,
    referrals.ReferralOutcome,
    PlaceKind,
    ActorKind,
    Scope,
    StaffRole,
    QueueOrder,
    AssigneeIs,
    ContactSearchReason,
    StuckReason,
    TriageStep,
    AccessState,
):
    published(_kind)
published(Depth, name="CaseDepth")
published(Way, name="SignInWay")
published(Direction, name="TextDirection")
published(Fact, name="ListingFact")
published(FactGroup, name="ListingFactGroup")
published(Weaker, name="WeakerClaim")
published(LeftReason, name="LeftOverReason")
published(Changed, name="ProposalChange")
published(ProposalState, name="AssignmentProposalState")
published(directory.SaidBy, name="ListingSource")
published(Why, name="ErasureReason")
