"""What changed in the directory, in the order it was committed, deletions included."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UP = """
-- `xact` is the transaction that made the change: a reader who asks only for what is older than every transaction still
-- open, in this order, misses nothing, however late one commits. Rows are only added, and what a later one replaces is
-- taken away where nobody holds it: so two who change one listing never wait for each other here.
CREATE TABLE listing_change (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT listing_change_key PRIMARY KEY,
    listing_id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT listing_change_kind_known CHECK (kind IN ('changed', 'deleted')),
    changed_at timestamptz NOT NULL,
    xact xid8 NOT NULL
);
COMMENT ON TABLE listing_change IS 'Of a listing that is no longer published only the id is kept.';
CREATE INDEX listing_change_in_order ON listing_change (xact, listing_id);
CREATE INDEX listing_change_of_listing ON listing_change (listing_id, xact, id);

CREATE FUNCTION note_changes(ids uuid[], what text) RETURNS void
    LANGUAGE sql
    AS $$
        DELETE FROM listing_change
         WHERE id IN (SELECT old.id FROM listing_change old WHERE old.listing_id = ANY(ids) FOR UPDATE SKIP LOCKED);

        INSERT INTO listing_change (listing_id, kind, changed_at, xact)
        SELECT id, what, now(), pg_current_xact_id() FROM unnest(ids) AS id;
    $$;

ALTER FUNCTION refresh_listings(uuid[]) RENAME TO make_cards;

-- A card that is made anew and says the same is no change.
CREATE FUNCTION refresh_listings(ids uuid[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
    DECLARE
        before jsonb;
    BEGIN
        SELECT jsonb_object_agg(c.id, md5(c::text)) INTO before FROM listing_card c WHERE c.id = ANY(ids);
        PERFORM make_cards(ids);
        PERFORM note_changes(ARRAY(SELECT c.id FROM listing_card c
                                    WHERE c.id = ANY(ids) AND md5(c::text) IS DISTINCT FROM before ->> c.id::text),
                             'changed');
        PERFORM note_changes(ARRAY(SELECT gone.id::uuid FROM jsonb_object_keys(before) AS gone(id)
                                    WHERE NOT EXISTS (SELECT FROM listing_card c WHERE c.id = gone.id::uuid)),
                             'deleted');
    END $$;

CREATE FUNCTION note_deleted_listings() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM note_changes(ARRAY(SELECT id FROM gone), 'deleted');
        RETURN NULL;
    END $$;
CREATE TRIGGER provider_leaves_feed
    AFTER DELETE ON provider REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION note_deleted_listings();

-- Openness and places are not in the card.
CREATE FUNCTION note_stated_listing() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM note_changes(ARRAY(SELECT c.id FROM listing_card c WHERE c.id = NEW.id), 'changed');
        RETURN NULL;
    END $$;
CREATE TRIGGER provider_states_openness
    AFTER UPDATE OF openness, openness_stated_at, openness_expires_at, waitlist_estimate_days ON provider FOR EACH ROW
    WHEN ((OLD.openness, OLD.openness_stated_at, OLD.openness_expires_at, OLD.waitlist_estimate_days)
          IS DISTINCT FROM (NEW.openness, NEW.openness_stated_at, NEW.openness_expires_at, NEW.waitlist_estimate_days))
    EXECUTE FUNCTION note_stated_listing();

CREATE FUNCTION note_counted_listings() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM note_changes(ARRAY(SELECT DISTINCT c.id FROM counted k JOIN listing_card c ON c.id = k.provider_id),
                             'changed');
        RETURN NULL;
    END $$;
CREATE TRIGGER capacity_is_stated
    AFTER INSERT ON capacity REFERENCING NEW TABLE AS counted
    FOR EACH STATEMENT EXECUTE FUNCTION note_counted_listings();
CREATE TRIGGER capacity_is_counted
    AFTER UPDATE ON capacity REFERENCING NEW TABLE AS counted
    FOR EACH STATEMENT EXECUTE FUNCTION note_counted_listings();

SELECT note_changes(ARRAY(SELECT id FROM listing_card), 'changed');
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute("""
        DROP TRIGGER capacity_is_counted ON capacity;
        DROP TRIGGER capacity_is_stated ON capacity;
        DROP TRIGGER provider_states_openness ON provider;
        DROP TRIGGER provider_leaves_feed ON provider;
        DROP FUNCTION note_counted_listings, note_stated_listing, note_deleted_listings, refresh_listings;
        ALTER FUNCTION make_cards(uuid[]) RENAME TO refresh_listings;
        DROP FUNCTION note_changes;
        DROP TABLE listing_change;
    """)
