"""Every field that any door publishes, sorted by what it tells.

By group (a value of `matrix.Group`), then by type. A type may stand in several groups: where a person is tells more
than that they asked.
"""

from collections.abc import Mapping

FIELDS: Mapping[str, Mapping[str, str]] = {
    "directory": {
        "Query": "providers provider places languages helpRequest referral",
        "Mutation": """reportListing proposeListingChange amendHelpRequest sendMessage submitHelpRequest
            withdrawHelpRequest respondToReferral recordOutcome stateCapacity""",
        "Address": "lines city state postalCode country",
        "Capacity": "helpType unit available maximum updatedAt expiresAt",
        "GroupSource": "group source listName date confirmedAt",
        "HelpTypeFacet": "helpType count",
        "Identifier": "scheme value",
        "Language": "tag name autonym direction providerCount",
        "LanguageFacet": "tag count",
        "Location": "id name visibility latitude longitude timeZone accessibility transportation address",
        "OpennessFacet": "openness count",
        "Organization": "id name description website email kind identifiers providers",
        "Phone": "number extension kind languages",
        "Place": "id name kind country state latitude longitude",
        "Provider": """id name organization service location helpTypes claims languages interpreterForOther openness
            opennessStatedAt capacities waitlistEstimateDays isOpenNow schedules phones serviceAreas acceptsDetained
            acceptsMinors restrictions verification sources""",
        "ProviderConnection": "edges nodes pageInfo totalCount facets origin alternatives",
        "ProviderEdge": "cursor node distanceKm",
        "ProviderFacets": "languages helpTypes openness",
        "ProviderLanguage": "tag mode note name autonym",
        "ProviderPayload": "provider",
        "ReportListingPayload": "sentAt",
        "Schedule": "weekdays opensAt closesAt validFrom validTo note weeksOfMonth isClosure",
        "Service": """id depth name description status url fees applicationProcess eligibility minimumAge maximumAge
            requiredDocuments deliveryModes credentials lastModified""",
        "ServiceArea": "name kind country state",
        "Verification": "status verifiedAt source sourceDate",
    },
    "answers": {
        "ConflictProblem": "code message path",
        "ExpiredProblem": "code message path",
        "FieldProblem": "path code message",
        "HelpRequestPayload": "helpRequest",
        "ListingProposal": "state proposedAt id providerId facts",
        "MessageConnection": "pageInfo",
        "NoCapacityProblem": "code message alternatives",
        "NotFoundProblem": "code message path",
        "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
        "ProposalPayload": "proposal",
        "RateLimitedProblem": "code message retryAfterSeconds",
        "ProposedFact": "fact state isChanged decidedAt reason base listed proposed answer otherListings",
        "ReferralPayload": "referral",
        "SubmitHelpRequestPayload": "helpRequest receipt nextSteps suggestions",
        "ValidationProblem": "code message fields",
    },
    "facets": {
        "HelpRequest": "id status createdAt languages helpTypes urgency",
        "Urgency": "level criteria respondBy",
    },
    "details": {"HelpRequest": "posture place"},
    "person": {
        "HelpRequest": "person",
        "Person": "name contacts note withheld",
        "SafeContact": "channel value mayLeaveMessage maySayWhoWeAre safeTimes",
    },
    "messages": {
        "HelpRequest": "messages",
        "Message": "id at actor text readAt",
        "MessageConnection": "edges nodes",
        "MessageEdge": "cursor node",
    },
    "advice": {"HelpRequest": "nextSteps", "NextStep": "kind url text"},
    "consents": {
        "HelpRequest": "consents",
        "Consent": "scope givenAt withdrawnAt textVersion language",
    },
    "consents_heard": {"Consent": "heardBy withdrawalHeardBy"},
    "referrals": {
        "Referral": "id status offeredAt expiresAt respondedAt declineReason outcome needs provider history",
        "ReferralEvent": "at status actor",
    },
    "request_of_a_referral": {"HelpRequest": "referrals", "Referral": "request"},
    "desk": {
        "Query": "queue request requestsByContact",
        "Mutation": """claimHelpRequest releaseHelpRequest triageHelpRequest recordConsent addNote replyToRequest
            offerReferral recallReferral""",
        "HelpRequest": "assignee hoursLeft stuck onBehalf matches whyNot",
        "HelpRequestConnection": "edges nodes pageInfo totalCount facets",
        "HelpRequestEdge": "cursor node",
        "Match": "rank score distanceKm provider reasons doubtPoints",
        "MatchReason": "rule answer points text",
        "MatchVerdict": "feasible rules",
        "OnBehalf": "relationship personKnows",
        "QueueFacets": "statuses urgencies helpTypes languages states overdue mine unassigned",
        "QueueHelpTypeCount": "helpType count",
        "QueueLanguageCount": "tag count",
        "QueueStateCount": "state count",
        "QueueStatusCount": "status count",
        "QueueUrgencyCount": "level count",
        "RuleResult": "rule hard answer text",
    },
    "plans": {
        "Query": "assignmentPlan assignmentPlans",
        "KeptPlaces": "provider places reason",
        "Mutation": "planAssignments applyAssignmentPlan",
        "AssignmentPlan": """id createdAt expiresAt matched unmatched waiting totalScore allowUnknown rulesVersion salt
            proposals leftOver oneMorePlace byMachine keptPlaces""",
        "AssignmentPlanPayload": "assignmentPlan",
        "ChangedSinceProblem": "code message facts",
        "KeptFrom": "request code reason",
        "LeftOver": "request code waitsFor reason",
        "OneMorePlace": "request urgency provider",
        "Proposal": "request state change certain changed match keptFrom referral",
    },
    "upkeep": {
        "Query": """listingHistory listingReports possibleDuplicates unlocatedListings proposedChanges listingConflicts
            staleListings""",
        "Mutation": """closeReport mergeListings takeListingApart locateListing approveProposedChange
            rejectProposedChange settleListingConflict""",
        "CloseReportPayload": "id",
        "ListingConflict": """fact saidBy agreedAt listedAt listedBy stands providerId providerName base agreed
            listed""",
        "ListingConflictConnection": "nodes pageInfo",
        "ListingEdit": "at part field before after byWhom",
        "ListingEditConnection": "nodes pageInfo",
        "ListingReport": "reason sentAt id providerId providerName note",
        "ListingReportConnection": "nodes pageInfo",
        "PossibleDuplicate": "likeness listings",
        "StaleListing": "email lapsedAt askedAt asksNoMore provider",
        "StaleListingConnection": "edges nodes pageInfo totalCount",
        "StaleListingEdge": "cursor node",
        "UnlocatedListing": "name source address providerId",
        "UnlocatedListingConnection": "nodes pageInfo",
    },
    "checking": {
        "Query": "verifications verification",
        "Mutation": "verifyProvider",
        "RegisterEvidence": "register number url lookedUpOn",
        "VerificationConnection": "nodes pageInfo",
        "VerificationEvent": "step at actor verifiedUntil reason evidence",
        "VerificationPayload": "record",
        "VerificationRecord": "providerId name status verifiedUntil events",
    },
    "oversight": {
        "Query": "auditTrail",
        "AuditEvent": "at actor act subject staff",
        "AuditEventConnection": "edges nodes pageInfo",
        "AuditEventEdge": "cursor node",
    },
    "counts": {
        "Query": "statistics",
        "Statistics": """from to requests notCounted byStatus byLevel byLanguage byHelpType byState declines expiries
            outcomes paces""",
        "StatisticsCount": "word count",
        "StatisticsHours": "median percentile95",
        "StatisticsPace": "level firstOffer firstReply acceptance answeredInTime",
    },
    "openings": {"HelpRequest": "openings", "Opening": "hour actor"},
    "case_notes": {"HelpRequest": "notes", "Note": "at actor text author", "Referral": "notes"},
    "case_access": {
        "Query": "myCaseAccess",
        "Mutation": "askCaseAccess endCaseAccess",
        "CaseAccess": "id requestId staff depth state reason askedAt decidedBy decidedAt until",
        "CaseAccessPayload": "access",
    },
    "case_access_decided": {
        "Query": "caseAccessAsked peopleExports",
        "Mutation": "giveCaseAccess refuseCaseAccess askPeopleExport agreeToPeopleExport takePeopleExport",
        "ExportedPerson": "requestId person",
        "PeopleExport": "id requestIds reason askedAt askedBy agreedAt agreedBy until takenAt",
        "PeopleExportPayload": "export people",
    },
    "team": {
        "Erased": "day why what number",
        "Query": "staffAccounts newStarts erasures",
        "Mutation": "askNewStart agreeToNewStart",
        "NewStart": "id staff askedBy reason madeAt expiresAt",
        "NewStartPayload": "id half",
        "StaffAccount": "id email name role disabledAt passkeys hasPassword hasCodes lastSeenAt",
    },
    "accounts_kept": {
        "Mutation": "openStaffAccount shutStaffAccount changeStaffRole",
        "StaffMemberPayload": "staffMember",
    },
    "account": {
        "Query": "me mySessions",
        "Mutation": "endMySession",
        "StaffMember": "id name email role",
        "StaffSession": "id way createdAt lastUsedAt",
    },
    "application": {
        "Query": "viewer listingProposals",
        "ApiKey": "id expiresAt lastUsedOn",
        "PartnerApp": "id name scopes key",
    },
    "offers": {
        "Query": "offers",
        "Mutation": "submitHelpRequestOnBehalf",
        "ReferralConnection": "edges pageInfo nodes",
        "ReferralEdge": "cursor node",
    },
    "feed": {
        "Query": "changes",
        "Change": "id kind changedAt provider",
        "ChangeConnection": "edges pageInfo nodes",
        "ChangeEdge": "cursor node",
    },
    "proposer": {"ListingProposal": "providerName saidBy partnerName note"},
    "proposed": {
        "ListingProposalConnection": "nodes pageInfo",
    },
}
