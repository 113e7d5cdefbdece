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

        CREATE INDEX hr_epoch ON help_request (substring(data_key FOR 6)) WHERE data_key IS NOT NULL;

        CREATE TABLE contact_index (
            request_id uuid NOT NULL CONSTRAINT contact_of_request REFERENCES help_request ON DELETE CASCADE,
            digest bytea NOT NULL,
            CONSTRAINT contact_index_key PRIMARY KEY (digest, request_id)
        );
        COMMENT ON TABLE contact_index IS 'Keyed hashes of phones and addresses; only private keys can make one.';
        CREATE INDEX contact_by_request ON contact_index (request_id);

        CREATE TABLE contact_search (
            id uuid CONSTRAINT contact_search_key PRIMARY KEY,
            staff_id uuid NOT NULL CONSTRAINT contact_search_by_staff REFERENCES staff ON DELETE CASCADE,
            at timestamptz NOT NULL,
            reason text NOT NULL,
            found integer NOT NULL
        );
        COMMENT ON TABLE contact_search IS 'Who looked for a person by a phone or an address, and why; never which.';
        CREATE INDEX contact_search_lately ON contact_search (staff_id, at);

        INSERT INTO outbox (kind, subject_id, run_at)
        SELECT 're_evaluate', id, now() FROM help_request WHERE person IS NOT NULL
        ON CONFLICT (kind, subject_id) WHERE lease = 0 AND parked_at IS NULL DO UPDATE SET run_at = excluded.run_at
        """
    )


def downgrade() -> None:
    op.execute(
        """
        DROP TABLE contact_search;

        DROP TABLE contact_index;

        DROP INDEX hr_epoch;

        ALTER TABLE help_request DROP COLUMN requester_key
        """
    )
