"""The feed of changes tells, too, that a statement of capacity was taken back, and that an area was drawn anew.

A listing that goes with its statements is told of once, as deleted: by then it is no provider any more.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

UP = """
CREATE OR REPLACE FUNCTION note_counted_listings() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        PERFORM note_changes(ARRAY(SELECT DISTINCT c.id
                                     FROM counted k
                                     JOIN listing_card c ON c.id = k.provider_id
                                     JOIN provider p ON p.id = c.id),
                             'changed');
        RETURN NULL;
    END $$;
CREATE TRIGGER capacity_is_taken_back
    AFTER DELETE ON capacity REFERENCING OLD TABLE AS counted
    FOR EACH STATEMENT EXECUTE FUNCTION note_counted_listings();

CREATE FUNCTION note_redrawn_listings() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        PERFORM note_changes(ARRAY(SELECT c.id
                                     FROM listing_card c
                                     JOIN provider p ON p.id = c.id
                                    WHERE p.id = NEW.provider_id OR p.service_id = NEW.service_id),
                             'changed');
        RETURN NULL;
    END $$;
CREATE TRIGGER area_drawn_anew_is_told
    AFTER UPDATE OF border ON service_area FOR EACH ROW
    WHEN (NEW.border IS DISTINCT FROM OLD.border)
    EXECUTE FUNCTION note_redrawn_listings();
"""
DOWN = """
DROP TRIGGER area_drawn_anew_is_told ON service_area;
DROP FUNCTION note_redrawn_listings();
DROP TRIGGER capacity_is_taken_back ON capacity;
CREATE OR REPLACE FUNCTION note_counted_listings() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        PERFORM note_changes(ARRAY(SELECT DISTINCT c.id FROM counted k JOIN listing_card c ON c.id = k.provider_id),
                             'changed');
        RETURN NULL;
    END $$;
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
