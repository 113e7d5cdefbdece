"""Search rows: what a listing shows and is found by, in one place, kept by the database itself."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

HOURS = """
ALTER TABLE schedule
    ADD COLUMN weeks_of_month smallint[] NOT NULL DEFAULT '{}'
        CONSTRAINT schedule_weeks_known CHECK (weeks_of_month <@ '{1,2,3,4,5,-1,-2,-3,-4,-5}'),
    ADD COLUMN is_closure boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN schedule.weeks_of_month IS '1: the first such weekday of a month, -1: the last. Empty: every week.';
COMMENT ON COLUMN schedule.is_closure IS 'Closed in these hours; 00:00 to 00:00 is all day. No weekdays: daily.';

-- The clock on the wall decides: zone is an IANA name, so daylight saving is Postgres's business. Hours that end
-- before they begin end on the next day. NULL: nothing is known that holds on this day.
CREATE FUNCTION is_open_at(schedules json, zone text, moment timestamptz) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        WITH hours AS (
             SELECT h.is_closure,
                    here.clock >= d.day + h.opens_at::interval
                    AND here.clock < d.day + h.closes_at::interval
                                     + CASE WHEN h.closes_at <= h.opens_at THEN interval '1 day' ELSE '0' END
                    AND (h.weekdays = '{}'
                         OR (ARRAY['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'])[extract(isodow FROM d.day)::int]
                            = ANY(h.weekdays))
                    AND (h.weeks_of_month = '{}' OR h.weeks_of_month && ARRAY[d.week, d.week_from_end]) AS is_now
               FROM (SELECT moment AT TIME ZONE zone AS clock) AS here
              CROSS JOIN LATERAL (
                    SELECT day, (extract(day FROM day)::int + 6) / 7 AS week,
                           -((extract(day FROM date_trunc('month', day) + interval '1 month - 1 day')::int
                              - extract(day FROM day)::int) / 7 + 1) AS week_from_end
                      FROM (VALUES (here.clock::date), (here.clock::date - 1)) AS days(day)) AS d
               JOIN json_to_recordset(schedules)
                    AS h(weekdays text[], opens_at text, closes_at text, valid_from date, valid_to date,
                         weeks_of_month int[], is_closure boolean)
                 ON d.day BETWEEN coalesce(h.valid_from, '-infinity') AND coalesce(h.valid_to, 'infinity')
              WHERE h.is_closure OR h.weekdays <> '{}'
        )
        SELECT CASE WHEN bool_or(is_closure AND is_now) THEN false
                    WHEN bool_or(NOT is_closure) THEN bool_or(NOT is_closure AND is_now) END
          FROM hours);
"""

SERVICES = """
ALTER TABLE provider
    ADD COLUMN retired_at timestamptz;
COMMENT ON COLUMN provider.retired_at IS 'When the list it came from left it out. It is no longer published; it stays.';

ALTER TABLE service
    ADD COLUMN postures text[] NOT NULL DEFAULT '{}',
    ADD COLUMN free text NOT NULL DEFAULT 'unknown'
        CONSTRAINT service_free_answer CHECK (free IN ('yes', 'no', 'unknown'));
COMMENT ON COLUMN service.postures IS 'Where a case may stand. Empty: nothing is stated, so anywhere.';
"""

CARDS = """
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;

-- unaccent() is only STABLE, since its dictionary could be altered. Ours never is.
CREATE FUNCTION searchable(words text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, words)), '[^[:alnum:]]+', ' ', 'g');

