"""Of one listing that stands there twice, one is kept, and the id of the other leads to it for good."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE provider
    ADD COLUMN merged_into uuid,
    ADD CONSTRAINT provider_merged_into FOREIGN KEY (merged_into) REFERENCES provider ON DELETE SET NULL,
    ADD CONSTRAINT provider_not_merged_into_itself CHECK (merged_into <> id);
COMMENT ON COLUMN provider.merged_into IS 'The listing that is kept in its place. This one is published no more.';
CREATE INDEX provider_by_merged_into ON provider (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX phone_by_digits ON phone (right(regexp_replace(number, '[^0-9]', '', 'g'), 10));
"""
MARKED = "name, description, source, organization_id, service_id, location_id, verification, verified_at, retired_at"


def marking(columns: str) -> str:
    return f"""
        DROP TRIGGER provider_marks_listings ON provider;
        CREATE TRIGGER provider_marks_listings
            AFTER INSERT OR UPDATE OF {columns}
            ON provider FOR EACH ROW EXECUTE FUNCTION mark_stale_listings()"""


def upgrade() -> None:
    op.execute(UP)
    op.execute(marking(f"{MARKED}, merged_into"))
    op.execute("""
        DO $do$
        DECLARE
            known text := pg_get_viewdef('known_provider');
            before text := $$(p.verification <> 'suspended'::text)$$;
        BEGIN
            ASSERT strpos(known, before) > 0;
            EXECUTE 'CREATE OR REPLACE VIEW known_provider WITH (security_invoker) AS '
                    || replace(known, before, before || ' AND (p.merged_into IS NULL)');
        END $do$""")


def downgrade() -> None:
    op.execute("""
        DO $do$
        BEGIN
            EXECUTE 'CREATE OR REPLACE VIEW known_provider WITH (security_invoker) AS '
                    || replace(pg_get_viewdef('known_provider'), ' AND (p.merged_into IS NULL)', '');
        END $do$""")
    op.execute(marking(MARKED))
    op.execute("""
        DROP INDEX phone_by_digits;
        ALTER TABLE provider DROP COLUMN merged_into;
    """)
