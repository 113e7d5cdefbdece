"""The audit trail is linked, anchored and only added to; erasures count what went; keys know their last day of use."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TRAIL = """
ALTER TABLE audit_event
    ADD COLUMN counts jsonb,
    ADD COLUMN position bigint CONSTRAINT audit_event_position UNIQUE,
    ADD COLUMN hash bytea,
    ADD CONSTRAINT audit_event_linked CHECK ((position IS NULL) = (hash IS NULL));
COMMENT ON COLUMN audit_event.counts IS 'Of an erasure: how many rows of which table went. Numbers only.';
COMMENT ON COLUMN audit_event.position IS 'Where it stands in the chain, without gaps; null until it is linked.';
COMMENT ON COLUMN audit_event.hash IS 'sha256 of the hash before it and of this row as it is written out.';
CREATE INDEX audit_event_unlinked ON audit_event (id) WHERE position IS NULL;
CREATE INDEX audit_event_erasures ON audit_event (at) WHERE counts IS NOT NULL;

CREATE TABLE audit_head (
    one boolean CONSTRAINT audit_head_key PRIMARY KEY DEFAULT true CONSTRAINT audit_head_is_one CHECK (one),
    trail uuid NOT NULL DEFAULT gen_random_uuid(),
    position bigint NOT NULL DEFAULT 0,
    hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
    mailed_on date
);
COMMENT ON TABLE audit_head IS 'The end of the chain, held by whoever links: one at a time.';
COMMENT ON COLUMN audit_head.mailed_on IS 'The last day on which an anchor was sent by mail.';
INSERT INTO audit_head DEFAULT VALUES;

CREATE TABLE audit_anchor (
    number bigint CONSTRAINT audit_anchor_key PRIMARY KEY,
    trail uuid NOT NULL,
    at timestamptz NOT NULL,
    position bigint NOT NULL,
    hash bytea NOT NULL,
    is_checkpoint boolean NOT NULL,
    previous bytea NOT NULL,
    public_key bytea NOT NULL,
    signature bytea NOT NULL
);
COMMENT ON TABLE audit_anchor IS 'Signed words of how far the chain had come; their copy outside the database counts.';
COMMENT ON COLUMN audit_anchor.is_checkpoint IS 'Acts up to here were deleted by age.';
CREATE INDEX audit_anchor_checkpoints ON audit_anchor (position) WHERE is_checkpoint;

-- Whoever asks: an act is linked once, changed never, and deleted only behind a checkpoint and when it is old.
CREATE FUNCTION audit_event_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.position IS NULL AND NEW.position IS NOT NULL
           AND (OLD.id, OLD.at, OLD.actor, OLD.actor_id, OLD.act, OLD.subject_id, OLD.counts)
               IS NOT DISTINCT FROM (NEW.id, NEW.at, NEW.actor, NEW.actor_id, NEW.act, NEW.subject_id, NEW.counts)
        THEN RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.at < now() - interval '30 days'
           AND EXISTS (SELECT FROM audit_anchor WHERE is_checkpoint AND position >= OLD.position)
        THEN RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit trail is only added to'
          USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'audit_trail_stands';
END $$;
CREATE TRIGGER audit_event_stands BEFORE UPDATE OR DELETE ON audit_event
   FOR EACH ROW EXECUTE FUNCTION audit_event_stands();
CREATE TRIGGER audit_event_stays BEFORE TRUNCATE ON audit_event
   FOR EACH STATEMENT EXECUTE FUNCTION audit_event_stands();

-- A checkpoint says of an act that is there what the act says of itself.
CREATE FUNCTION audit_anchor_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT NEW.is_checkpoint
           OR EXISTS (SELECT FROM audit_event WHERE position = NEW.position AND hash = NEW.hash)
        THEN RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM audit_anchor WHERE is_checkpoint AND position > OLD.position AND number > OLD.number)
        THEN RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'anchors are only added to'
          USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'audit_trail_stands';
END $$;
CREATE TRIGGER audit_anchor_stands BEFORE INSERT OR UPDATE OR DELETE ON audit_anchor
   FOR EACH ROW EXECUTE FUNCTION audit_anchor_stands();
CREATE TRIGGER audit_anchor_stays BEFORE TRUNCATE ON audit_anchor
   FOR EACH STATEMENT EXECUTE FUNCTION audit_anchor_stands();

ALTER TABLE api_key ADD COLUMN last_used_on date;
COMMENT ON COLUMN api_key.last_used_on IS 'The day, no closer: whoever reads this learns nothing of when people ask.';
"""


def upgrade() -> None:
    op.execute(TRAIL)


def downgrade() -> None:
    op.execute("""
        ALTER TABLE api_key DROP COLUMN last_used_on;
        DROP TRIGGER audit_event_stands ON audit_event;
        DROP TRIGGER audit_event_stays ON audit_event;
        DROP TABLE audit_anchor, audit_head;
        DROP FUNCTION audit_event_stands, audit_anchor_stands;
        ALTER TABLE audit_event DROP COLUMN counts, DROP COLUMN position, DROP COLUMN hash""")
