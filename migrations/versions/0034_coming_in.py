"""How staff come in, and what they may open: passkeys, codes, enrolment, other houses' sign-in, access to cases."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

COMING_IN = """
ALTER TABLE staff
    ALTER COLUMN password_hash DROP NOT NULL,
    ADD COLUMN code_sealed bytea,
    ADD COLUMN code_counter bigint NOT NULL DEFAULT 0,
    ADD COLUMN code_pending bytea;
COMMENT ON COLUMN staff.password_hash IS 'Null: a passkey or another house opens the account, and no password.';
COMMENT ON COLUMN staff.code_sealed IS 'The secret of an app that makes codes, sealed.';
COMMENT ON COLUMN staff.code_counter IS 'The step of the last code that was used: no code is used twice.';
COMMENT ON COLUMN staff.code_pending IS 'A secret whose first code has not been seen yet.';

-- A session of before has no way it was opened by, so it ends; its owner signs in again.
DELETE FROM staff_session;
ALTER TABLE staff_session
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT staff_session_id UNIQUE,
    ADD COLUMN way text NOT NULL CONSTRAINT staff_session_way_known
        CHECK (way IN ('password', 'password_and_code', 'passkey', 'other_house')),
    ADD COLUMN proved_at timestamptz NOT NULL;
COMMENT ON COLUMN staff_session.proved_at IS 'When its owner last showed who they are: keys change soon after only.';

CREATE TABLE staff_passkey (
    id uuid CONSTRAINT staff_passkey_key PRIMARY KEY,
    staff_id uuid NOT NULL CONSTRAINT passkey_of_staff REFERENCES staff ON DELETE CASCADE,
    credential_id bytea NOT NULL CONSTRAINT passkey_known_once UNIQUE,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL,
    is_synced boolean NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz
);
CREATE INDEX staff_passkey_by_staff ON staff_passkey (staff_id);

CREATE TABLE passkey_challenge (
    challenge_hash bytea CONSTRAINT passkey_challenge_key PRIMARY KEY,
    staff_id uuid CONSTRAINT challenge_of_staff REFERENCES staff ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
COMMENT ON COLUMN passkey_challenge.staff_id IS 'Who makes a passkey; null where somebody signs in with one.';
CREATE INDEX passkey_challenge_by_age ON passkey_challenge (expires_at);

CREATE TABLE staff_enrolment (
    id uuid CONSTRAINT staff_enrolment_key PRIMARY KEY,
    staff_id uuid NOT NULL CONSTRAINT enrolment_of_staff REFERENCES staff ON DELETE CASCADE,
    first_hash bytea NOT NULL,
    second_hash bytea,
    reason text NOT NULL,
    asked_by uuid CONSTRAINT enrolment_asked_by REFERENCES staff ON DELETE CASCADE,
    agreed_by uuid CONSTRAINT enrolment_agreed_by REFERENCES staff ON DELETE CASCADE,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT enrolment_by_two CHECK (asked_by IS NULL OR asked_by <> agreed_by),
    CONSTRAINT enrolment_by_others CHECK (staff_id <> asked_by AND staff_id <> agreed_by)
);
COMMENT ON COLUMN staff_enrolment.asked_by IS 'Null: the operator at the machine, who holds both halves.';
CREATE INDEX staff_enrolment_by_staff ON staff_enrolment (staff_id);
CREATE INDEX staff_enrolment_by_halves ON staff_enrolment (first_hash, second_hash);

CREATE TABLE staff_identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    staff_id uuid NOT NULL CONSTRAINT identity_of_staff REFERENCES staff ON DELETE CASCADE,
    bound_at timestamptz NOT NULL,
    CONSTRAINT staff_identity_key PRIMARY KEY (issuer, subject)
);
CREATE INDEX staff_identity_by_staff ON staff_identity (staff_id);

