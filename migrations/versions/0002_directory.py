"""The directory: organizations, services, places, and what is said about their openness."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DIRECTORY = """
-- A point on the unit sphere: distances between such points are chords, so one index serves the whole globe,
-- poles and antimeridian included, and neither earthdistance nor PostGIS is needed.
CREATE FUNCTION unit_point(latitude double precision, longitude double precision) RETURNS cube
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN cube(ARRAY[cos(radians(latitude)) * cos(radians(longitude)),
                      cos(radians(latitude)) * sin(radians(longitude)),
                      sin(radians(latitude))]);

-- Great-circle kilometres from a chord of the unit sphere (mean Earth radius, IUGG: 6371.0088 km).
CREATE FUNCTION arc_km(chord double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN 2 * 6371.0088 * asin(least(1, chord / 2));

CREATE TABLE organization (
    id uuid CONSTRAINT organization_key PRIMARY KEY,
    name text NOT NULL CONSTRAINT organization_name_given CHECK (name <> ''),
    alternate_name text,
    description text,
    website text,
    email text,
    kind text NOT NULL DEFAULT 'unknown'
        CONSTRAINT organization_kind_known CHECK (kind IN ('legal', 'humanitarian', 'both', 'unknown')),
    identifiers jsonb NOT NULL DEFAULT '[]',
    source text NOT NULL
);

CREATE TABLE location (
    id uuid CONSTRAINT location_key PRIMARY KEY,
    organization_id uuid CONSTRAINT location_of_organization REFERENCES organization ON DELETE CASCADE,
    name text,
    description text,
    transportation text,
    accessibility text[] NOT NULL DEFAULT '{}',
    visibility text NOT NULL DEFAULT 'public'
        CONSTRAINT location_visibility_known CHECK (visibility IN ('public', 'town', 'confidential')),
    latitude double precision,
    longitude double precision,
    point cube GENERATED ALWAYS AS (unit_point(latitude, longitude)) STORED,
    time_zone text NOT NULL,
    lines text[] NOT NULL DEFAULT '{}',
    city text,
    state text,
    postal_code text,
    country char(2),
    source text NOT NULL,
    CONSTRAINT location_on_earth CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180),
    CONSTRAINT location_point_whole CHECK ((latitude IS NULL) = (longitude IS NULL)),
    -- A place that is not public has no point here at all, so no distance, radius or order can give it away.
    CONSTRAINT location_point_public CHECK (visibility = 'public' OR latitude IS NULL)
);

CREATE TABLE service (
    id uuid CONSTRAINT service_key PRIMARY KEY,
    organization_id uuid NOT NULL CONSTRAINT service_of_organization REFERENCES organization ON DELETE CASCADE,
    name text NOT NULL CONSTRAINT service_name_given CHECK (name <> ''),
    alternate_name text,
    description text,
    status text NOT NULL
        CONSTRAINT service_status_known CHECK (status IN ('active', 'inactive', 'defunct', 'temporarily closed')),
    url text,
    email text,
    fees text,
    application_process text,
    interpretation text,
    eligibility text,
    minimum_age smallint,
    maximum_age smallint,
    depth text NOT NULL DEFAULT 'unknown' CONSTRAINT service_depth_known CHECK
        (depth IN ('full_representation', 'limited_scope', 'clinic', 'advice', 'information', 'unknown')),
    help_types text[] NOT NULL DEFAULT '{}',
    claims text[] NOT NULL DEFAULT '{}',
    delivery_modes text[] NOT NULL DEFAULT '{}',
    credentials text[] NOT NULL DEFAULT '{}',
    required_documents text[] NOT NULL DEFAULT '{}',
    -- Three-valued facts as the source states them ({"detained": "only_detained", ...}); a missing key is unknown.
    facts jsonb NOT NULL DEFAULT '{}',
    accepts_detained text NOT NULL DEFAULT 'unknown'
        CONSTRAINT service_detained_answer CHECK (accepts_detained IN ('yes', 'no', 'only', 'unknown')),
    accepts_minors text NOT NULL DEFAULT 'unknown'
        CONSTRAINT service_minors_answer CHECK (accepts_minors IN ('yes', 'no', 'only', 'unknown')),
    interpreter_for_other text NOT NULL DEFAULT 'unknown'
        CONSTRAINT service_interpreter_answer CHECK (interpreter_for_other IN ('yes', 'no', 'unknown')),
    restrictions text[] NOT NULL DEFAULT '{}',
    assured_on date,
    last_modified timestamptz NOT NULL,
    source text NOT NULL
);
CREATE INDEX service_by_organization ON service (organization_id);

