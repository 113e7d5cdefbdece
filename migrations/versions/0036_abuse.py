"""Proofs of work that were spent, and requests that staff look at before anything is done with them."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

HEAD = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
OUTSIDE = "referral_public, referral_partner"

ABUSE = f"""
CREATE TABLE spent_proof (
    mark bytea CONSTRAINT spent_proof_key PRIMARY KEY,
    spender bytea NOT NULL,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE spent_proof IS 'Each proof of work is good once, for one body, until its challenge runs out.';
CREATE INDEX spent_proof_by_age ON spent_proof (expires_at);

ALTER TABLE spent_proof ENABLE ROW LEVEL SECURITY;
ALTER TABLE spent_proof FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_keeps ON spent_proof TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY of_worker ON spent_proof TO referral_worker USING (true);
GRANT SELECT (expires_at), DELETE ON spent_proof TO referral_worker;

CREATE FUNCTION claim.spend_proof(proof bytea, by bytea, good_until timestamptz) RETURNS boolean
{HEAD} AS $$
BEGIN
    IF good_until <= now() OR good_until > now() + interval '1 hour' THEN
        RETURN false;
    END IF;
    INSERT INTO public.spent_proof (mark, spender, expires_at) VALUES (proof, by, good_until) ON CONFLICT DO NOTHING;
    RETURN FOUND OR EXISTS (SELECT FROM public.spent_proof WHERE mark = proof AND spender = by);
END $$;
COMMENT ON FUNCTION claim.spend_proof(bytea, bytea, timestamptz)
    IS 'Whether it is good, by this clock, and was not spent on anything else. A retry spends it again.';

ALTER TABLE help_request ADD COLUMN quarantined text CONSTRAINT help_request_quarantined_known
    CHECK (quarantined IN ('over_limit', 'no_proof', 'trap_filled', 'too_quick'));
COMMENT ON COLUMN help_request.quarantined IS 'Why nothing is done with it until staff say that it is a request.';
CREATE INDEX help_request_quarantined ON help_request (created_at)
    WHERE quarantined IS NOT NULL AND status <> 'closed' AND data_key IS NOT NULL;
GRANT UPDATE (quarantined) ON help_request TO referral_console;

CREATE FUNCTION claim.in_quarantine(at_most integer) RETURNS integer
STABLE {HEAD} AS $$
BEGIN
    RETURN (SELECT count(*) FROM (SELECT FROM public.help_request
                                   WHERE quarantined IS NOT NULL AND status <> 'closed' AND data_key IS NOT NULL
                                   LIMIT at_most) AS waiting);
END $$;
COMMENT ON FUNCTION claim.in_quarantine(integer) IS 'How many requests wait for that, and no more than is asked.';

REVOKE ALL ON FUNCTION claim.spend_proof, claim.in_quarantine FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim.spend_proof, claim.in_quarantine TO {OUTSIDE};
"""


def upgrade() -> None:
    op.execute(ABUSE)


def downgrade() -> None:
    """Nothing may be lost for having been suspicious: what waits in quarantine is matched as any other request."""
    op.execute("""
        INSERT INTO outbox (kind, subject_id, run_at)
        SELECT 'match', id, now() FROM help_request
         WHERE quarantined IS NOT NULL AND status <> 'closed' AND data_key IS NOT NULL
        ON CONFLICT DO NOTHING;
        DROP FUNCTION claim.in_quarantine(integer);
        ALTER TABLE help_request DROP COLUMN quarantined;
        DROP FUNCTION claim.spend_proof(bytea, bytea, timestamptz);
        DROP TABLE spent_proof;
    """)
