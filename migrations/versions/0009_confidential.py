"""Places that must not be known: what tells where they are stands apart, sealed, and open to no role but the owner."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE SCHEMA conf;
        REVOKE ALL ON SCHEMA conf FROM PUBLIC;

        -- A table of its own, not a flag: no view, function or query of the directory reads it, so none can leak it.
        CREATE TABLE conf.place (
            location_id uuid CONSTRAINT conf_place_key PRIMARY KEY
                CONSTRAINT conf_place_of_location REFERENCES location ON DELETE CASCADE,
            data_key bytea NOT NULL,
            details bytea NOT NULL,
            hidden_at timestamptz NOT NULL
        );
        REVOKE ALL ON conf.place FROM PUBLIC;
        COMMENT ON TABLE conf.place IS 'Sealed: name, address, coordinates, phones and hours of a confidential place.';
    """)


def downgrade() -> None:
    op.execute("DROP SCHEMA conf CASCADE")
