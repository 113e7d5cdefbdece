"""Areas that a list draws instead of naming: polygons and circles. Whoever covers one is found from inside it."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE service_area ADD COLUMN border jsonb;
COMMENT ON COLUMN service_area.border IS 'GeoJSON: a Polygon or MultiPolygon, or a Point with a radius in metres.';

-- The same for the index: each ring by itself, in degrees. A circle has 64 corners.
CREATE TABLE area_ring (
    area_id uuid NOT NULL,
    ring polygon NOT NULL,
    is_hole boolean NOT NULL,
    CONSTRAINT ring_of_area FOREIGN KEY (area_id) REFERENCES service_area ON DELETE CASCADE
);
CREATE INDEX area_ring_by_box ON area_ring USING gist (box(ring));
CREATE INDEX area_ring_of_area ON area_ring (area_id);

CREATE FUNCTION rings_of(border jsonb) RETURNS TABLE (ring polygon, is_hole boolean)
    LANGUAGE sql IMMUTABLE
    AS $$
        SELECT (SELECT '(' || string_agg(format('(%s,%s)', p.corner ->> 0, p.corner ->> 1), ',' ORDER BY p.n) || ')'
                  FROM jsonb_array_elements(r.ring) WITH ORDINALITY AS p(corner, n))::polygon, r.n > 1
          FROM (SELECT border -> 'coordinates' AS rings WHERE border ->> 'type' = 'Polygon'
                UNION ALL
                SELECT jsonb_array_elements(border -> 'coordinates') WHERE border ->> 'type' = 'MultiPolygon') AS one
         CROSS JOIN LATERAL jsonb_array_elements(one.rings) WITH ORDINALITY AS r(ring, n)
        UNION ALL
        SELECT (SELECT '(' || string_agg(format('(%s,%s)', c.lon + degrees(atan2(
                                  sin(b.angle) * sin(c.arc) * cos(c.lat), cos(c.arc) - sin(c.lat) * sin(b.lat))),
                              degrees(b.lat)), ',' ORDER BY b.angle) || ')'
                  FROM (SELECT n * pi() / 32 AS angle,
                               asin(sin(c.lat) * cos(c.arc) + cos(c.lat) * sin(c.arc) * cos(n * pi() / 32)) AS lat
                          FROM generate_series(0, 63) AS n) AS b)::polygon, false
          FROM (SELECT (is_round ->> 0)::float8 AS lon, radians((is_round ->> 1)::float8) AS lat,
                       (border ->> 'radius')::float8 / 6371008.8 AS arc
                  FROM (SELECT CASE WHEN border ->> 'type' = 'Point' THEN border -> 'coordinates' END AS is_round) AS d
                 WHERE is_round IS NOT NULL) AS c
    $$;

CREATE FUNCTION draw_area() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        DELETE FROM area_ring WHERE area_id = NEW.id;
        INSERT INTO area_ring SELECT NEW.id, r.ring, r.is_hole FROM rings_of(NEW.border) AS r;
        RETURN NULL;
    END $$;
CREATE TRIGGER area_is_drawn AFTER INSERT ON service_area
    FOR EACH ROW WHEN (NEW.border IS NOT NULL) EXECUTE FUNCTION draw_area();
CREATE TRIGGER area_is_drawn_anew AFTER UPDATE OF border ON service_area
    FOR EACH ROW WHEN (NEW.border IS DISTINCT FROM OLD.border) EXECUTE FUNCTION draw_area();

-- The drawn areas that a point lies in, as listing_card.areas writes them.
CREATE FUNCTION drawn_areas(here cube) RETURNS text[]
    LANGUAGE sql STABLE STRICT
    AS $$
        SELECT coalesce(array_agg(DISTINCT 'for:' || o.area_id), '{}')
          FROM (SELECT point(degrees(atan2(cube_ll_coord(here, 2), cube_ll_coord(here, 1))),
                             degrees(asin(greatest(-1, least(1, cube_ll_coord(here, 3)))))) AS spot) AS h
          JOIN area_ring o ON box(o.ring) @> box(h.spot, h.spot) AND o.ring @> h.spot AND NOT o.is_hole
         WHERE NOT EXISTS (SELECT FROM area_ring i WHERE i.area_id = o.area_id AND i.is_hole AND i.ring @> h.spot)
    $$;
"""

# What each line was, and what it is: all others stay as they are.
CARDS = (
    ("ELSE a.place_id::text END", "ELSE coalesce(a.place_id, a.id)::text END"),
    ("ELSE a.place_id IS NOT NULL END", "ELSE a.place_id IS NOT NULL OR a.border IS NOT NULL END"),
)
VIEW = (
    (
        "'place_id', a.place_id)",
        "'place_id', a.place_id, 'drawn_id', CASE WHEN a.border IS NULL THEN NULL ELSE a.id END)",
    ),
)


def rewrite(name: str, definition: str, lines: tuple[tuple[str, str], ...], before: str = "") -> None:
    """Make a function or view anew with some lines changed; fails where one of them is not there."""
    for old, new in lines:
        op.execute(f"""
            DO $do$
            DECLARE
                known text := {definition};
            BEGIN
                ASSERT strpos(known, $line${old}$line$) > 0, $${name}$$;
                EXECUTE $before${before}$before$ || replace(known, $line${old}$line$, $line${new}$line$);
            END $do$""")


CARDS_AS_TEXT = "pg_get_functiondef('make_cards'::regproc)"
VIEW_AS_TEXT = "pg_get_viewdef('known_provider')"
MAKE_VIEW = "CREATE OR REPLACE VIEW known_provider WITH (security_invoker) AS "


def upgrade() -> None:
    op.execute(UP)
    rewrite("make_cards", CARDS_AS_TEXT, CARDS)
    rewrite("known_provider", VIEW_AS_TEXT, VIEW, MAKE_VIEW)


def downgrade() -> None:
    rewrite("make_cards", CARDS_AS_TEXT, tuple((new, old) for old, new in CARDS))
    op.execute("""
        DO $do$
        BEGIN
            EXECUTE 'CREATE OR REPLACE VIEW known_provider WITH (security_invoker) AS '
                    || regexp_replace(pg_get_viewdef('known_provider'), ', ''drawn_id'',\\s+?CASE.*?END\\)', ')');
        END $do$;
        DROP TRIGGER area_is_drawn_anew ON service_area;
        DROP TRIGGER area_is_drawn ON service_area;
        DROP FUNCTION drawn_areas, draw_area, rings_of;
        DROP TABLE area_ring;
        ALTER TABLE service_area DROP COLUMN border;
    """)
