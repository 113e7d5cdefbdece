"""Why several people's details were wanted: sealed with the first request's own key, and gone once they were taken.

Words of staff may name somebody. What older rows say cannot be sealed here, where there are no keys, so it goes.
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE people_export RENAME COLUMN reason TO reason_sealed;
        ALTER TABLE people_export ALTER COLUMN reason_sealed DROP NOT NULL;
        ALTER TABLE people_export ALTER COLUMN reason_sealed TYPE bytea USING NULL;
        COMMENT ON COLUMN people_export.reason_sealed IS
            'Why, sealed with the key of the first request; null once it was taken.';
    """)


def downgrade() -> None:
    op.execute("""
        COMMENT ON COLUMN people_export.reason_sealed IS NULL;
        ALTER TABLE people_export RENAME COLUMN reason_sealed TO reason;
        ALTER TABLE people_export ALTER COLUMN reason TYPE text USING '';
        ALTER TABLE people_export ALTER COLUMN reason SET NOT NULL;
    """)
