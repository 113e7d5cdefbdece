"""Who covers a place from afar is found without looking at everybody who covers it."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE INDEX listing_card_afar ON listing_card USING gin (areas) WHERE remote = 'yes' OR point IS NULL;
    """)


def downgrade() -> None:
    op.execute("DROP INDEX listing_card_afar")
