"""Many listings made anew in one transaction cost what one costs, times their number."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UP = """
-- The trigger fires once a row, and its first call does the work of all: the others must see so by the index, not by
-- reading through what the first one took.
CREATE OR REPLACE FUNCTION refresh_stale_listings() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        ids uuid[];
    BEGIN
        IF NOT EXISTS (SELECT FROM stale_listing WHERE id = NEW.id) THEN
            RETURN NULL;
        END IF;
        WITH taken AS (DELETE FROM stale_listing RETURNING id)
        SELECT array_agg(id) INTO ids FROM taken;
        PERFORM refresh_listings(ids);
        RETURN NULL;
    END $$;

-- Tables that a first import fills are empty in the planner's books: reading one whole for every listing would look
-- cheap to it.
ALTER FUNCTION refresh_stale_listings() SET enable_seqscan = off;
ALTER FUNCTION mark_stale_listings() SET enable_seqscan = off;
"""


BEFORE = """
ALTER FUNCTION mark_stale_listings() RESET enable_seqscan;
ALTER FUNCTION refresh_stale_listings() RESET enable_seqscan;
CREATE OR REPLACE FUNCTION refresh_stale_listings() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        ids uuid[];
    BEGIN
        WITH taken AS (DELETE FROM stale_listing RETURNING id)
        SELECT array_agg(id) INTO ids FROM taken;
        IF ids IS NOT NULL THEN
            PERFORM refresh_listings(ids);
        END IF;
        RETURN NULL;
    END $$;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(BEFORE)