-- Whether searchable words hold one that begins so, or one that is so but for a slip: two in a long word, none in a
-- short one ("food" is not "foot"). Trigrams find who comes into question; alone they would take house for Houston.
CREATE FUNCTION has_word(words text, word text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN strpos(' ' || words, ' ' || word) > 0
           OR length(word) >= 5
              AND EXISTS (SELECT FROM unnest(string_to_array(words, ' ')) AS one
                           WHERE length(one) BETWEEN length(word) - 2 AND length(word) + 2
                             AND levenshtein_less_equal(one, word, CASE WHEN length(word) < 9 THEN 1 ELSE 2 END)
                                 <= CASE WHEN length(word) < 9 THEN 1 ELSE 2 END);

-- What kinds of help are called, so that "asilo" finds who lists legal.asylum.
CREATE TABLE help_type (
    slug text CONSTRAINT help_type_key PRIMARY KEY,
    label_en text NOT NULL,
    label_es text NOT NULL
);

-- One row for each listing that is published: what it shows, ready made, and what it is found by. What changes with
-- the hour (openness, places) is not here but in provider and capacity.
CREATE TABLE listing_card (
    id uuid CONSTRAINT listing_card_key PRIMARY KEY,
    name text NOT NULL,
    organization_id uuid NOT NULL,
    service_id uuid NOT NULL,
    location_id uuid,
    description text,
    source text NOT NULL,
    point cube,
    latitude double precision,
    longitude double precision,
    country char(2),
    state text,
    time_zone text,
    is_paused boolean NOT NULL,
    help_types text[] NOT NULL,
    claims text[] NOT NULL,
    postures text[] NOT NULL,
    tags text[] NOT NULL,
    areas text[] NOT NULL,
    accepts_detained text NOT NULL,
    accepts_minors text NOT NULL,
    interpreter_for_other text NOT NULL,
    free text NOT NULL,
    remote text NOT NULL,
    restrictions text[] NOT NULL,
    verified_at timestamptz,
    words text NOT NULL,
    organization json NOT NULL,
    service json NOT NULL,
    location json,
    verification json NOT NULL,
    languages json NOT NULL,
    service_areas json NOT NULL,
    phones json NOT NULL,
    schedules json NOT NULL,
    CONSTRAINT card_of_provider FOREIGN KEY (id) REFERENCES provider ON DELETE CASCADE
);
COMMENT ON COLUMN listing_card.areas IS 'in:US-TX stands there; for:US-TX, for:US-TX/Cameron, for:<place> cover it.';
COMMENT ON COLUMN listing_card.words IS 'All that text search reads, folded.';
CREATE INDEX listing_card_by_name ON listing_card (name, id);
CREATE INDEX listing_card_near ON listing_card USING gist (point);
CREATE INDEX listing_card_help ON listing_card USING gin (help_types);
CREATE INDEX listing_card_tags ON listing_card USING gin (tags);
CREATE INDEX listing_card_areas ON listing_card USING gin (areas);
CREATE INDEX listing_card_words ON listing_card USING gin (words gin_trgm_ops);
CREATE INDEX listing_card_of_organization ON listing_card (organization_id);

-- What is asked most: the nearest that give this help in that language. The pair is one key of the index, before the
-- position, so an answer reads as many rows as it shows, however rare the language. '' is any, 'und' none stated.
CREATE FUNCTION offer_key(help_type text, tag text) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN hashtextextended(help_type || ' ' || tag, 0);

-- Planned as one key: mostly it is one or two, and then the plan for any values is as good as that for these.
CREATE FUNCTION offer_keys(help_types text[], tags text[]) RETURNS SETOF bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
    AS $$
        SELECT offer_key(help.type, spoken.tag)
          FROM unnest(coalesce(help_types, '{""}')) AS help(type)
         CROSS JOIN unnest(CASE WHEN tags IS NULL THEN '{""}' ELSE tags || 'und'::text END) AS spoken(tag)
    $$;

CREATE TABLE listing_offer (
    listing_id uuid NOT NULL,
    key bigint NOT NULL,
    point cube NOT NULL,
    is_open boolean NOT NULL,
    CONSTRAINT offer_of_card FOREIGN KEY (listing_id) REFERENCES listing_card ON DELETE CASCADE
);
CREATE INDEX listing_offer_of_listing ON listing_offer (listing_id);
CREATE INDEX listing_offer_near ON listing_offer USING gist (key, point);
CREATE INDEX listing_offer_near_open ON listing_offer USING gist (key, point) WHERE is_open;
"""

VIEWS = """
DROP VIEW listing;
DROP VIEW known_provider;

CREATE VIEW known_provider WITH (security_invoker) AS
SELECT s.status IN ('active', 'temporarily closed') AND p.retired_at IS NULL AS is_published,
       p.id, p.name, p.organization_id, p.service_id, p.location_id, p.description, p.source,
       l.point, l.latitude, l.longitude, l.country, l.state, l.time_zone,
       s.status = 'temporarily closed' AS is_paused,
       CASE WHEN s.status = 'temporarily closed' THEN 'paused'
            WHEN p.openness_expires_at > now() THEN p.openness ELSE 'unknown' END AS openness,
       p.openness_stated_at,
       CASE WHEN p.openness_expires_at > now() THEN p.waitlist_estimate_days END AS waitlist_estimate_days,
       s.help_types, s.claims, s.postures, s.accepts_detained, s.accepts_minors, s.interpreter_for_other,
       s.free,
       CASE WHEN s.delivery_modes = '{}' THEN 'unknown'
            WHEN s.delivery_modes && '{phone,video,messaging}' THEN 'yes' ELSE 'no' END AS remote,
       s.restrictions, p.verified_at,
       concat_ws(' ', p.name, o.name, o.alternate_name, s.name, s.alternate_name, p.description, s.description)
           AS words,
       json_build_object('id', o.id, 'name', o.name, 'description', o.description, 'website', o.website,
                         'email', o.email, 'kind', o.kind, 'identifiers', o.identifiers) AS organization,
       json_build_object('id', s.id, 'name', s.name, 'description', s.description, 'status', s.status, 'url', s.url,
                         'fees', s.fees, 'application_process', s.application_process, 'eligibility', s.eligibility,
                         'minimum_age', s.minimum_age, 'maximum_age', s.maximum_age, 'depth', s.depth,
                         'delivery_modes', s.delivery_modes, 'credentials', s.credentials,
                         'required_documents', s.required_documents, 'facts', s.facts,
                         'last_modified', s.last_modified) AS service,
       CASE WHEN l.id IS NOT NULL THEN
            json_build_object('id', l.id, 'visibility', l.visibility, 'time_zone', l.time_zone,
                              'latitude', l.latitude, 'longitude', l.longitude,
                              'name', CASE WHEN l.visibility = 'public' THEN l.name END,
                              'accessibility', CASE WHEN l.visibility = 'public' THEN l.accessibility
                                                    ELSE '{}' END,
                              'transportation', CASE WHEN l.visibility = 'public' THEN l.transportation END,
                              'lines', CASE WHEN l.visibility = 'public' THEN l.lines ELSE '{}' END,
                              'city', CASE WHEN l.visibility <> 'confidential' THEN l.city END,
                              'postal_code', CASE WHEN l.visibility = 'public' THEN l.postal_code END,
                              'state', l.state, 'country', l.country) END AS location,
       json_build_object('status', p.verification, 'verified_at', p.verified_at, 'source', p.source,
                         'source_date', s.assured_on) AS verification,
       (SELECT coalesce(json_agg(json_build_object('tag', g.tag, 'mode', g.mode, 'note', g.note)
                                 ORDER BY g.tag, g.mode), '[]')
          FROM language_offered g
         WHERE g.service_id = s.id OR g.location_id = l.id) AS languages,
       (SELECT coalesce(json_agg(json_build_object('name', a.name, 'kind', a.kind, 'country', a.country,
                                                   'state', a.state, 'place_id', a.place_id)
                                 ORDER BY a.name, a.id), '[]')
          FROM service_area a
         WHERE a.service_id = s.id OR a.provider_id = p.id) AS service_areas,
       (SELECT coalesce(json_agg(json_build_object('number', t.number, 'extension', t.extension, 'kind', t.kind,
                                                   'languages', t.languages) ORDER BY t.number, t.id), '[]')
          FROM phone t
         WHERE t.provider_id = p.id OR t.service_id = s.id OR t.organization_id = o.id
            OR t.location_id = l.id AND l.visibility = 'public') AS phones,
       hours.schedules, is_open_at(hours.schedules, l.time_zone, now()) AS is_open_now,
       (SELECT coalesce(json_agg(json_build_object('help_type', c.help_type, 'unit', c.unit,
                                                   'available', greatest(0, c.stated - c.taken - c.held),
                                                   'maximum', c.maximum, 'updated_at', c.stated_at,
                                                   'expires_at', c.expires_at)
                                 ORDER BY c.help_type NULLS FIRST, c.unit), '[]')
          FROM capacity c
         WHERE c.provider_id = p.id AND c.expires_at > now()) AS capacities
  FROM provider p
  JOIN service s ON s.id = p.service_id
  JOIN organization o ON o.id = p.organization_id
  LEFT JOIN location l ON l.id = p.location_id
       -- Who is nearest to the listing speaks: its own hours, else its service's, else its place's. Closures add up.
 CROSS JOIN LATERAL (
       SELECT coalesce(json_agg(json_build_object('weekdays', h.weekdays, 'opens_at', h.opens_at,
                                                  'closes_at', h.closes_at, 'valid_from', h.valid_from,
                                                  'valid_to', h.valid_to, 'note', h.note,
                                                  'weeks_of_month', h.weeks_of_month, 'is_closure', h.is_closure)
                                ORDER BY h.id), '[]') AS schedules
         FROM (SELECT *, min(CASE WHEN NOT is_closure THEN num_nulls(provider_id) + num_nonnulls(location_id) END)
                             OVER () AS nearest
                 FROM schedule
                WHERE provider_id = p.id OR service_id = s.id OR location_id = l.id) AS h
        WHERE h.is_closure OR num_nulls(h.provider_id) + num_nonnulls(h.location_id) = h.nearest) AS hours;

CREATE VIEW listing WITH (security_invoker) AS
SELECT c.id, c.name, c.organization_id, c.service_id, c.location_id, c.description, c.source, c.point, c.latitude,
       c.longitude, c.country, c.state, c.time_zone,
       CASE WHEN c.is_paused THEN 'paused'
            WHEN p.openness_expires_at > now() THEN p.openness ELSE 'unknown' END AS openness,
       p.openness_stated_at,
       CASE WHEN p.openness_expires_at > now() THEN p.waitlist_estimate_days END AS waitlist_estimate_days,
       is_open_at(c.schedules, c.time_zone, now()) AS is_open_now,
       c.help_types, c.claims, c.postures, c.tags, c.areas, c.accepts_detained, c.accepts_minors,
       c.interpreter_for_other, c.free, c.remote, c.restrictions, c.verified_at, c.words, c.organization, c.service,
       c.location, c.verification, c.languages, c.service_areas, c.phones, c.schedules,
       (SELECT coalesce(json_agg(json_build_object('help_type', k.help_type, 'unit', k.unit,
                                                   'available', greatest(0, k.stated - k.taken - k.held),
                                                   'maximum', k.maximum, 'updated_at', k.stated_at,
                                                   'expires_at', k.expires_at)
                                 ORDER BY k.help_type NULLS FIRST, k.unit), '[]')
          FROM capacity k
         WHERE k.provider_id = c.id AND k.expires_at > now()) AS capacities
  FROM listing_card c
  LEFT JOIN provider p ON p.id = c.id;
"""

# What 0002 made, for going back.
VIEWS_BEFORE = """
CREATE VIEW known_provider WITH (security_invoker = true) AS
SELECT s.status IN ('active', 'temporarily closed') AS is_published,
       p.id, p.name, p.organization_id, p.service_id, p.location_id, p.description, p.source,
       l.point, l.latitude, l.longitude, l.country, l.state,
       CASE WHEN s.status = 'temporarily closed' THEN 'paused'
            WHEN p.openness_expires_at > now() THEN p.openness ELSE 'unknown' END AS openness,
       p.openness_stated_at,
       CASE WHEN p.openness_expires_at > now() THEN p.waitlist_estimate_days END AS waitlist_estimate_days,
       s.help_types, s.claims, s.accepts_detained, s.accepts_minors, s.interpreter_for_other, s.restrictions,
       json_build_object('id', o.id, 'name', o.name, 'description', o.description, 'website', o.website,
                         'email', o.email, 'kind', o.kind, 'identifiers', o.identifiers) AS organization,
       json_build_object('id', s.id, 'name', s.name, 'description', s.description, 'status', s.status, 'url', s.url,
                         'fees', s.fees, 'application_process', s.application_process, 'eligibility', s.eligibility,
                         'minimum_age', s.minimum_age, 'maximum_age', s.maximum_age, 'depth', s.depth,
                         'delivery_modes', s.delivery_modes, 'credentials', s.credentials,
                         'required_documents', s.required_documents, 'facts', s.facts,
                         'last_modified', s.last_modified) AS service,
       CASE WHEN l.id IS NOT NULL THEN
           json_build_object('id', l.id, 'visibility', l.visibility, 'time_zone', l.time_zone,
                             'latitude', l.latitude, 'longitude', l.longitude,
                             'name', CASE WHEN l.visibility = 'public' THEN l.name END,
                             'accessibility', CASE WHEN l.visibility = 'public' THEN l.accessibility ELSE '{}' END,
                             'transportation', CASE WHEN l.visibility = 'public' THEN l.transportation END,
                             'lines', CASE WHEN l.visibility = 'public' THEN l.lines ELSE '{}' END,
                             'city', CASE WHEN l.visibility <> 'confidential' THEN l.city END,
                             'postal_code', CASE WHEN l.visibility = 'public' THEN l.postal_code END,
                             'state', l.state, 'country', l.country) END AS location,
       json_build_object('status', p.verification, 'verified_at', p.verified_at, 'source', p.source,
                         'source_date', s.assured_on) AS verification,
       (SELECT coalesce(json_agg(json_build_object('tag', g.tag, 'mode', g.mode, 'note', g.note)
                                 ORDER BY g.tag, g.mode), '[]')
          FROM language_offered g
         WHERE g.service_id = s.id OR g.location_id = l.id) AS languages,
       (SELECT coalesce(json_agg(json_build_object('name', a.name, 'kind', a.kind, 'country', a.country,
                                                   'state', a.state, 'place_id', a.place_id)
                                 ORDER BY a.name, a.id), '[]')
          FROM service_area a
         WHERE a.service_id = s.id OR a.provider_id = p.id) AS service_areas,
       (SELECT coalesce(json_agg(json_build_object('number', t.number, 'extension', t.extension, 'kind', t.kind,
                                                   'languages', t.languages) ORDER BY t.number, t.id), '[]')
          FROM phone t
         WHERE t.provider_id = p.id OR t.service_id = s.id OR t.organization_id = o.id
            OR t.location_id = l.id AND l.visibility = 'public'
       ) AS phones,
       (SELECT coalesce(json_agg(json_build_object('weekdays', h.weekdays, 'opens_at', h.opens_at,
                                                   'closes_at', h.closes_at, 'valid_from', h.valid_from,
                                                   'valid_to', h.valid_to, 'note', h.note) ORDER BY h.id), '[]')
          FROM schedule h
         WHERE h.provider_id = p.id OR h.service_id = s.id OR h.location_id = l.id) AS schedules,
       (SELECT coalesce(json_agg(json_build_object('help_type', c.help_type, 'unit', c.unit,
                                                   'available', greatest(0, c.stated - c.taken - c.held),
                                                   'maximum', c.maximum, 'updated_at', c.stated_at,
                                                   'expires_at', c.expires_at)
                                 ORDER BY c.help_type NULLS FIRST, c.unit), '[]')
          FROM capacity c
         WHERE c.provider_id = p.id AND c.expires_at > now()) AS capacities
  FROM provider p
  JOIN service s ON s.id = p.service_id
  JOIN organization o ON o.id = p.organization_id
  LEFT JOIN location l ON l.id = p.location_id;

-- The directory: what is published now.
CREATE VIEW listing WITH (security_invoker = true) AS SELECT * FROM known_provider WHERE is_published;
"""

KEEPING = """
CREATE FUNCTION refresh_listings(ids uuid[]) RETURNS void
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
                                                  ELSE a.place_id::text END
                       FROM service_area a
                      WHERE (a.service_id = k.service_id OR a.provider_id = k.id)
                        AND CASE a.kind WHEN 'country' THEN a.country IS NOT NULL
                                        WHEN 'state' THEN a.state IS NOT NULL
                                        WHEN 'county' THEN a.state IS NOT NULL
                                        ELSE a.place_id IS NOT NULL END),
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

