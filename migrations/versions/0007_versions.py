"""A listing's version: what was written of it may be used again for as long as this stays the same."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# The transaction that made the card: a listing that is touched is made anew, by another one. It says nothing of
# openness and places, which are not in the card.
COLUMNS_OF_0006 = """
       c.id, c.name, c.organization_id, c.service_id, c.location_id, c.description, c.source, c.point, c.latitude,
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
         WHERE k.provider_id = c.id AND k.expires_at > now()) AS capacities"""


def upgrade() -> None:
    op.execute(f"""
        CREATE OR REPLACE VIEW listing WITH (security_invoker) AS
        SELECT {COLUMNS_OF_0006},
               c.xmin::text::bigint AS version
          FROM listing_card c
          LEFT JOIN provider p ON p.id = c.id""")


def downgrade() -> None:
    op.execute(f"""
        DROP VIEW listing;
        CREATE VIEW listing WITH (security_invoker) AS
        SELECT {COLUMNS_OF_0006}
          FROM listing_card c
          LEFT JOIN provider p ON p.id = c.id""")
