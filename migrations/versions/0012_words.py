"""Words are found by an index of whole words, hours by the minute of the week, rare facts by indexes of their own."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WORDS = """
-- Longer words are cut: nobody types them, and a text index takes no word without end.
CREATE FUNCTION lexemes_of(words text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN array_to_tsvector(ARRAY(
        SELECT DISTINCT left(word, 100) FROM unnest(string_to_array(words, ' ')) AS word WHERE word <> ''));

ALTER TABLE listing_card ADD COLUMN lexemes tsvector NOT NULL GENERATED ALWAYS AS (lexemes_of(words)) STORED;
DROP INDEX listing_card_words;
CREATE INDEX listing_card_lexemes ON listing_card USING gin (lexemes);

-- Not unique: two who bring the same new word at once need not wait for each other, and a word twice does no harm.
CREATE TABLE listing_word (
    word text NOT NULL,
    length int NOT NULL GENERATED ALWAYS AS (length(word)) STORED
);
COMMENT ON TABLE listing_word IS 'Every word of a listing that has a letter: what a misspelt one may mean.';
CREATE INDEX listing_word_by_length ON listing_word (length, word);

CREATE FUNCTION learn_words() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan = off
    AS $$
    BEGIN
        INSERT INTO listing_word
        SELECT said.word
          FROM (SELECT DISTINCT unnest(tsvector_to_array(lexemes)) AS word FROM made) AS said
         WHERE said.word ~ '[[:alpha:]]'
           AND NOT EXISTS (SELECT FROM listing_word k WHERE k.length = length(said.word) AND k.word = said.word);
        RETURN NULL;
    END $$;
CREATE TRIGGER card_teaches_words
    AFTER INSERT ON listing_card REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION learn_words();
INSERT INTO listing_word
SELECT word
  FROM (SELECT DISTINCT unnest(tsvector_to_array(lexemes)) AS word FROM listing_card) AS said
 WHERE word ~ '[[:alpha:]]';
ANALYZE listing_word;

-- What a hidden place was called must not outlive its listing.
CREATE FUNCTION forget_words() RETURNS void
    LANGUAGE sql
    SET enable_seqscan = off
    AS $$
        DELETE FROM listing_word w
         WHERE NOT EXISTS (SELECT FROM listing_card c
                            WHERE c.lexemes @@ array_to_tsvector(ARRAY[w.word])::text::tsquery);
    $$;
"""

HOURS = """
-- Most offices keep the same hours every week: then the minutes of the week say all, 0 being Monday's midnight. Null
-- where they do not; empty where no hours are stated.
CREATE FUNCTION week_of(schedules json) RETURNS int4multirange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT CASE WHEN bool_or(h.is_closure OR h.weeks_of_month <> '{}' OR h.valid_from IS NOT NULL
                                 OR h.valid_to IS NOT NULL OR extract(second FROM h.opens_at) <> 0
                                 OR extract(second FROM h.closes_at) <> 0) THEN NULL
                    ELSE coalesce(range_agg(int4range(t.start, t.stop)) * '{[0,10080)}', '{}') END
          FROM json_to_recordset(schedules)
               AS h(weekdays text[], opens_at interval, closes_at interval, valid_from date, valid_to date,
                    weeks_of_month int[], is_closure boolean)
          LEFT JOIN LATERAL (
                SELECT d.day + w.week + (extract(epoch FROM h.opens_at) / 60)::int AS start,
                       d.day + w.week + (extract(epoch FROM h.closes_at) / 60)::int
                             + CASE WHEN h.closes_at <= h.opens_at THEN 1440 ELSE 0 END AS stop
                  FROM unnest(h.weekdays) AS named(weekday)
                 CROSS JOIN LATERAL (
                       SELECT (array_position('{MO,TU,WE,TH,FR,SA,SU}', named.weekday) - 1) * 1440) AS d(day)
                 CROSS JOIN (VALUES (0), (-10080)) AS w(week)) AS t ON NOT h.is_closure
         WHERE h.is_closure OR h.weekdays <> '{}');

CREATE FUNCTION minute_of_week(clock timestamp) RETURNS int
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ((floor(date_part('epoch', clock) / 60)::bigint + 3 * 1440) % 10080)::int;  -- the epoch was a Thursday

