"""Drafts of the form: sealed under a key that only the browser's cookie opens, or the code one comes back with."""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

PUBLIC, WORKER = "referral_public", "referral_worker"


def upgrade() -> None:
    op.execute(f"""
        CREATE TABLE help_draft (
            id uuid CONSTRAINT help_draft_key PRIMARY KEY,
            look_up bytea NOT NULL CONSTRAINT help_draft_look_up UNIQUE,
            by_token bytea NOT NULL,
            answers bytea NOT NULL,
            touched_at timestamptz NOT NULL DEFAULT now(),
            code_look_up bytea CONSTRAINT help_draft_code_look_up UNIQUE,
            by_code bytea,
            kept_until timestamptz,
            CONSTRAINT help_draft_code_whole CHECK (
                (code_look_up IS NULL) = (by_code IS NULL) AND (by_code IS NULL) = (kept_until IS NULL))
        );
        CREATE INDEX help_draft_by_age ON help_draft (touched_at);
        COMMENT ON TABLE help_draft IS
            'What somebody has answered and not sent. Nobody here can open it: the key is in their browser.';

        CREATE FUNCTION claim.drafts() RETURNS bytea[]
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            RETURN ARRAY(SELECT decode(one, 'hex') FROM unnest(claim.shown('referral.drafts')) AS one);
        END $$;
        REVOKE ALL ON FUNCTION claim.drafts() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION claim.drafts() TO {PUBLIC};

        GRANT SELECT, INSERT, DELETE ON help_draft TO {PUBLIC};
        GRANT UPDATE (look_up, by_token, answers, touched_at, code_look_up, by_code, kept_until)
            ON help_draft TO {PUBLIC};
        GRANT SELECT (id, touched_at, kept_until), DELETE ON help_draft TO {WORKER};

        ALTER TABLE help_draft ENABLE ROW LEVEL SECURITY;
        ALTER TABLE help_draft FORCE ROW LEVEL SECURITY;
        CREATE POLICY owner_keeps ON help_draft TO CURRENT_USER USING (true) WITH CHECK (true);
        CREATE POLICY own ON help_draft TO {PUBLIC}
         USING (look_up = ANY((SELECT claim.drafts())::bytea[])
                OR code_look_up = ANY((SELECT claim.drafts())::bytea[]));
        CREATE POLICY of_worker ON help_draft TO {WORKER} USING (true);
    """)


def downgrade() -> None:
    op.execute("DROP TABLE help_draft; DROP FUNCTION claim.drafts()")