-- Whatever touches a listing marks it; it is made anew once, when the transaction commits. A second transaction that
-- touches the same listing waits at the mark, so none makes it anew without having seen what the other did.
CREATE UNLOGGED TABLE stale_listing (
    id uuid CONSTRAINT stale_listing_key PRIMARY KEY
);

CREATE FUNCTION refresh_stale_listings() RETURNS trigger
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

CREATE CONSTRAINT TRIGGER refresh_at_commit
    AFTER INSERT ON stale_listing DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refresh_stale_listings();

CREATE FUNCTION listings_of(touched jsonb, touched_table text) RETURNS SETOF uuid
    LANGUAGE sql STABLE
    AS $$
        SELECT (touched ->> 'id')::uuid WHERE touched_table = 'provider'
        UNION
        SELECT (touched ->> 'provider_id')::uuid WHERE touched ->> 'provider_id' IS NOT NULL
        UNION
        SELECT p.id FROM provider p
         WHERE p.service_id = (touched ->> CASE touched_table WHEN 'service' THEN 'id' ELSE 'service_id' END)::uuid
           AND touched_table <> 'provider'
        UNION
        SELECT p.id FROM provider p
         WHERE p.location_id = (touched ->> CASE touched_table WHEN 'location' THEN 'id' ELSE 'location_id' END)::uuid
           AND touched_table <> 'provider'
        UNION
        SELECT p.id FROM provider p
         WHERE p.organization_id = (touched ->> CASE touched_table WHEN 'organization' THEN 'id'
                                                                   ELSE 'organization_id' END)::uuid
           AND touched_table IN ('organization', 'phone')
    $$;