-- One service at one place: HSDS service_at_location. A service without any place is listed too, with its own id.
CREATE TABLE provider (
    id uuid CONSTRAINT provider_key PRIMARY KEY,
    organization_id uuid NOT NULL CONSTRAINT provider_of_organization REFERENCES organization ON DELETE CASCADE,
    service_id uuid NOT NULL CONSTRAINT provider_of_service REFERENCES service ON DELETE CASCADE,
    location_id uuid CONSTRAINT provider_at_location REFERENCES location ON DELETE CASCADE,
    name text NOT NULL CONSTRAINT provider_name_given CHECK (name <> ''),
    description text,
    -- What the provider itself said last, and until when that may be believed.
    openness text NOT NULL DEFAULT 'unknown' CONSTRAINT provider_openness_known CHECK
        (openness IN ('open', 'limited', 'waitlist', 'assessment_needed', 'paused', 'closed', 'unknown')),
    openness_stated_at timestamptz,
    openness_expires_at timestamptz,
    openness_stated_by text,
    waitlist_estimate_days integer CONSTRAINT provider_waitlist_days CHECK (waitlist_estimate_days BETWEEN 0 AND 3650),
    -- Where offers are sent. Only a provider that has stated its openness is ever offered anyone by machine.
    referral_email text,
    offers_made integer NOT NULL DEFAULT 0,
    offers_accepted integer NOT NULL DEFAULT 0,
    last_offered_at timestamptz,
    verification text NOT NULL DEFAULT 'unverified' CONSTRAINT provider_verification_known CHECK
        (verification IN ('unverified', 'applied', 'checked', 'verified', 'expired', 'suspended')),
    verified_at timestamptz,
    source text NOT NULL,
    CONSTRAINT provider_once_per_place UNIQUE NULLS NOT DISTINCT (service_id, location_id)
);
CREATE INDEX provider_by_name ON provider (name, id);
CREATE INDEX provider_by_organization ON provider (organization_id);
CREATE INDEX provider_by_location ON provider (location_id);
CREATE INDEX location_by_point ON location USING gist (point);
CREATE INDEX service_by_help ON service USING gin (help_types);

CREATE TABLE language_offered (
    id uuid CONSTRAINT language_offered_key PRIMARY KEY,
    service_id uuid CONSTRAINT language_of_service REFERENCES service ON DELETE CASCADE,
    location_id uuid CONSTRAINT language_of_location REFERENCES location ON DELETE CASCADE,
    tag text NOT NULL,
    mode text NOT NULL DEFAULT 'staff_fluent' CONSTRAINT language_mode_known CHECK (mode IN
        ('staff_fluent', 'staff_basic', 'interpreter_in_person', 'interpreter_phone', 'written_only', 'relay')),
    note text,
    CONSTRAINT language_has_one_owner CHECK (num_nonnulls(service_id, location_id) = 1)
);
CREATE INDEX language_offered_by_service ON language_offered (service_id, tag);
CREATE INDEX language_offered_by_location ON language_offered (location_id, tag);

CREATE TABLE service_area (
    id uuid CONSTRAINT service_area_key PRIMARY KEY,
    service_id uuid CONSTRAINT area_of_service REFERENCES service ON DELETE CASCADE,
    provider_id uuid CONSTRAINT area_of_provider REFERENCES provider ON DELETE CASCADE,
    name text NOT NULL,
    kind text NOT NULL CONSTRAINT service_area_kind_known CHECK
        (kind IN ('country', 'state', 'county', 'court', 'facility', 'port_of_entry', 'custom')),
    country char(2),
    state text,
    place_id uuid,
    CONSTRAINT area_has_one_owner CHECK (num_nonnulls(service_id, provider_id) = 1)
);
CREATE INDEX service_area_by_service ON service_area (service_id);
CREATE INDEX service_area_by_provider ON service_area (provider_id);

