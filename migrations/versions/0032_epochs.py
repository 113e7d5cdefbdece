"""Data keys are sealed to the key of their week, and once more to the person's own receipt."""

from alembic import op

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The copy that a receipt opens, and a way to find what goes with which week.

    `hr_epoch` is by the head of a data key: one byte of version, and for the newer five that name the epoch.
    """
    op.execute(
        """
        ALTER TABLE help_request ADD COLUMN requester_key bytea;

        CREATE INDEX hr_epoch ON help_request (substring(data_key FOR 6)) WHERE data_key IS NOT NULL
        """
    )


def downgrade() -> None:
    op.execute(
        """
        DROP INDEX hr_epoch;

        ALTER TABLE help_request DROP COLUMN requester_key
        """
    )
