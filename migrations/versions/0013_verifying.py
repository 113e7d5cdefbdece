"""Who a provider is, is checked by two people; who is suspended is not listed and gets nobody."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE provider ADD COLUMN verified_until timestamptz;
COMMENT ON COLUMN provider.verified_until IS 'Until then two people''s check is believed.';

-- Nothing here is ever changed: what was checked, by whom, and what came of it.
CREATE TABLE verification_step (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT verification_step_key PRIMARY KEY,
    provider_id uuid NOT NULL,
    step text NOT NULL CONSTRAINT verification_step_known
        CHECK (step IN ('applied', 'checked', 'confirmed', 'suspended', 'reinstated', 'expired')),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    actor_id uuid,
    register text,
    register_number text,
    register_url text,
    looked_up_on date,
    verified_until timestamptz,
    reason text,
    CONSTRAINT step_of_provider FOREIGN KEY (provider_id) REFERENCES provider ON DELETE CASCADE,
    CONSTRAINT verification_step_has_evidence CHECK (step <> 'checked' OR
        num_nulls(register, register_number, register_url, looked_up_on) = 0),
    CONSTRAINT verification_step_has_end CHECK (step <> 'confirmed' OR verified_until IS NOT NULL),
    CONSTRAINT verification_step_has_reason CHECK (step <> 'suspended' OR reason IS NOT NULL)
);
CREATE INDEX verification_step_of_provider ON verification_step (provider_id, id);
CREATE INDEX provider_to_verify ON provider (verification, id) WHERE verification IN ('applied', 'checked', 'expired');
"""

# The one line of the view that changes; all others stay as they are.
PUBLISHED, UNLESS_SUSPENDED = "(p.retired_at IS NULL)", "(p.retired_at IS NULL) AND (p.verification <> 'suspended')"


def redefine(before: str, after: str) -> None:
    op.execute(f"""
        DO $do$
        DECLARE
            known text := pg_get_viewdef('known_provider');
        BEGIN
            ASSERT strpos(known, $$ {before}$$) > 0;
            EXECUTE 'CREATE OR REPLACE VIEW known_provider WITH (security_invoker) AS '
                    || replace(known, $${before}$$, $${after}$$);
        END $do$""")


def upgrade() -> None:
    op.execute(UP)
    redefine(PUBLISHED, UNLESS_SUSPENDED)


def downgrade() -> None:
    op.execute("""
        DO $do$
        BEGIN
            EXECUTE 'CREATE OR REPLACE VIEW known_provider WITH (security_invoker) AS '
                    || regexp_replace(pg_get_viewdef('known_provider'),
                                      ' AND \\(p\\.verification <> ''suspended''::text\\)', '');
        END $do$;
        DROP TABLE verification_step;
        DROP INDEX provider_to_verify;
        ALTER TABLE provider DROP COLUMN verified_until;
    """)
