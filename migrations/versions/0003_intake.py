"""Who asks: requests with their sealed parts, consents, and the history of what happened."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INTAKE = """
-- Plain columns are what work is routed by. Everything that could tell who the person is, or what happened to them,
-- is inside `facts` and `person`, sealed with the request's own key; `data_key` is that key, wrapped by the root key.
CREATE TABLE help_request (
    id uuid CONSTRAINT help_request_key PRIMARY KEY,
    status text NOT NULL CONSTRAINT help_request_status_known CHECK (status IN
        ('draft', 'submitted', 'needs_info', 'in_triage', 'matching', 'offered', 'referred', 'in_service',
         'waitlisted', 'closed')),
    close_reason text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    help_types text[] NOT NULL,
    languages text[] NOT NULL,
    country char(2),
    state text,
    urgency text NOT NULL CONSTRAINT help_request_urgency_known CHECK
        (urgency IN ('critical', 'urgent', 'elevated', 'normal')),
    respond_by timestamptz NOT NULL,
    question_set text NOT NULL,
    partner_id uuid,
    data_key bytea,
    facts bytea,
    person bytea,
    receipt_hash bytea CONSTRAINT help_request_by_receipt UNIQUE,
    idempotency_hash bytea NOT NULL CONSTRAINT help_request_once_per_key UNIQUE,
    body_hash bytea NOT NULL,
    CONSTRAINT help_request_closed_with_reason CHECK ((status = 'closed') = (close_reason IS NOT NULL)),
    CONSTRAINT help_request_sealed_or_erased CHECK ((data_key IS NULL) = (facts IS NULL))
);
CREATE INDEX help_request_queue ON help_request (respond_by, id) WHERE status <> 'closed';

CREATE TABLE consent (
    request_id uuid NOT NULL CONSTRAINT consent_of_request REFERENCES help_request ON DELETE CASCADE,
    scope text NOT NULL CONSTRAINT consent_scope_known CHECK (scope IN
        ('store_request', 'match_automatically', 'share_summary', 'share_contact', 'share_documents', 'notify_me',
         'statistics_deidentified')),
    given_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    text_version text NOT NULL,
    language text NOT NULL,
    CONSTRAINT consent_key PRIMARY KEY (request_id, scope, given_at)
);

-- What happened to a request, in order, without a word of what is in it.
CREATE TABLE request_event (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT request_event_key PRIMARY KEY,
    request_id uuid NOT NULL CONSTRAINT event_of_request REFERENCES help_request ON DELETE CASCADE,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    actor_id uuid,
    subject_id uuid
);
CREATE INDEX request_event_by_request ON request_event (request_id, id);
"""


def upgrade() -> None:
    op.execute(INTAKE)


def downgrade() -> None:
    op.execute("DROP TABLE request_event, consent, help_request;")
