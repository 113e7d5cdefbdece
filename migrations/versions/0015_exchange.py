"""Whoever takes the whole directory finds a page of it, and how many pages there are, in indexes alone."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(r"""
        CREATE INDEX listing_card_of_service ON listing_card USING btree (service_id);
        CREATE INDEX listing_card_at_place ON listing_card USING btree (id) WHERE location_id IS NOT NULL;

        -- As an address is compared: 78520-1234 is in 78520.
        CREATE INDEX listing_card_postal_code ON listing_card USING btree
            (regexp_replace(upper(location ->> 'postal_code'), '^([0-9]{5})-[0-9]{4}$', '\1'));

        CREATE INDEX service_by_change ON service USING btree (last_modified);

        -- With the id, so that whose services are published is told without reading them.
        DROP INDEX service_by_organization;
        CREATE INDEX service_by_organization ON service USING btree (organization_id, id);
    """)


def downgrade() -> None:
    op.execute("""
        DROP INDEX service_by_organization;
        CREATE INDEX service_by_organization ON service (organization_id);
        DROP INDEX service_by_change, listing_card_postal_code, listing_card_at_place, listing_card_of_service;
    """)
