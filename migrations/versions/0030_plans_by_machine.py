"""Plans that nobody asked for: made by the machine each day and when places open, with what is kept for the urgent."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

BY_MACHINE = """
ALTER TABLE assignment_plan ALTER COLUMN made_by DROP NOT NULL;
COMMENT ON COLUMN assignment_plan.made_by IS 'Who asked for it; null where the machine made it by itself.';
ALTER TABLE assignment_plan ADD COLUMN kept jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN assignment_plan.kept IS 'Places that wait for urgent people who are expected: ids and numbers.';
CREATE INDEX assignment_plan_by_machine ON assignment_plan (made_at) WHERE made_by IS NULL;
-- Has anything opened since the last plan?
CREATE INDEX capacity_by_statement ON capacity (stated_at);
CREATE INDEX referral_event_by_time ON referral_event (at);
"""

BY_STAFF = """
DROP INDEX referral_event_by_time;
DROP INDEX capacity_by_statement;
DELETE FROM assignment_plan WHERE made_by IS NULL;
DROP INDEX assignment_plan_by_machine;
ALTER TABLE assignment_plan DROP COLUMN kept;
ALTER TABLE assignment_plan ALTER COLUMN made_by SET NOT NULL;
COMMENT ON COLUMN assignment_plan.made_by IS NULL;
"""


def upgrade() -> None:
    op.execute(BY_MACHINE)


def downgrade() -> None:
    op.execute(BY_STAFF)
