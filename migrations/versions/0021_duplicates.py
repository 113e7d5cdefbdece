"""The same telephone number, however it is written, and the same name: found by an index, not by reading everything."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# The included column lets the index alone answer: without it every row of the table would be read for its digits.
UP = """
CREATE FUNCTION phone_digits(number text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN right(regexp_replace(number, '[^0-9]', '', 'g'), 10);
COMMENT ON FUNCTION phone_digits IS 'What tells numbers apart however they are written: without the country, mostly.';

DROP INDEX phone_by_digits;
CREATE INDEX phone_by_digits ON phone (phone_digits(number)) INCLUDE (number) WHERE length(phone_digits(number)) >= 7;
CREATE INDEX listing_card_by_plain_name ON listing_card (searchable(name)) INCLUDE (name);
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute("""
        DROP INDEX listing_card_by_plain_name;
        DROP INDEX phone_by_digits;
        CREATE INDEX phone_by_digits ON phone (right(regexp_replace(number, '[^0-9]', '', 'g'), 10));
        DROP FUNCTION phone_digits;
    """)
