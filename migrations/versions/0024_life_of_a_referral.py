"""A referral says which needs it serves, and until when its provider is not asked again about the person."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NEEDS = """
ALTER TABLE referral ADD COLUMN needs text[];
UPDATE referral r SET needs = coalesce((SELECT nullif(h.help_types[1:1], '{}') FROM help_request h
                                         WHERE h.id = r.request_id),
                                       ARRAY[r.help_type]);
ALTER TABLE referral ALTER COLUMN needs SET NOT NULL,
    ADD CONSTRAINT referral_serves_a_need CHECK (needs <> '{}');
COMMENT ON COLUMN referral.needs IS 'Which of the kinds of help that were asked for.';

ALTER TABLE referral ADD COLUMN excluded_until timestamptz NOT NULL DEFAULT 'infinity';
COMMENT ON COLUMN referral.excluded_until IS 'Until then the provider is not asked again about this person.';
"""

RAISED = """
ALTER TABLE help_request ADD COLUMN raised_to text
    CONSTRAINT help_request_raised_to_known CHECK (raised_to IN ('critical', 'urgent', 'elevated', 'normal'));
COMMENT ON COLUMN help_request.raised_to IS 'Not less urgent: a provider said the deadline is too close.';
"""

REPORTS = """
ALTER TABLE listing_report DROP CONSTRAINT listing_report_reason_known;
ALTER TABLE listing_report ADD CONSTRAINT listing_report_reason_known
    CHECK (reason IN ('wrong_contact', 'wrong_place', 'not_taking_people', 'wrong_language', 'outside_service',
                      'closed_for_good', 'asked_for_money', 'not_real', 'other'));
"""

REASONS = """
ALTER TABLE referral ADD CONSTRAINT referral_outcome_known
    CHECK (outcome IN ('served_full', 'served_limited', 'advice_given', 'unreachable', 'not_served'));
ALTER TABLE referral ADD CONSTRAINT referral_outcome_at_its_end
    CHECK (outcome IS NULL OR status IN ('completed', 'failed'));
"""


def upgrade() -> None:
    op.execute(NEEDS + RAISED + REPORTS + REASONS)


def downgrade() -> None:
    op.execute(
        """
        ALTER TABLE referral DROP CONSTRAINT referral_outcome_at_its_end, DROP CONSTRAINT referral_outcome_known;
        UPDATE listing_report SET reason = 'other' WHERE reason = 'outside_service';
        ALTER TABLE listing_report DROP CONSTRAINT listing_report_reason_known;
        ALTER TABLE listing_report ADD CONSTRAINT listing_report_reason_known
            CHECK (reason IN ('wrong_contact', 'wrong_place', 'not_taking_people', 'wrong_language',
                              'closed_for_good', 'asked_for_money', 'not_real', 'other'));
        ALTER TABLE help_request DROP COLUMN raised_to;
        ALTER TABLE referral DROP COLUMN excluded_until, DROP COLUMN needs;"""
    )