CREATE TABLE other_house_attempt (
    state_hash bytea CONSTRAINT other_house_attempt_key PRIMARY KEY,
    browser_hash bytea NOT NULL,
    nonce text NOT NULL,
    verifier text NOT NULL,
    staff_id uuid CONSTRAINT attempt_of_staff REFERENCES staff ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
COMMENT ON COLUMN other_house_attempt.staff_id IS 'Whose account is to be bound; null where somebody signs in.';
CREATE INDEX other_house_attempt_by_age ON other_house_attempt (expires_at);

CREATE TABLE case_access (
    id uuid CONSTRAINT case_access_key PRIMARY KEY,
    request_id uuid NOT NULL CONSTRAINT access_to_request REFERENCES help_request ON DELETE CASCADE,
    staff_id uuid NOT NULL CONSTRAINT access_of_staff REFERENCES staff ON DELETE CASCADE,
    depth text NOT NULL CONSTRAINT case_access_depth_known CHECK (depth IN ('contact', 'whole')),
    reason_sealed bytea NOT NULL,
    asked_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'asked' CONSTRAINT case_access_state_known
        CHECK (state IN ('asked', 'given', 'refused', 'ended')),
    decided_by uuid CONSTRAINT access_decided_by REFERENCES staff ON DELETE CASCADE,
    decided_at timestamptz,
    until timestamptz NOT NULL,
    CONSTRAINT case_access_by_two CHECK (depth = 'contact' OR state = 'ended' OR decided_by <> staff_id),
    CONSTRAINT case_access_decided CHECK (state = 'asked' OR decided_by IS NOT NULL)
);
COMMENT ON COLUMN case_access.until IS 'Asked for: until when it may be given. Given: until when it opens.';
CREATE INDEX case_access_by_request ON case_access (request_id, staff_id);
CREATE INDEX case_access_by_staff ON case_access (staff_id);
CREATE INDEX case_access_asked ON case_access (asked_at) WHERE state = 'asked';

CREATE TABLE case_opening (
    staff_id uuid NOT NULL CONSTRAINT opening_by_staff REFERENCES staff ON DELETE CASCADE,
    request_id uuid NOT NULL CONSTRAINT opening_of_request REFERENCES help_request ON DELETE CASCADE,
    opened_at timestamptz NOT NULL,
    CONSTRAINT case_opening_key PRIMARY KEY (staff_id, request_id)
);
COMMENT ON TABLE case_opening IS 'When somebody last opened a case; who opens many in an hour is stopped.';
CREATE INDEX case_opening_by_staff ON case_opening (staff_id, opened_at);
CREATE INDEX case_opening_by_request ON case_opening (request_id);

CREATE TABLE staff_alarm (
    id uuid CONSTRAINT staff_alarm_key PRIMARY KEY,
    staff_id uuid NOT NULL CONSTRAINT alarm_about_staff REFERENCES staff ON DELETE CASCADE,
    raised_at timestamptz NOT NULL,
    told_at timestamptz
);
CREATE INDEX staff_alarm_by_staff ON staff_alarm (staff_id, raised_at);

CREATE TABLE people_export (
    id uuid CONSTRAINT people_export_key PRIMARY KEY,
    request_ids uuid[] NOT NULL,
    reason text NOT NULL,
    asked_by uuid NOT NULL CONSTRAINT export_asked_by REFERENCES staff ON DELETE CASCADE,
    asked_at timestamptz NOT NULL,
    agreed_by uuid CONSTRAINT export_agreed_by REFERENCES staff ON DELETE CASCADE,
    agreed_at timestamptz,
    until timestamptz NOT NULL,
    taken_at timestamptz,
    CONSTRAINT export_by_two CHECK (asked_by <> agreed_by),
    CONSTRAINT export_taken_when_agreed CHECK (taken_at IS NULL OR agreed_by IS NOT NULL)
);
CREATE INDEX people_export_by_asker ON people_export (asked_by);
"""


def upgrade() -> None:
    op.execute(COMING_IN)


def downgrade() -> None:
    op.execute("""
        DROP TABLE people_export, staff_alarm, case_opening, case_access, other_house_attempt, staff_identity,
                   staff_enrolment, passkey_challenge, staff_passkey;
        ALTER TABLE staff_session DROP COLUMN proved_at, DROP COLUMN way, DROP COLUMN id;
        DELETE FROM staff WHERE password_hash IS NULL;
        COMMENT ON COLUMN staff.password_hash IS NULL;
        ALTER TABLE staff DROP COLUMN code_pending, DROP COLUMN code_counter, DROP COLUMN code_sealed,
                          ALTER COLUMN password_hash SET NOT NULL;
    """)
