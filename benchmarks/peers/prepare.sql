-- What the peers are given: the same listings and the best question we know, in a schema of their own.
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;

-- A listing with its nested parts ready made; `body` is all of it as the answer spells it, but for the distance.
CREATE TABLE bench.card (
    id uuid PRIMARY KEY, name text NOT NULL, openness text NOT NULL, openness_stated_at timestamptz, help_types text[] NOT NULL,
    claims text[] NOT NULL, interpreter_for_other text NOT NULL, accepts_detained text NOT NULL, accepts_minors text NOT NULL,
    waitlist_estimate_days int, restrictions text[] NOT NULL, organization json NOT NULL, service json NOT NULL,
    location json, languages json NOT NULL, phones json NOT NULL, body text NOT NULL
);

CREATE VIEW bench.whole AS
SELECT c.id, c.name, p.openness, p.openness_stated_at, c.help_types, c.claims, c.interpreter_for_other, c.accepts_detained,
       c.accepts_minors, p.waitlist_estimate_days, c.restrictions,
       json_build_object('name', o.name, 'website', o.website) AS organization,
       json_build_object('name', s.name, 'description', s.description, 'depth', s.depth) AS service,
       json_build_object('latitude', l.latitude, 'longitude', l.longitude, 'timeZone', l.time_zone,
                         'address', json_build_object('lines', l.lines, 'city', l.city, 'state', l.state,
                                                      'postalCode', l.postal_code, 'country', l.country)) AS location,
       (SELECT coalesce(json_agg(json_build_object('tag', g.tag, 'mode', g.mode,
                                                   'name', (SELECT name_en FROM language WHERE tag = g.tag))), '[]')
          FROM language_offered g WHERE g.service_id = s.id) AS languages,
       (SELECT coalesce(json_agg(json_build_object('number', t.number, 'kind', t.kind)), '[]')
          FROM phone t WHERE t.location_id = l.id) AS phones
  FROM listing_card c
  JOIN provider p ON p.id = c.id
  JOIN organization o ON o.id = p.organization_id
  JOIN service s ON s.id = p.service_id
  JOIN location l ON l.id = p.location_id;

INSERT INTO bench.card
SELECT id, name, openness, openness_stated_at, help_types, claims, interpreter_for_other, accepts_detained, accepts_minors,
       waitlist_estimate_days, restrictions, organization, service, location, languages, phones,
       json_build_object('id', id, 'name', name, 'openness', openness, 'opennessStatedAt', openness_stated_at,
                         'helpTypes', help_types, 'claims', claims, 'interpreterForOther', interpreter_for_other,
                         'acceptsDetained', accepts_detained, 'acceptsMinors', accepts_minors,
                         'waitlistEstimateDays', waitlist_estimate_days, 'restrictions', restrictions,
                         'organization', organization, 'service', service, 'location', location, 'languages', languages,
                         'phones', phones)::text
  FROM bench.whole;
ANALYZE bench.card;

-- What a typed server shows: the nested parts are types of their own, kept ready on the row, so nothing is joined.
CREATE TYPE bench.organization AS (name text, website text);
CREATE TYPE bench.service AS (name text, description text, depth text);
CREATE TYPE bench.address AS (lines text[], city text, state text, postal_code text, country text);
CREATE TYPE bench.location AS (latitude float8, longitude float8, time_zone text, address bench.address);
CREATE TYPE bench.language AS (tag text, mode text, name text);
CREATE TYPE bench.phone AS (number text, kind text);
CREATE TABLE bench.typed (
    id uuid PRIMARY KEY, name text NOT NULL, openness text NOT NULL, openness_stated_at timestamptz, help_types text[] NOT NULL,
    claims text[] NOT NULL, interpreter_for_other text NOT NULL, accepts_detained text NOT NULL, accepts_minors text NOT NULL,
    waitlist_estimate_days int, restrictions text[] NOT NULL, organization bench.organization, service bench.service,
    location bench.location, languages bench.language[], phones bench.phone[]
);
INSERT INTO bench.typed
SELECT c.id, c.name, c.openness, c.openness_stated_at, c.help_types, c.claims, c.interpreter_for_other, c.accepts_detained,
       c.accepts_minors, c.waitlist_estimate_days, c.restrictions,
       ROW(c.organization ->> 'name', c.organization ->> 'website')::bench.organization,
       ROW(c.service ->> 'name', c.service ->> 'description', c.service ->> 'depth')::bench.service,
       ROW((c.location ->> 'latitude')::float8, (c.location ->> 'longitude')::float8, c.location ->> 'timeZone',
           ROW(ARRAY(SELECT json_array_elements_text(c.location #> '{address,lines}')), c.location #>> '{address,city}',
               c.location #>> '{address,state}', c.location #>> '{address,postalCode}',
               c.location #>> '{address,country}')::bench.address)::bench.location,
       ARRAY(SELECT ROW(r.tag, r.mode, r.name)::bench.language
               FROM json_to_recordset(c.languages) AS r (tag text, mode text, name text)),
       ARRAY(SELECT ROW(r.number, r.kind)::bench.phone FROM json_to_recordset(c.phones) AS r (number text, kind text))
  FROM bench.card c;
ANALYZE bench.typed;

CREATE TYPE bench.hit AS (
    distance_km float8, id uuid, name text, openness text, openness_stated_at timestamptz, help_types text[], claims text[],
    interpreter_for_other text, accepts_detained text, accepts_minors text, waitlist_estimate_days int,
    restrictions text[], organization bench.organization, service bench.service, location bench.location,
    languages bench.language[], phones bench.phone[]
);

-- The point is computed once, and the pair of help and language is one key of the index before the position.
CREATE FUNCTION bench.nearest_ids(lat float8, lon float8, km float8, help text, tag text)
    RETURNS TABLE (id uuid, distance_km float8)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 20
    AS $$
        WITH asked AS MATERIALIZED (
             SELECT unit_point(lat, lon) AS here, cube_enlarge(unit_point(lat, lon), 2 * sin(km / 6371.0088 / 2), 3) AS box,
                    2 * sin(km / 6371.0088 / 2) AS reach
        )
        SELECT o.listing_id, arc_km(o.point <-> (SELECT here FROM asked))
          FROM listing_offer o
         WHERE o.key = offer_key(help, tag) AND o.is_open AND o.point <@ (SELECT box FROM asked)
           AND o.point <-> (SELECT here FROM asked) <= (SELECT reach FROM asked)
         ORDER BY o.point <-> (SELECT here FROM asked)
         LIMIT 20
    $$;

CREATE FUNCTION bench.nearest(lat float8, lon float8, km float8, help text, tag text) RETURNS SETOF bench.hit
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 20
    AS $$
        SELECT n.distance_km, c.id, c.name, c.openness, c.openness_stated_at, c.help_types, c.claims, c.interpreter_for_other,
               c.accepts_detained, c.accepts_minors, c.waitlist_estimate_days, c.restrictions, c.organization, c.service,
               c.location, c.languages, c.phones
          FROM bench.nearest_ids(lat, lon, km, help, tag) n
          JOIN bench.typed c ON c.id = n.id
         ORDER BY n.distance_km
    $$;
