"""How long providers take to answer, and search rows that lead matching to whoever may come first."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# The last nine of each: a median that forgets, a row that never grows. An offer nobody answered took its whole life.
PACE = """
CREATE FUNCTION median_of(hours real[]) RETURNS real
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY one)::real FROM unnest(hours) AS one);

CREATE TABLE provider_pace (
    provider_id uuid CONSTRAINT provider_pace_key PRIMARY KEY,
    answered_in real[] NOT NULL DEFAULT '{}',
    started_in real[] NOT NULL DEFAULT '{}',
    answer_hours real GENERATED ALWAYS AS (median_of(answered_in)) STORED,
    start_hours real GENERATED ALWAYS AS (median_of(started_in)) STORED,
    CONSTRAINT provider_pace_of_provider FOREIGN KEY (provider_id) REFERENCES provider ON DELETE CASCADE,
    CONSTRAINT provider_pace_short CHECK (cardinality(answered_in) <= 9 AND cardinality(started_in) <= 9)
) WITH (fillfactor = 70);
COMMENT ON TABLE provider_pace IS 'Hours of the last nine answers, and from a yes until the person was reached.';

-- At commit, after every other lock: whoever answers for the same provider waits for no more than that.
CREATE FUNCTION note_pace() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        answered real[] := '{}';
        started real[] := '{}';
    BEGIN
        IF OLD.responded_at IS NULL AND NEW.responded_at IS NOT NULL THEN
            answered := ARRAY[extract(epoch FROM NEW.responded_at - NEW.offered_at) / 3600];
        ELSIF NEW.status = 'expired' AND OLD.status <> 'expired' AND NEW.responded_at IS NULL THEN
            answered := ARRAY[extract(epoch FROM NEW.expires_at - NEW.offered_at) / 3600];
        END IF;
        IF NEW.status = 'in_progress' AND OLD.status <> 'in_progress' AND NEW.responded_at IS NOT NULL THEN
            started := ARRAY[greatest(0, extract(epoch FROM now() - NEW.responded_at)) / 3600];
        END IF;
        INSERT INTO provider_pace AS p (provider_id, answered_in, started_in)
        SELECT id, answered, started FROM provider WHERE id = NEW.provider_id
        ON CONFLICT (provider_id) DO UPDATE
           SET answered_in = (answered || p.answered_in)[:9], started_in = (started || p.started_in)[:9];
        RETURN NULL;
    END $$;

CREATE CONSTRAINT TRIGGER referral_tells_pace AFTER UPDATE ON referral
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.responded_at IS NULL AND NEW.responded_at IS NOT NULL)
          OR (NEW.status <> OLD.status AND NEW.status IN ('expired', 'in_progress')))
    EXECUTE FUNCTION note_pace();
"""

# What has been answered before.
PAST = """
INSERT INTO provider_pace (provider_id, answered_in)
SELECT provider_id, (array_agg(hours ORDER BY at DESC))[:9]
  FROM (SELECT provider_id, coalesce(responded_at, expires_at) AS at,
               (extract(epoch FROM coalesce(responded_at, expires_at) - offered_at) / 3600)::real AS hours
          FROM referral
         WHERE responded_at IS NOT NULL OR status = 'expired') AS told
 GROUP BY provider_id;
"""

# Kinds of help and languages under which matching looks beside those that a listing names: 'und' for one that names no
# help, '*' for one that has interpreters for others, and 'afar ' before the help of one that helps from afar.
OFFERS = """
CREATE FUNCTION offers_of(help_types text[], tags text[], remote text, interpreters text) RETURNS SETOF bigint
    LANGUAGE sql IMMUTABLE ROWS 10 PARALLEL SAFE
    AS $$
        SELECT offer_key(help.type, spoken.tag)
          FROM unnest(help_types || ''::text
                      || CASE WHEN help_types = '{}' THEN '{und}'::text[] ELSE '{}' END
                      || CASE WHEN remote = 'yes' THEN ARRAY(SELECT 'afar ' || one FROM unnest(help_types) AS one)
                              ELSE '{}' END) AS help(type)
         CROSS JOIN unnest((CASE WHEN tags = '{}' THEN '{und}' ELSE tags END) || ''::text
                           || CASE WHEN interpreters = 'yes' THEN '{*}'::text[] ELSE '{}' END) AS spoken(tag)
         WHERE (help.type, spoken.tag) <> ('', '')
    $$;

ALTER TABLE listing_offer ADD COLUMN stands_out boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN listing_offer.stands_out IS 'It has answered before, or decides after a first talk.';
CREATE INDEX listing_offer_near_known ON listing_offer USING gist (key, point) WHERE stands_out;
CREATE INDEX language_offered_by_tag ON language_offered (tag COLLATE "C");

