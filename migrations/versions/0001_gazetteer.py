"""Places and languages: what people type, and what it stands for."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

EXTENSIONS = """
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE EXTENSION IF NOT EXISTS unaccent;
    CREATE EXTENSION IF NOT EXISTS cube;
    CREATE EXTENSION IF NOT EXISTS btree_gist;
"""

PLACES = """
-- What a reference file held when it was last loaded, so that loading again is quick.
CREATE TABLE reference_file (
    name text CONSTRAINT reference_file_key PRIMARY KEY,
    checksum text NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE place (
    id uuid CONSTRAINT place_key PRIMARY KEY,
    kind text NOT NULL CONSTRAINT place_kind_known CHECK (kind IN
        ('town', 'state', 'country', 'postal_code', 'port_of_entry', 'court', 'detention_center', 'region')),
    name text NOT NULL CONSTRAINT place_name_given CHECK (name <> ''),
    country char(2) NOT NULL CONSTRAINT place_country_written CHECK (country ~ '^[A-Z]{2}$'),
    state text,
    admin1 text,
    county text,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    population integer NOT NULL CONSTRAINT place_population_counted CHECK (population >= 0),
    time_zone text NOT NULL,
    weight real NOT NULL,
    source text NOT NULL,
    -- A point on the unit sphere, so that "nearest" is right at the poles and the antimeridian too.
    point cube GENERATED ALWAYS AS (cube(ARRAY[
        cos(radians(latitude)) * cos(radians(longitude)),
        cos(radians(latitude)) * sin(radians(longitude)),
        sin(radians(latitude))])) STORED,
    CONSTRAINT place_on_earth CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)
);
COMMENT ON COLUMN place.state IS 'US: TX. Mexico: ISO 3166-2 without MX-, such as TAM. Elsewhere a name.';
COMMENT ON COLUMN place.admin1 IS 'The GeoNames first-order code, where one is known.';
COMMENT ON COLUMN place.weight IS 'People, times how likely the domain is to mean this place.';
CREATE INDEX place_courts ON place (state) WHERE kind = 'court';
CREATE INDEX place_towns_by_point ON place USING gist (point) WHERE kind = 'town';

CREATE TABLE place_name (
    place_id uuid NOT NULL CONSTRAINT place_name_of_place REFERENCES place ON DELETE CASCADE,
    name text NOT NULL,
    folded text NOT NULL CONSTRAINT place_name_folded CHECK (folded <> ''),
    sense text NOT NULL CONSTRAINT place_name_sense_known CHECK (sense IN ('own', 'dominant', 'other')),
    is_guessable boolean NOT NULL,
    CONSTRAINT place_name_key PRIMARY KEY (place_id, folded)
);
COMMENT ON COLUMN place_name.sense IS 'own: what it is called. dominant: a reviewed alias. other: the rest.';
COMMENT ON COLUMN place_name.is_guessable IS 'A misspelling may be taken for this name.';
CREATE INDEX place_name_exact ON place_name (folded);
CREATE INDEX place_name_guess ON place_name USING gin (folded gin_trgm_ops) WHERE is_guessable;
"""

# A function, because only a function can carry its own threshold: the pool sets nothing on its sessions.
GUESS = """
CREATE FUNCTION guess_place_names(misspelled text)
    RETURNS TABLE (place_id uuid, folded text, sense text, likeness real)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
    SET pg_trgm.similarity_threshold = 0.4
    AS $$
        SELECT n.place_id, n.folded, n.sense, similarity(n.folded, misspelled)
          FROM place_name n
         WHERE n.is_guessable AND n.folded % misspelled
         ORDER BY 4 DESC
         LIMIT 100
    $$;
"""

LANGUAGES = """
CREATE TABLE language (
    tag text CONSTRAINT language_key PRIMARY KEY,
    position smallint NOT NULL,
    name_en text NOT NULL,
    name_es text NOT NULL,
    autonym text NOT NULL,
    direction text NOT NULL CONSTRAINT language_direction_known CHECK (direction IN ('ltr', 'rtl')),
    script text NOT NULL,
    kind text NOT NULL CONSTRAINT language_kind_known CHECK (kind IN ('spoken', 'signed')),
    scope text NOT NULL CONSTRAINT language_scope_known CHECK (scope IN ('individual', 'macro', 'collective')),
    family text,
    court_codes text[] NOT NULL DEFAULT '{}',
    names jsonb NOT NULL,
    aliases text[] NOT NULL DEFAULT '{}'
);
COMMENT ON COLUMN language.position IS 'Order of the reviewed list: the languages of the US immigration courts first.';
COMMENT ON COLUMN language.names IS 'Name by the language of the reader.';

CREATE TABLE language_name (
    tag text NOT NULL CONSTRAINT language_name_of_language REFERENCES language ON DELETE CASCADE,
    folded text NOT NULL CONSTRAINT language_name_folded CHECK (folded <> ''),
    sense text NOT NULL CONSTRAINT language_name_sense_known CHECK (sense IN ('tag', 'name', 'alias')),
    readers text[] NOT NULL DEFAULT '{}',
    CONSTRAINT language_name_key PRIMARY KEY (tag, folded)
);
COMMENT ON COLUMN language_name.readers IS 'The languages in which it is called so.';

CREATE TABLE language_tag (
    written text CONSTRAINT language_tag_key PRIMARY KEY,
    tag text NOT NULL,
    described_by text NOT NULL CONSTRAINT language_tag_described REFERENCES language,
    CONSTRAINT language_tag_lower CHECK (written = lower(written))
);
COMMENT ON TABLE language_tag IS 'Ways to write a tag, lower case: ISO 639-1, 639-2 and 639-3, reviewed BCP 47 tags.';

CREATE TABLE language_pair (
    spoken text NOT NULL,
    served text NOT NULL,
    note text NOT NULL,
    CONSTRAINT language_pair_key PRIMARY KEY (spoken, served),
    CONSTRAINT language_pair_differs CHECK (spoken <> served)
);
"""


def upgrade() -> None:
    op.execute(EXTENSIONS)
    op.execute(PLACES)
    op.execute(GUESS)
    op.execute(LANGUAGES)


def downgrade() -> None:
    # The extensions stay: they may have been there before, and may serve others.
    op.execute("""
        DROP TABLE language_pair, language_tag, language_name, language;
        DROP FUNCTION guess_place_names(text);
        DROP TABLE place_name, place, reference_file;
    """)
