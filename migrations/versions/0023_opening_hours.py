"""Hours that listings keep stand once each: who is open now is asked of the hours, not of all listings."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

HOURS = """
-- Null where no hours are stated, or no clock to read them by: then nobody knows, whatever the hour.
CREATE FUNCTION hours_of(schedules json, zone text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT CASE WHEN zone IS NULL OR kept.week = '{}' THEN NULL
                        ELSE hashtextextended(zone || ' ' || coalesce(kept.week::text, schedules::text), 0) END
              FROM (VALUES (week_of(schedules))) AS kept(week));

ALTER TABLE listing_card ADD COLUMN hours bigint GENERATED ALWAYS AS (hours_of(schedules, time_zone)) STORED;
COMMENT ON COLUMN listing_card.hours IS 'Which of opening_hours it keeps.';
CREATE INDEX listing_card_hours ON listing_card USING gist (hours, point) WHERE hours IS NOT NULL;
CREATE INDEX listing_card_silent ON listing_card USING gist (point) WHERE hours IS NULL;

-- Not unique: two who bring the same hours at once need not wait for each other, and hours twice do no harm.
CREATE TABLE opening_hours (
    id bigint NOT NULL,
    time_zone text NOT NULL,
    week int4multirange,
    schedules json CONSTRAINT opening_hours_told_by_week CHECK (week IS NULL OR schedules IS NULL)
);
COMMENT ON TABLE opening_hours IS 'What listings keep, each once for a time zone.';
CREATE INDEX opening_hours_by_id ON opening_hours (id);

CREATE FUNCTION learn_hours() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan = off
    AS $$
    BEGIN
        INSERT INTO opening_hours (id, time_zone, week, schedules)
        SELECT DISTINCT ON (c.hours)
               c.hours, c.time_zone, c.week, CASE WHEN c.week IS NULL THEN c.schedules END
          FROM made c
         WHERE c.hours IS NOT NULL AND NOT EXISTS (SELECT FROM opening_hours k WHERE k.id = c.hours FOR KEY SHARE)
         ORDER BY c.hours;
        RETURN NULL;
    END $$;
CREATE TRIGGER card_teaches_hours
    AFTER INSERT ON listing_card REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION learn_hours();
INSERT INTO opening_hours (id, time_zone, week, schedules)
SELECT DISTINCT ON (hours) hours, time_zone, week, CASE WHEN week IS NULL THEN schedules END
  FROM listing_card
 WHERE hours IS NOT NULL
 ORDER BY hours;
ANALYZE opening_hours;

-- The clock of each zone is read once, not once for each of its hours.
CREATE VIEW opening_hours_now WITH (security_invoker) AS
SELECT h.id, CASE WHEN h.week IS NULL THEN is_open_at(h.schedules, h.time_zone, now())
                  ELSE h.week @> clock.minute END AS is_open
  FROM opening_hours h
  JOIN (SELECT zone.time_zone, minute_of_week(now() AT TIME ZONE zone.time_zone) AS minute
          FROM (SELECT DISTINCT time_zone FROM opening_hours) AS zone) AS clock USING (time_zone);

-- Of a hidden place nothing is left, not even when it was open. Hours that someone is about to keep (`learn_hours` has
-- them locked) stay; whoever comes later waits, sees that they are gone, and brings them again.
CREATE FUNCTION forget_hours() RETURNS void
    LANGUAGE plpgsql
    SET enable_seqscan = off
    AS $$
    DECLARE
        held bigint[];
    BEGIN
        SELECT array_agg(free.id) INTO held
          FROM (SELECT h.id FROM opening_hours h
                 WHERE NOT EXISTS (SELECT FROM listing_card c WHERE c.hours = h.id)
                   FOR UPDATE SKIP LOCKED) AS free;
        DELETE FROM opening_hours h  -- another statement: it sees who has come to keep them meanwhile
         WHERE h.id = ANY(held) AND NOT EXISTS (SELECT FROM listing_card c WHERE c.hours = h.id);
    END $$;
"""


def with_hours(before: str, after: str, making: str) -> None:
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
    op.execute(HOURS)
    with_hours("AS sources", "AS sources, c.hours", "")


def downgrade() -> None:
    with_hours(",\n    c.hours", "", "DROP VIEW listing;")
    op.execute("""
        DROP FUNCTION forget_hours;
        DROP VIEW opening_hours_now;
        DROP TRIGGER card_teaches_hours ON listing_card;
        DROP FUNCTION learn_hours;
        DROP TABLE opening_hours;
        DROP INDEX listing_card_hours, listing_card_silent;
        ALTER TABLE listing_card DROP COLUMN hours;
        DROP FUNCTION hours_of;
    """)
