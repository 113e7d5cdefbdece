"""Providers propose what a listing should say, staff decide, and no list silently brings back what it said before."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

PROPOSALS = """
CREATE TABLE listing_proposal (
    id uuid CONSTRAINT listing_proposal_key PRIMARY KEY,
    provider_id uuid NOT NULL,
    said_by text NOT NULL CONSTRAINT listing_proposal_proposer_known CHECK (said_by IN ('provider', 'partner')),
    partner_id uuid,
    state text NOT NULL DEFAULT 'open' CONSTRAINT listing_proposal_state_known
        CHECK (state IN ('open', 'approved', 'partly_approved', 'rejected', 'superseded')),
    proposed_at timestamptz NOT NULL,
    data_key bytea,
    words bytea,
    CONSTRAINT proposal_of_provider FOREIGN KEY (provider_id) REFERENCES provider ON DELETE CASCADE,
    CONSTRAINT proposal_of_partner FOREIGN KEY (partner_id) REFERENCES partner ON DELETE CASCADE,
    CONSTRAINT listing_proposal_partner_named CHECK ((said_by = 'partner') = (partner_id IS NOT NULL))
);
COMMENT ON COLUMN listing_proposal.words IS 'What the proposer wrote beside it, sealed; it goes when all is decided.';
CREATE INDEX listing_proposal_by_age ON listing_proposal (state, proposed_at, id);
CREATE INDEX listing_proposal_of_provider ON listing_proposal (provider_id, proposed_at, id);
CREATE INDEX listing_proposal_of_partner ON listing_proposal (partner_id, proposed_at, id);

CREATE TABLE proposed_fact (
    proposal_id uuid NOT NULL,
    fact text NOT NULL,
    provider_id uuid NOT NULL,
    proposer uuid NOT NULL,
    base jsonb NOT NULL,
    wanted jsonb NOT NULL,
    state text NOT NULL DEFAULT 'open' CONSTRAINT proposed_fact_state_known
        CHECK (state IN ('open', 'approved', 'rejected', 'superseded')),
    decided_at timestamptz,
    decided_by uuid,
    reason text,
    data_key bytea,
    words bytea,
    CONSTRAINT proposed_fact_key PRIMARY KEY (proposal_id, fact),
    CONSTRAINT proposed_fact_of_proposal FOREIGN KEY (proposal_id) REFERENCES listing_proposal ON DELETE CASCADE,
    CONSTRAINT proposed_fact_decided CHECK ((state = 'open') = (decided_at IS NULL)),
    CONSTRAINT proposed_fact_rejected_says_why CHECK ((state = 'rejected') = (reason IS NOT NULL)),
    CONSTRAINT proposed_fact_reason_known CHECK (reason IN
        ('not_confirmed', 'contradicted', 'out_of_date', 'unclear', 'does_not_belong', 'endangers', 'other'))
);
COMMENT ON COLUMN proposed_fact.base IS 'What the listing said when it was proposed.';
COMMENT ON COLUMN proposed_fact.proposer IS 'The partner; for people at the provider, the listing itself.';
COMMENT ON COLUMN proposed_fact.words IS 'What staff wrote to the proposer when they rejected it, sealed.';
CREATE UNIQUE INDEX one_open_proposal_of_a_fact ON proposed_fact (provider_id, fact, proposer) WHERE state = 'open';

CREATE TABLE listing_override (
    owner uuid NOT NULL,
    fact text NOT NULL,
    fact_group text NOT NULL,
    base jsonb NOT NULL,
    approved jsonb NOT NULL,
    approved_at timestamptz NOT NULL,
    said_by text NOT NULL CONSTRAINT listing_override_said_by_known
        CHECK (said_by IN ('provider', 'partner', 'staff')),
    proposal_id uuid,
    is_kept boolean NOT NULL DEFAULT true,
    listed jsonb,
    listed_at timestamptz,
    listed_by text,
    CONSTRAINT listing_override_key PRIMARY KEY (owner, fact),
    CONSTRAINT override_of_proposal FOREIGN KEY (proposal_id) REFERENCES listing_proposal ON DELETE SET NULL,
    CONSTRAINT listing_override_conflict_whole CHECK (num_nulls(listed, listed_at, listed_by) IN (0, 3)),
    CONSTRAINT listing_override_given_up_for_list CHECK (is_kept OR listed IS NOT NULL)
);
COMMENT ON TABLE listing_override IS 'What stands although the list it came from says something else.';
COMMENT ON COLUMN listing_override.owner IS 'The organization, service, location or provider whose fact it is.';
COMMENT ON COLUMN listing_override.base IS 'What the list said then; while it says so, the approved value is kept.';
COMMENT ON COLUMN listing_override.listed IS 'A third value that a list brought since; staff have to look.';
CREATE INDEX listing_override_in_conflict ON listing_override (listed_at, owner, fact) WHERE listed IS NOT NULL;
"""

# Points that staff said stay theirs in the same way as everything else that was agreed on.
LOCATED = """
INSERT INTO listing_override (owner, fact, fact_group, base, approved, approved_at, said_by)
SELECT l.id, 'place', 'place', told.place || '{"latitude": null, "longitude": null}', told.place, max(a.at), 'staff'
  FROM audit_event a
  JOIN provider p ON p.id = a.subject_id
  JOIN location l ON l.id = p.location_id
 CROSS JOIN LATERAL (SELECT jsonb_build_object(
                                'lines', l.lines, 'city', l.city, 'state', l.state, 'postal_code', l.postal_code,
                                'country', l.country, 'latitude', l.latitude, 'longitude', l.longitude,
                                'time_zone', NULL) AS place) AS told
 WHERE a.act = 'listing_located' AND l.latitude IS NOT NULL AND l.visibility = 'public'
 GROUP BY l.id, told.place