CREATE FUNCTION is_open_in(week int4multirange, schedules json, zone text, moment timestamptz) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN week IS NULL THEN is_open_at(schedules, zone, moment)
                ELSE nullif(week, '{}') @> minute_of_week(moment AT TIME ZONE zone) END;
ALTER FUNCTION is_open_at(json, text, timestamptz) COST 2000;

ALTER TABLE listing_card ADD COLUMN week int4multirange GENERATED ALWAYS AS (week_of(schedules)) STORED;
"""

FACTS = """
-- Facts are mostly not known; who states one that is asked for is found among the few who do.
CREATE INDEX listing_card_remote ON listing_card (id) WHERE remote NOT IN ('no', 'unknown');
CREATE INDEX listing_card_free ON listing_card (id) WHERE free NOT IN ('no', 'unknown');
CREATE INDEX listing_card_detained ON listing_card (id) WHERE accepts_detained NOT IN ('no', 'unknown');
CREATE INDEX listing_card_minors ON listing_card (id) WHERE accepts_minors NOT IN ('no', 'unknown');

-- Who stands nowhere comes last in every search without a radius. They are few, and must not be looked for among all.
CREATE INDEX listing_card_nowhere ON listing_card (id) WHERE point IS NULL;
ANALYZE listing_card;
"""

COLUMNS_OF_0007 = """
       c.id, c.name, c.organization_id, c.service_id, c.location_id, c.description, c.source, c.point, c.latitude,
       c.longitude, c.country, c.state, c.time_zone,
       CASE WHEN c.is_paused THEN 'paused'
            WHEN p.openness_expires_at > now() THEN p.openness ELSE 'unknown' END AS openness,
       p.openness_stated_at,
       CASE WHEN p.openness_expires_at > now() THEN p.waitlist_estimate_days END AS waitlist_estimate_days,
       {is_open} AS is_open_now,
       c.help_types, c.claims, c.postures, c.tags, c.areas, c.accepts_detained, c.accepts_minors,
       c.interpreter_for_other, c.free, c.remote, c.restrictions, c.verified_at, c.words, c.organization, c.service,
       c.location, c.verification, c.languages, c.service_areas, c.phones, c.schedules,
       (SELECT coalesce(json_agg(json_build_object('help_type', k.help_type, 'unit', k.unit,
                                                   'available', greatest(0, k.stated - k.taken - k.held),
                                                   'maximum', k.maximum, 'updated_at', k.stated_at,
                                                   'expires_at', k.expires_at)
                                 ORDER BY k.help_type NULLS FIRST, k.unit), '[]')
          FROM capacity k
         WHERE k.provider_id = c.id AND k.expires_at > now()) AS capacities,
       c.xmin::text::bigint AS version"""
FROM = "FROM listing_card c LEFT JOIN provider p ON p.id = c.id"


def upgrade() -> None:
    op.execute(WORDS)
    op.execute(HOURS)
    op.execute(FACTS)
    now = COLUMNS_OF_0007.format(is_open="is_open_in(c.week, c.schedules, c.time_zone, now())")
    op.execute(f"CREATE OR REPLACE VIEW listing WITH (security_invoker) AS SELECT {now}, c.lexemes {FROM}")


def downgrade() -> None:
    before = COLUMNS_OF_0007.format(is_open="is_open_at(c.schedules, c.time_zone, now())")
    op.execute(f"""
        DROP VIEW listing;
        CREATE VIEW listing WITH (security_invoker) AS SELECT {before} {FROM};
        DROP TRIGGER card_teaches_words ON listing_card;
        DROP INDEX listing_card_remote, listing_card_free, listing_card_detained, listing_card_minors,
                   listing_card_nowhere;
        ALTER TABLE listing_card DROP COLUMN lexemes, DROP COLUMN week;
        CREATE INDEX listing_card_words ON listing_card USING gin (words gin_trgm_ops);
        DROP TABLE listing_word;
        DROP FUNCTION forget_words, learn_words, lexemes_of, is_open_in, minute_of_week, week_of;
        ALTER FUNCTION is_open_at(json, text, timestamptz) COST 100;
    """)
