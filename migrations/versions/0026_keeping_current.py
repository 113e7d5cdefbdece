"""Requests that were made before urgency followed the calendar are looked at once, and then by themselves."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

LOOK = """
INSERT INTO outbox (kind, subject_id)
SELECT 're_evaluate', id FROM help_request WHERE status <> 'closed' AND data_key IS NOT NULL;

-- Who was closed long ago: the one thing that is asked of closed requests.
CREATE INDEX help_request_to_forget ON help_request (updated_at) WHERE status = 'closed' AND data_key IS NOT NULL;
-- Live ones that nobody has touched for long.
CREATE INDEX help_request_silent ON help_request (updated_at) WHERE status <> 'closed' AND data_key IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(LOOK)


def downgrade() -> None:
    op.execute("""
        DROP INDEX help_request_silent, help_request_to_forget;
        DELETE FROM outbox WHERE kind = 're_evaluate';
    """)