"""

# Who said the parts of a listing last, as the rows tell it. It is computed only where somebody selects it.
# A list that has no date of its own is as old as the service's last change, unless that was an agreement.
SOURCES = """
CREATE FUNCTION listing_sources(listing uuid) RETURNS json
    LANGUAGE sql STABLE COST 2000
    AS $$
        SELECT coalesce(json_agg(json_build_object(
                            'group', g.name, 'source', coalesce(k.said_by, 'list'),
                            'list_name', CASE WHEN k.said_by IS NULL THEN g.list END,
                            'date', coalesce(k.approved_at::date, s.assured_on, CASE WHEN NOT EXISTS (
                                SELECT FROM listing_override a
                                 WHERE a.owner IN (p.id, p.service_id, p.location_id, p.organization_id)
                                   AND a.approved_at = s.last_modified) THEN s.last_modified::date END),
                            'confirmed_at', greatest(k.approved_at, g.confirmed_at)) ORDER BY g.place), '[]')
          FROM provider p
          JOIN listing_card c ON c.id = p.id
          JOIN service s ON s.id = p.service_id
          LEFT JOIN location l ON l.id = p.location_id
         CROSS JOIN LATERAL (VALUES
                   (1, 'contact', p.source, true, CASE WHEN p.verification = 'verified' THEN p.verified_at END),
                   (2, 'place', l.source, l.visibility = 'public', NULL),
                   (3, 'hours', p.source, c.schedules::text <> '[]', NULL),
                   (4, 'languages', s.source, c.languages::text <> '[]', NULL),
                   (5, 'services', s.source, true, NULL),
                   (6, 'capacity', NULL, p.openness_stated_at IS NOT NULL, NULL))
               AS g (place, name, list, is_said, confirmed_at)
          LEFT JOIN LATERAL (
                   SELECT o.said_by, o.approved_at
                     FROM listing_override o
                    WHERE o.owner IN (p.id, p.service_id, p.location_id, p.organization_id)
                      AND o.fact_group = g.name AND o.is_kept
                    UNION ALL
                   SELECT CASE p.openness_stated_by WHEN 'partner_app' THEN 'partner' ELSE 'provider' END,
                          p.openness_stated_at
                    WHERE g.name = 'capacity' AND p.openness_stated_at IS NOT NULL
                    ORDER BY approved_at DESC
                    LIMIT 1) AS k ON true
         WHERE p.id = listing AND (g.is_said OR k.said_by IS NOT NULL)
           AND (g.name <> 'place' OR l.visibility = 'public')
    $$;
"""


def with_sources(before: str, after: str, making: str) -> None:
    op.execute(f"""
        DO $do$
        DECLARE
            known text := pg_get_viewdef('listing');
        BEGIN
            ASSERT strpos(known, $${before}$$) > 0;
            {making}
            EXECUTE 'CREATE OR REPLACE VIEW listing WITH (security_invoker) AS '
                    || replace(known, $${before}$$, $${after}$$);
        END $do$""")


def upgrade() -> None:
    op.execute(PROPOSALS)
    op.execute(LOCATED)
    op.execute(SOURCES)
    with_sources("c.lexemes", "c.lexemes, listing_sources(c.id) AS sources", "")


def downgrade() -> None:
    with_sources(",\n    listing_sources(c.id) AS sources", "", "DROP VIEW listing;")
    op.execute("""
        DROP FUNCTION listing_sources;
        DROP TABLE listing_override, proposed_fact, listing_proposal;
    """)
