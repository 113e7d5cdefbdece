"""What a listing took over from one merged into it: marked, so that it stays, and can be given up again."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE phone ADD COLUMN taken_from uuid CONSTRAINT phone_taken_from_provider REFERENCES provider ON DELETE CASCADE;
ALTER TABLE language_offered
  ADD COLUMN taken_from uuid CONSTRAINT language_taken_from_provider REFERENCES provider ON DELETE CASCADE;
ALTER TABLE service_area
  ADD COLUMN taken_from uuid CONSTRAINT area_taken_from_provider REFERENCES provider ON DELETE CASCADE;
COMMENT ON COLUMN phone.taken_from IS 'The listing merged into this one that said so. No list takes it away.';

CREATE INDEX phone_taken_from ON phone (taken_from) WHERE taken_from IS NOT NULL;
CREATE INDEX language_taken_from ON language_offered (taken_from) WHERE taken_from IS NOT NULL;
CREATE INDEX area_taken_from ON service_area (taken_from) WHERE taken_from IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute("""
        ALTER TABLE service_area DROP COLUMN taken_from;
        ALTER TABLE language_offered DROP COLUMN taken_from;
        ALTER TABLE phone DROP COLUMN taken_from;
    """)