CREATE FUNCTION mark_stale_listings() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO stale_listing
        SELECT id
          FROM (SELECT listings_of(to_jsonb(NEW), TG_TABLE_NAME::text) AS id WHERE TG_OP <> 'DELETE'
                UNION
                SELECT listings_of(to_jsonb(OLD), TG_TABLE_NAME::text) WHERE TG_OP <> 'INSERT') AS touched
         ORDER BY id
        ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;

CREATE TRIGGER provider_marks_listings
    AFTER INSERT OR UPDATE OF name, description, source, organization_id, service_id, location_id, verification,
                              verified_at, retired_at
    ON provider FOR EACH ROW EXECUTE FUNCTION mark_stale_listings();
CREATE TRIGGER organization_marks_listings
    AFTER UPDATE ON organization FOR EACH ROW EXECUTE FUNCTION mark_stale_listings();
CREATE TRIGGER service_marks_listings
    AFTER UPDATE ON service FOR EACH ROW EXECUTE FUNCTION mark_stale_listings();
CREATE TRIGGER location_marks_listings
    AFTER UPDATE ON location FOR EACH ROW EXECUTE FUNCTION mark_stale_listings();
CREATE TRIGGER language_marks_listings
    AFTER INSERT OR UPDATE OR DELETE ON language_offered FOR EACH ROW EXECUTE FUNCTION mark_stale_listings();