INSERT INTO listing_offer (listing_id, key, point, is_open)
SELECT c.id, o.key, c.point, p.openness IN ('open', 'limited')
  FROM listing_card c
  JOIN provider p ON p.id = c.id
 CROSS JOIN LATERAL offers_of(c.help_types, c.tags, c.remote, c.interpreter_for_other) AS o(key)
 WHERE c.point IS NOT NULL AND (c.remote = 'yes' OR c.interpreter_for_other = 'yes' OR c.help_types = '{}')
   AND NOT EXISTS (SELECT FROM listing_offer k WHERE k.listing_id = c.id AND k.key = o.key);

UPDATE listing_offer SET stands_out = true
 WHERE listing_id IN (SELECT provider_id FROM provider_pace
                      UNION ALL
                      SELECT id FROM provider WHERE openness = 'assessment_needed');

CREATE FUNCTION know_offers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        UPDATE listing_offer SET stands_out = true WHERE listing_id = NEW.provider_id;
        RETURN NULL;
    END $$;

CREATE TRIGGER pace_tells_offers AFTER INSERT ON provider_pace
    FOR EACH ROW EXECUTE FUNCTION know_offers();

CREATE FUNCTION assess_offers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        UPDATE listing_offer
           SET stands_out = NEW.openness = 'assessment_needed'
                            OR EXISTS (SELECT FROM provider_pace k WHERE k.provider_id = NEW.id)
         WHERE listing_id = NEW.id;
        RETURN NULL;
    END $$;

CREATE TRIGGER provider_assesses_offers AFTER UPDATE OF openness ON provider FOR EACH ROW
    WHEN ((OLD.openness = 'assessment_needed') <> (NEW.openness = 'assessment_needed'))
    EXECUTE FUNCTION assess_offers();
"""

CARDS = """
CREATE OR REPLACE FUNCTION make_cards(ids uuid[]) RETURNS void
    LANGUAGE sql
    AS $$
        DELETE FROM listing_card WHERE id = ANY(ids);

        INSERT INTO listing_card
               (id, name, organization_id, service_id, location_id, description, source, point, latitude, longitude,
                country, state, time_zone, is_paused, help_types, claims, postures, tags, areas, accepts_detained,
                accepts_minors, interpreter_for_other, free, remote, restrictions, verified_at, words, organization,
                service, location, verification, languages, service_areas, phones, schedules)
        SELECT k.id, k.name, k.organization_id, k.service_id, k.location_id, k.description, k.source, k.point,
               k.latitude, k.longitude, k.country, k.state, k.time_zone, k.is_paused, k.help_types, k.claims,
               k.postures,
               ARRAY(SELECT DISTINCT g.tag FROM language_offered g
                      WHERE g.service_id = k.service_id OR g.location_id = k.location_id ORDER BY g.tag),
               ARRAY(SELECT 'in:' || k.country WHERE k.country IS NOT NULL
                     UNION
                     SELECT 'in:' || k.country || '-' || k.state WHERE k.country IS NOT NULL AND k.state IS NOT NULL
                     UNION
                     SELECT 'for:' || CASE a.kind WHEN 'country' THEN a.country
                                                  WHEN 'state' THEN a.country || '-' || a.state
                                                  WHEN 'county' THEN a.country || '-' || a.state || '/' || a.name
                                                  ELSE coalesce(a.place_id, a.id)::text END
                       FROM service_area a
                      WHERE (a.service_id = k.service_id OR a.provider_id = k.id)
                        AND CASE a.kind WHEN 'country' THEN a.country IS NOT NULL
                                        WHEN 'state' THEN a.state IS NOT NULL
                                        WHEN 'county' THEN a.state IS NOT NULL
                                        ELSE a.place_id IS NOT NULL OR a.border IS NOT NULL END),
               k.accepts_detained, k.accepts_minors, k.interpreter_for_other, k.free, k.remote, k.restrictions,
               k.verified_at,
               searchable(concat_ws(' ', k.words,
                                    (SELECT string_agg(h.label_en || ' ' || h.label_es, ' ')
                                       FROM help_type h
                                      WHERE h.slug = ANY(k.help_types)))),
               k.organization, k.service, k.location, k.verification, k.languages, k.service_areas, k.phones,
               k.schedules
          FROM known_provider k
         WHERE k.id = ANY(ids) AND k.is_published;

        INSERT INTO listing_offer (listing_id, key, point, is_open, stands_out)
        SELECT c.id, o.key, c.point, p.openness IN ('open', 'limited'),
               p.openness = 'assessment_needed' OR EXISTS (SELECT FROM provider_pace k WHERE k.provider_id = c.id)
          FROM listing_card c
          JOIN provider p ON p.id = c.id
         CROSS JOIN LATERAL offers_of(c.help_types, c.tags, c.remote, c.interpreter_for_other) AS o(key)
         WHERE c.id = ANY(ids) AND c.point IS NOT NULL;
    $$;
