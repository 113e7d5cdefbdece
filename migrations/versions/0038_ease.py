"""Whether the form was easy, as numbers that are tied to nobody."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

EASE = """
CREATE TABLE form_ease (
    week date NOT NULL CONSTRAINT form_ease_week_begins CHECK (extract(isodow FROM week) = 1),
    language text NOT NULL CONSTRAINT form_ease_language_short CHECK (length(language) BETWEEN 2 AND 12),
    question_set text NOT NULL CONSTRAINT form_ease_set_short CHECK (length(question_set) BETWEEN 1 AND 20),
    answer text NOT NULL CONSTRAINT form_ease_answer_known CHECK (answer IN ('yes', 'so_so', 'no')),
    count integer NOT NULL CONSTRAINT form_ease_some CHECK (count > 0),
    CONSTRAINT form_ease_key PRIMARY KEY (week, language, question_set, answer)
);
COMMENT ON TABLE form_ease IS 'How many said after sending that the form was easy. Of no row can be told who is in it.';

ALTER TABLE form_ease ENABLE ROW LEVEL SECURITY;
ALTER TABLE form_ease FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_keeps ON form_ease TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY of_console ON form_ease FOR SELECT TO referral_console USING (true);
GRANT SELECT ON form_ease TO referral_console;

CREATE FUNCTION claim.count_ease(spoken text, asked text, said text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.form_ease (week, language, question_set, answer, count)
    VALUES (date_trunc('week', now() AT TIME ZONE 'UTC')::date, spoken, asked, said, 1)
        ON CONFLICT ON CONSTRAINT form_ease_key DO UPDATE SET count = form_ease.count + 1
$$;
COMMENT ON FUNCTION claim.count_ease(text, text, text) IS 'One more who said so, this week. Nothing is read by it.';
REVOKE ALL ON FUNCTION claim.count_ease FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim.count_ease TO referral_public;
"""


def upgrade() -> None:
    op.execute(EASE)


def downgrade() -> None:
    op.execute("DROP FUNCTION claim.count_ease; DROP TABLE form_ease")
