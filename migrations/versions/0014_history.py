"""What a published listing said before: every field that changed, when, and on whose word."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Of each table: who changes it besides what it says, which is no news.
PARTS = {
    "organization": "{}",
    "service": "{last_modified}",
    "location": "{point}",
    "provider": "{openness_stated_at,openness_expires_at,openness_stated_by,offers_made,offers_accepted,"
    "last_offered_at,verified_at,verified_until}",
    "phone": "{}",
    "schedule": "{}",
    "language_offered": "{}",
    "service_area": "{}",
}
CHILDREN = ("phone", "schedule", "language_offered", "service_area")

UP = """
CREATE TABLE listing_history (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT listing_history_key PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    owner uuid NOT NULL,
    part text NOT NULL,
    row_id uuid NOT NULL,
    field text,
    before text,
    after text,
    by_whom text
);
COMMENT ON TABLE listing_history IS 'Of a row that was added or taken away, field is null and its whole is kept.';
COMMENT ON COLUMN listing_history.owner IS 'The organization, service, location or provider whose row it is.';
CREATE INDEX listing_history_of_owner ON listing_history (owner, id);

-- Whose row this is: the nearest to the listing that it names, or it is one of the four itself.
CREATE FUNCTION owner_of(part text, told jsonb) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN part IN ('organization', 'service', 'location', 'provider') THEN (told ->> 'id')::uuid
                ELSE coalesce(told ->> 'provider_id', told ->> 'location_id', told ->> 'service_id',
                              told ->> 'organization_id')::uuid END;

-- Whether a listing was published with it before this transaction came to its end; of a confidential place nothing is
-- ever written down, here least of all.
CREATE FUNCTION is_remembered(owner uuid) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN EXISTS (SELECT FROM provider p JOIN listing_card c ON c.id = p.id
                    WHERE p.id = owner OR p.service_id = owner OR p.location_id = owner OR p.organization_id = owner)
       AND NOT EXISTS (SELECT FROM location l WHERE l.id = owner AND l.visibility = 'confidential')
       AND NOT EXISTS (SELECT FROM provider p JOIN location l ON l.id = p.location_id
                        WHERE p.id = owner AND l.visibility = 'confidential');

CREATE FUNCTION remember_changes() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan = off
    AS $$
    BEGIN
        INSERT INTO listing_history (owner, part, row_id, field, before, after, by_whom)
        SELECT told.owner, TG_TABLE_NAME, (told.now ->> 'id')::uuid, f.field, told.was ->> f.field,
               told.now ->> f.field,
               coalesce(CASE WHEN f.field IN ('openness', 'waitlist_estimate_days')
                             THEN told.now ->> 'openness_stated_by' END,
                        nullif(current_setting('referral.by_whom', true), ''))
          FROM (SELECT owner_of(TG_TABLE_NAME, to_jsonb(n)) AS owner, to_jsonb(o) AS was, to_jsonb(n) AS now
                  FROM is_now n JOIN was o ON o.id = n.id
                 WHERE to_jsonb(o) - TG_ARGV[0]::text[] <> to_jsonb(n) - TG_ARGV[0]::text[]) AS told
         CROSS JOIN LATERAL jsonb_object_keys(told.now - TG_ARGV[0]::text[]) AS f(field)
         WHERE told.was -> f.field <> told.now -> f.field
           AND (TG_TABLE_NAME <> 'location' OR told.was ->> 'visibility' <> 'confidential')
           AND is_remembered(told.owner)
         ORDER BY told.owner, f.field;
        RETURN NULL;
    END $$;

CREATE FUNCTION remember_rows() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan = off
    AS $$
    BEGIN
        INSERT INTO listing_history (owner, part, row_id, before, after, by_whom)
        SELECT owner_of(TG_TABLE_NAME, to_jsonb(t)), TG_TABLE_NAME, t.id,
               CASE WHEN TG_OP = 'DELETE' THEN jsonb_strip_nulls(to_jsonb(t))::text END,
               CASE WHEN TG_OP = 'INSERT' THEN jsonb_strip_nulls(to_jsonb(t))::text END,
               nullif(current_setting('referral.by_whom', true), '')
          FROM told t
         WHERE is_remembered(owner_of(TG_TABLE_NAME, to_jsonb(t)))
         ORDER BY t.id;
        RETURN NULL;
    END $$;
"""


def upgrade() -> None:
    op.execute(UP)
    for part, besides in PARTS.items():
        op.execute(f"""
            CREATE TRIGGER {part}_is_remembered
                AFTER UPDATE ON {part} REFERENCING OLD TABLE AS was NEW TABLE AS is_now
                FOR EACH STATEMENT EXECUTE FUNCTION remember_changes('{besides}')""")
    for part in CHILDREN:
        op.execute(f"""
            CREATE TRIGGER {part}_that_comes_is_remembered
                AFTER INSERT ON {part} REFERENCING NEW TABLE AS told
                FOR EACH STATEMENT EXECUTE FUNCTION remember_rows();
            CREATE TRIGGER {part}_that_goes_is_remembered
                AFTER DELETE ON {part} REFERENCING OLD TABLE AS told
                FOR EACH STATEMENT EXECUTE FUNCTION remember_rows()""")


def downgrade() -> None:
    for part in PARTS:
        op.execute(f"DROP TRIGGER {part}_is_remembered ON {part}")
    for part in CHILDREN:
        op.execute(f"DROP TRIGGER {part}_that_comes_is_remembered ON {part}")
        op.execute(f"DROP TRIGGER {part}_that_goes_is_remembered ON {part}")
    op.execute("""
        DROP FUNCTION remember_rows, remember_changes, is_remembered, owner_of;
        DROP TABLE listing_history;
    """)