"""

WITHOUT = """
DROP TRIGGER provider_assesses_offers ON provider;
DROP FUNCTION assess_offers();
DROP TRIGGER pace_tells_offers ON provider_pace;
DROP FUNCTION know_offers();
DROP TRIGGER referral_tells_pace ON referral;
DROP FUNCTION note_pace();
CREATE OR REPLACE FUNCTION make_cards(ids uuid[]) RETURNS void
    LANGUAGE sql
    AS $$
        DELETE FROM listing_card WHERE id = ANY(ids);

        INSERT INTO listing_card
               (id, name, organization_id, service_id, location_id, description, source, point, latitude, longitude,
                country, state, time_zone, is_paused, help_types, claims, postures, tags, areas, accepts_detained,
                accepts_minors, interpreter_for_other, free, remote, restrictions, verified_at, words, organization,
                service, location, verification, languages, service_areas, phones, schedules)
        SELECT k.id, k.name, k.organization_id, k.service_id, k.location_id, k.description, k.source, k.point,
               k.latitude, k.longitude, k.country, k.state, k.time_zone, k.is_paused, k.help_types, k.claims,
               k.postures,
               ARRAY(SELECT DISTINCT g.tag FROM language_offered g
                      WHERE g.service_id = k.service_id OR g.location_id = k.location_id ORDER BY g.tag),
               ARRAY(SELECT 'in:' || k.country WHERE k.country IS NOT NULL
                     UNION
                     SELECT 'in:' || k.country || '-' || k.state WHERE k.country IS NOT NULL AND k.state IS NOT NULL
                     UNION
                     SELECT 'for:' || CASE a.kind WHEN 'country' THEN a.country
                                                  WHEN 'state' THEN a.country || '-' || a.state
                                                  WHEN 'county' THEN a.country || '-' || a.state || '/' || a.name
                                                  ELSE coalesce(a.place_id, a.id)::text END
                       FROM service_area a
                      WHERE (a.service_id = k.service_id OR a.provider_id = k.id)
                        AND CASE a.kind WHEN 'country' THEN a.country IS NOT NULL
                                        WHEN 'state' THEN a.state IS NOT NULL
                                        WHEN 'county' THEN a.state IS NOT NULL
                                        ELSE a.place_id IS NOT NULL OR a.border IS NOT NULL END),
               k.accepts_detained, k.accepts_minors, k.interpreter_for_other, k.free, k.remote, k.restrictions,
               k.verified_at,
               searchable(concat_ws(' ', k.words,
                                    (SELECT string_agg(h.label_en || ' ' || h.label_es, ' ')
                                       FROM help_type h
                                      WHERE h.slug = ANY(k.help_types)))),
               k.organization, k.service, k.location, k.verification, k.languages, k.service_areas, k.phones,
               k.schedules
          FROM known_provider k
         WHERE k.id = ANY(ids) AND k.is_published;

        INSERT INTO listing_offer (listing_id, key, point, is_open)
        SELECT c.id, offer_key(help.type, spoken.tag), c.point, p.openness IN ('open', 'limited')
          FROM listing_card c
          JOIN provider p ON p.id = c.id
         CROSS JOIN LATERAL unnest(c.help_types || ''::text) AS help(type)
         CROSS JOIN LATERAL unnest(CASE WHEN c.tags = '{}' THEN '{und}' ELSE c.tags END || ''::text) AS spoken(tag)
         WHERE c.id = ANY(ids) AND c.point IS NOT NULL AND (help.type, spoken.tag) <> ('', '');
    $$;

DELETE FROM listing_offer o
 USING listing_card c
 WHERE c.id = o.listing_id AND (c.remote = 'yes' OR c.interpreter_for_other = 'yes' OR c.help_types = '{}')
   AND o.key NOT IN (SELECT offer_key(help.type, spoken.tag)
                       FROM unnest(c.help_types || ''::text) AS help(type)
                      CROSS JOIN unnest(CASE WHEN c.tags = '{}' THEN '{und}' ELSE c.tags END || ''::text)
                              AS spoken(tag)
                      WHERE (help.type, spoken.tag) <> ('', ''));
DROP INDEX listing_offer_near_known;
DROP INDEX language_offered_by_tag;
ALTER TABLE listing_offer DROP COLUMN stands_out;
DROP FUNCTION offers_of(text[], text[], text, text);
DROP TABLE provider_pace;
DROP FUNCTION median_of(real[]);
"""


def upgrade() -> None:
    op.execute(PACE)
    op.execute(PAST)
    op.execute(OFFERS)
    op.execute(CARDS)


def downgrade() -> None:
    op.execute(WITHOUT)
