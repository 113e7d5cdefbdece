"""${message}."""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    op.execute("""
        ${upgrades or "SELECT 1"}
    """)


def downgrade() -> None:
    op.execute("""
        ${downgrades or "SELECT 1"}
    """)