CREATE TRIGGER area_marks_listings
    AFTER INSERT OR UPDATE OR DELETE ON service_area FOR EACH ROW EXECUTE FUNCTION mark_stale_listings();
CREATE TRIGGER phone_marks_listings
    AFTER INSERT OR UPDATE OR DELETE ON phone FOR EACH ROW EXECUTE FUNCTION mark_stale_listings();
CREATE TRIGGER schedule_marks_listings
    AFTER INSERT OR UPDATE OR DELETE ON schedule FOR EACH ROW EXECUTE FUNCTION mark_stale_listings();

CREATE FUNCTION mark_listings_with_help() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        INSERT INTO stale_listing
        SELECT id FROM listing_card WHERE help_types @> ARRAY[NEW.slug] ORDER BY id
        ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
CREATE TRIGGER help_type_marks_listings
    AFTER INSERT OR UPDATE ON help_type FOR EACH ROW EXECUTE FUNCTION mark_listings_with_help();

CREATE FUNCTION open_listing_offers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        UPDATE listing_offer SET is_open = NEW.openness IN ('open', 'limited') WHERE listing_id = NEW.id;
        RETURN NULL;
    END $$;
CREATE TRIGGER provider_opens_offers
    AFTER UPDATE OF openness ON provider FOR EACH ROW
    WHEN ((OLD.openness IN ('open', 'limited')) <> (NEW.openness IN ('open', 'limited')))
    EXECUTE FUNCTION open_listing_offers();

