"""Guessing at passwords: how often somebody tried to sign in to one account lately."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SIGN_IN = """
-- A hash and not the address: people type passwords into the wrong field, and a row must not tell who has an account.
CREATE TABLE sign_in_attempt (
    email_hash bytea CONSTRAINT sign_in_attempt_key PRIMARY KEY,
    attempts integer NOT NULL,
    since timestamptz NOT NULL
);
CREATE INDEX sign_in_attempt_by_age ON sign_in_attempt (since);
"""


def upgrade() -> None:
    op.execute(SIGN_IN)


def downgrade() -> None:
    op.execute("DROP TABLE sign_in_attempt;")
