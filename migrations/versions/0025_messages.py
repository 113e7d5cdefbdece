"""The person and the team write to each other: sealed with the request's own key."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE message (
            id uuid CONSTRAINT message_key PRIMARY KEY,
            request_id uuid NOT NULL CONSTRAINT message_of_request REFERENCES help_request ON DELETE CASCADE,
            at timestamptz NOT NULL,
            actor text NOT NULL,
            actor_id uuid,
            sealed bytea NOT NULL,
            read_at timestamptz,
            idempotency_hash bytea NOT NULL CONSTRAINT message_once_per_key UNIQUE
        );
        COMMENT ON COLUMN message.read_at IS 'When the other side first saw it.';
        CREATE INDEX message_by_request ON message (request_id, at, id);
        CREATE INDEX message_unread ON message (request_id) WHERE read_at IS NULL;
    """)


def downgrade() -> None:
    op.execute("DROP TABLE message;")