SELECT refresh_listings(ARRAY(SELECT id FROM provider));
"""


def upgrade() -> None:
    op.execute(HOURS)
    op.execute(SERVICES)
    op.execute(CARDS)
    op.execute(VIEWS)
    op.execute(KEEPING)


def downgrade() -> None:
    op.execute("""
        DROP TRIGGER provider_opens_offers ON provider;
        DROP TRIGGER provider_marks_listings ON provider;
        DROP TRIGGER organization_marks_listings ON organization;
        DROP TRIGGER service_marks_listings ON service;
        DROP TRIGGER location_marks_listings ON location;
        DROP TRIGGER language_marks_listings ON language_offered;
        DROP TRIGGER area_marks_listings ON service_area;
        DROP TRIGGER phone_marks_listings ON phone;
        DROP TRIGGER schedule_marks_listings ON schedule;
        DROP VIEW listing, known_provider;
        DROP TABLE listing_offer, listing_card, stale_listing, help_type;
        DROP FUNCTION open_listing_offers, mark_listings_with_help, mark_stale_listings, listings_of;
        DROP FUNCTION refresh_stale_listings, refresh_listings,
                      offer_keys, offer_key, has_word, searchable, is_open_at;
        ALTER TABLE service DROP COLUMN postures, DROP COLUMN free;
        ALTER TABLE schedule DROP COLUMN weeks_of_month, DROP COLUMN is_closure;
        ALTER TABLE provider DROP COLUMN retired_at;
    """)
    op.execute(VIEWS_BEFORE)