CREATE TABLE phone (
    id uuid CONSTRAINT phone_key PRIMARY KEY,
    organization_id uuid CONSTRAINT phone_of_organization REFERENCES organization ON DELETE CASCADE,
    service_id uuid CONSTRAINT phone_of_service REFERENCES service ON DELETE CASCADE,
    location_id uuid CONSTRAINT phone_of_location REFERENCES location ON DELETE CASCADE,
    provider_id uuid CONSTRAINT phone_of_provider REFERENCES provider ON DELETE CASCADE,
    number text NOT NULL,
    extension text,
    kind text,
    languages text[] NOT NULL DEFAULT '{}',
    CONSTRAINT phone_has_one_owner CHECK (num_nonnulls(organization_id, service_id, location_id, provider_id) = 1)
);
CREATE INDEX phone_by_organization ON phone (organization_id);
CREATE INDEX phone_by_service ON phone (service_id);
CREATE INDEX phone_by_location ON phone (location_id);
CREATE INDEX phone_by_provider ON phone (provider_id);

CREATE TABLE schedule (
    id uuid CONSTRAINT schedule_key PRIMARY KEY,
    service_id uuid CONSTRAINT schedule_of_service REFERENCES service ON DELETE CASCADE,
    location_id uuid CONSTRAINT schedule_of_location REFERENCES location ON DELETE CASCADE,
    provider_id uuid CONSTRAINT schedule_of_provider REFERENCES provider ON DELETE CASCADE,
    weekdays text[] NOT NULL,
    opens_at text NOT NULL,
    closes_at text NOT NULL,
    valid_from date,
    valid_to date,
    note text,
    CONSTRAINT schedule_has_one_owner CHECK (num_nonnulls(service_id, location_id, provider_id) = 1)
);
CREATE INDEX schedule_by_service ON schedule (service_id);
CREATE INDEX schedule_by_location ON schedule (location_id);
CREATE INDEX schedule_by_provider ON schedule (provider_id);

-- Places a provider has said it can give. Free = stated - taken - held. An offer holds, an acceptance takes.
CREATE TABLE capacity (
    id uuid CONSTRAINT capacity_key PRIMARY KEY DEFAULT gen_random_uuid(),
    provider_id uuid NOT NULL CONSTRAINT capacity_of_provider REFERENCES provider ON DELETE CASCADE,
    help_type text,
    unit text NOT NULL CONSTRAINT capacity_unit_known CHECK
        (unit IN ('intake_slots_week', 'consultations_week', 'full_cases', 'hotline_calls_day', 'beds_tonight',
                  'beds_longer', 'seats_transport_day', 'evaluations_month', 'interpreter_hours_week')),
    stated integer NOT NULL CONSTRAINT capacity_stated_sane CHECK (stated BETWEEN 0 AND 100000),
    maximum integer CONSTRAINT capacity_maximum_sane CHECK (maximum BETWEEN 0 AND 100000),
    taken integer NOT NULL DEFAULT 0 CONSTRAINT capacity_taken_counts CHECK (taken >= 0),
    held integer NOT NULL DEFAULT 0 CONSTRAINT capacity_held_counts CHECK (held >= 0),
    stated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT capacity_never_oversubscribed CHECK (taken <= stated),
    CONSTRAINT capacity_one_count_each UNIQUE NULLS NOT DISTINCT (provider_id, help_type, unit)
) WITH (fillfactor = 70);

-- What may be read of a provider, whole: one row, nested parts as json. Of a place that is not public only its town is
-- in here, of a confidential one only its state: what a view does not hold, no door can give away.
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


def upgrade() -> None:
    op.execute(DIRECTORY)


def downgrade() -> None:
    op.execute("""
        DROP VIEW listing, known_provider;
        DROP TABLE capacity, schedule, phone, service_area, language_offered, provider, service, location, organization;
        DROP FUNCTION unit_point, arc_km;
    """)
