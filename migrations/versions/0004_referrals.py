"""The hand-over: offers to providers, their history, staff and partner accounts, the outbox and the audit trail."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REFERRALS = """
CREATE TABLE referral (
    id uuid CONSTRAINT referral_key PRIMARY KEY,
    request_id uuid NOT NULL CONSTRAINT referral_of_request REFERENCES help_request ON DELETE CASCADE,
    provider_id uuid NOT NULL CONSTRAINT referral_to_provider REFERENCES provider,
    organization_id uuid NOT NULL,
    help_type text NOT NULL,
    status text NOT NULL CONSTRAINT referral_status_known CHECK (status IN
        ('proposed', 'offered', 'viewed', 'more_info', 'accepted', 'in_progress', 'declined', 'expired', 'recalled',
         'completed', 'failed')),
    capacity_id uuid CONSTRAINT referral_counts_against REFERENCES capacity ON DELETE SET NULL,
    holds boolean NOT NULL,
    offered_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    responded_at timestamptz,
    decline_reason text,
    outcome text,
    offered_by text NOT NULL,
    offered_by_id uuid,
    idempotency_hash bytea CONSTRAINT referral_once_per_key UNIQUE,
    score integer NOT NULL,
    rules_version text NOT NULL
);
CREATE UNIQUE INDEX referral_one_live_per_pair ON referral (request_id, provider_id)
    WHERE status IN ('proposed', 'offered', 'viewed', 'more_info', 'accepted', 'in_progress');
CREATE INDEX referral_by_request ON referral (request_id, offered_at);
CREATE INDEX referral_by_provider ON referral (provider_id, offered_at);
CREATE INDEX referral_by_organization ON referral (organization_id, offered_at);

CREATE TABLE referral_event (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT referral_event_key PRIMARY KEY,
    referral_id uuid NOT NULL CONSTRAINT event_of_referral REFERENCES referral ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT now(),
    status text NOT NULL,
    actor text NOT NULL,
    actor_id uuid
);
CREATE INDEX referral_event_by_referral ON referral_event (referral_id, id);

-- What a provider or staff write beside an act, sealed with the request's own key: gone when the request is erased.
CREATE TABLE referral_note (
    id uuid CONSTRAINT referral_note_key PRIMARY KEY,
    referral_id uuid NOT NULL CONSTRAINT note_of_referral REFERENCES referral ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    actor_id uuid,
    sealed bytea NOT NULL
);
CREATE INDEX referral_note_by_referral ON referral_note (referral_id, at);

-- Work to be done after the commit that ordered it. A row is taken under a lease by the database's clock; `lease`
-- is a fencing number, so a worker that lost its lease cannot finish the job. Failing rows are parked, never deleted.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT outbox_key PRIMARY KEY,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    run_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    lease bigint NOT NULL DEFAULT 0,
    leased_until timestamptz,
    parked_at timestamptz,
    error_code text,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_due ON outbox (run_at, id) WHERE parked_at IS NULL;
CREATE UNIQUE INDEX outbox_once_waiting ON outbox (kind, subject_id) WHERE lease = 0 AND parked_at IS NULL;

CREATE TABLE staff (
    id uuid CONSTRAINT staff_key PRIMARY KEY,
    email text NOT NULL CONSTRAINT staff_by_email UNIQUE,
    name text NOT NULL,
    role text NOT NULL CONSTRAINT staff_role_known CHECK (role IN ('intake', 'supervisor', 'admin')),
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    disabled_at timestamptz
);

CREATE TABLE staff_session (
    token_hash bytea CONSTRAINT staff_session_key PRIMARY KEY,
    staff_id uuid NOT NULL CONSTRAINT session_of_staff REFERENCES staff ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL
);
CREATE INDEX staff_session_by_staff ON staff_session (staff_id);

CREATE TABLE partner (
    id uuid CONSTRAINT partner_key PRIMARY KEY,
    name text NOT NULL CONSTRAINT partner_by_name UNIQUE,
    organization_id uuid CONSTRAINT partner_of_organization REFERENCES organization,
    created_at timestamptz NOT NULL
);

CREATE TABLE api_key (
    id text CONSTRAINT api_key_key PRIMARY KEY,
    partner_id uuid NOT NULL CONSTRAINT api_key_of_partner REFERENCES partner ON DELETE CASCADE,
    secret_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Who looked at a person's details, or let them go. Written in the transaction that does it, before anything is shown.
CREATE TABLE audit_event (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_event_key PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    actor_id uuid,
    act text NOT NULL,
    subject_id uuid NOT NULL
);
CREATE INDEX audit_event_by_subject ON audit_event (subject_id, id);
"""


def upgrade() -> None:
    op.execute(REFERRALS)


def downgrade() -> None:
    op.execute("""
        DROP TABLE audit_event, api_key, partner, staff_session, staff, outbox;
        DROP TABLE referral_note, referral_event, referral;
    """)
