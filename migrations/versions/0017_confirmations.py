"""Who was asked by mail whether they still take people, and who does not want to be asked again."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        -- By address, not by listing: an office with ten listings gets one letter, and says once that it wants no more.
        CREATE TABLE confirmation (
            id uuid CONSTRAINT confirmation_key PRIMARY KEY DEFAULT gen_random_uuid(),
            address text NOT NULL CONSTRAINT confirmation_by_address UNIQUE
                CONSTRAINT confirmation_address_lower CHECK (address = lower(address)),
            asked_at timestamptz,
            opted_out_at timestamptz
        );
        COMMENT ON COLUMN confirmation.asked_at IS 'When the last letter was ordered, not when it arrived.';
    """)


def downgrade() -> None:
    op.execute("DROP TABLE confirmation")
