"""Anyone may say that a listing is wrong; staff look, and what was written is erased when they have."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE listing_report (
            id uuid CONSTRAINT listing_report_key PRIMARY KEY,
            provider_id uuid NOT NULL,
            reason text NOT NULL CONSTRAINT listing_report_reason_known CHECK (reason IN
                ('wrong_contact', 'wrong_place', 'not_taking_people', 'wrong_language', 'closed_for_good',
                 'asked_for_money', 'not_real', 'other')),
            data_key bytea,
            words bytea,
            sent_at timestamptz NOT NULL,
            closed_at timestamptz,
            closed_by uuid,
            was_right boolean,
            CONSTRAINT report_of_provider FOREIGN KEY (provider_id) REFERENCES provider ON DELETE CASCADE,
            CONSTRAINT report_closed_says_how CHECK (num_nulls(closed_at, closed_by, was_right) IN (0, 3)),
            CONSTRAINT report_closed_keeps_no_words CHECK (closed_at IS NULL OR num_nulls(data_key, words) = 2)
        );
        COMMENT ON TABLE listing_report IS
            'Nothing of who sent it is kept. Words are sealed, and go when it is closed.';
        CREATE INDEX listing_report_open ON listing_report (sent_at, id) WHERE closed_at IS NULL;
        CREATE INDEX listing_report_of_provider ON listing_report (provider_id, sent_at);
    """)


def downgrade() -> None:
    op.execute("DROP TABLE listing_report")
