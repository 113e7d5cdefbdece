"""Who has a request in hand, what colleagues note of it, which act was sent twice, and what waits, in every order."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

DESK = """
CREATE TABLE request_claim (
    request_id uuid CONSTRAINT request_claim_key PRIMARY KEY
        CONSTRAINT claim_of_request REFERENCES help_request ON DELETE CASCADE,
    staff_id uuid NOT NULL CONSTRAINT claim_of_staff REFERENCES staff ON DELETE CASCADE,
    claimed_at timestamptz NOT NULL,
    until timestamptz NOT NULL
);
COMMENT ON TABLE request_claim IS 'Who has a request in hand. Ends by itself: no case hangs on somebody who is away.';
CREATE INDEX request_claim_by_staff ON request_claim (staff_id);

CREATE TABLE request_note (
    id uuid CONSTRAINT request_note_key PRIMARY KEY,
    request_id uuid NOT NULL CONSTRAINT note_of_help_request REFERENCES help_request ON DELETE CASCADE,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    actor_id uuid NOT NULL,
    sealed bytea NOT NULL
);
COMMENT ON TABLE request_note IS 'What staff write for each other, sealed with the request''s own key.';
CREATE INDEX request_note_by_request ON request_note (request_id, at, id);

CREATE TABLE triage_act (
    key_hash bytea CONSTRAINT triage_act_key PRIMARY KEY,
    request_id uuid NOT NULL CONSTRAINT act_of_request REFERENCES help_request ON DELETE CASCADE,
    body_hash bytea NOT NULL
);
COMMENT ON TABLE triage_act IS 'Idempotency keys of what staff sent: an act that comes twice is done once.';
CREATE INDEX triage_act_by_request ON triage_act (request_id);

ALTER TABLE consent
    ADD COLUMN recorded_by uuid,
    ADD COLUMN heard_by text,
    ADD COLUMN withdrawal_recorded_by uuid,
    ADD COLUMN withdrawal_heard_by text,
    ADD CONSTRAINT consent_heard_by_somebody CHECK
        ((recorded_by IS NULL) = (heard_by IS NULL)
         AND (withdrawal_recorded_by IS NULL) = (withdrawal_heard_by IS NULL));
COMMENT ON COLUMN consent.recorded_by IS 'The member of staff who wrote down what the person said; null: the person.';

CREATE FUNCTION urgency_rank(urgency text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE urgency WHEN 'critical' THEN 0 WHEN 'urgent' THEN 1 WHEN 'elevated' THEN 2 ELSE 3 END;
CREATE INDEX help_request_by_urgency ON help_request (urgency_rank(urgency), respond_by, id)
    WHERE status <> 'closed';
CREATE INDEX help_request_by_age ON help_request (created_at, id) WHERE status <> 'closed';
CREATE INDEX help_request_by_change ON help_request (updated_at, id) WHERE status <> 'closed';
CREATE INDEX help_request_by_day ON help_request (created_at);
CREATE INDEX help_request_in_triage ON help_request (id) WHERE status = 'in_triage';
CREATE INDEX referral_asking ON referral (request_id) WHERE status = 'more_info';
CREATE INDEX outbox_parked ON outbox (subject_id) WHERE parked_at IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(DESK)


def downgrade() -> None:
    op.execute("""
        DROP INDEX outbox_parked, referral_asking, help_request_in_triage, help_request_by_day,
                   help_request_by_change, help_request_by_age, help_request_by_urgency;
        DROP FUNCTION urgency_rank;
        ALTER TABLE consent DROP COLUMN withdrawal_heard_by, DROP COLUMN withdrawal_recorded_by,
                            DROP COLUMN heard_by, DROP COLUMN recorded_by;
        DROP TABLE triage_act, request_note, request_claim;
    """)
