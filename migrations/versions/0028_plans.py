"""Plans for many requests: who is proposed to whom, who is left and why. Ids and codes only, nothing of a person."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

PLANS = """
CREATE TABLE assignment_plan (
    id uuid CONSTRAINT assignment_plan_key PRIMARY KEY,
    made_at timestamptz NOT NULL,
    made_by uuid NOT NULL,
    key_hash bytea NOT NULL CONSTRAINT one_plan_of_a_key UNIQUE,
    body_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    salt bytea NOT NULL,
    rules_version text NOT NULL,
    allows_unknown boolean NOT NULL,
    one_more jsonb NOT NULL
);
COMMENT ON COLUMN assignment_plan.salt IS 'Equals were drawn with it; shown with the plan: anyone can draw anew.';
COMMENT ON COLUMN assignment_plan.one_more IS 'Where one more place would serve one more request: ids and a level.';
CREATE INDEX assignment_plan_by_age ON assignment_plan (made_at);

CREATE TABLE plan_proposal (
    plan_id uuid NOT NULL,
    position integer NOT NULL,
    request_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    points integer NOT NULL,
    is_certain boolean NOT NULL,
    rivals jsonb NOT NULL,
    state text NOT NULL DEFAULT 'proposed' CONSTRAINT plan_proposal_state_known
        CHECK (state IN ('proposed', 'offered', 'changed')),
    changed text,
    referral_id uuid,
    CONSTRAINT plan_proposal_key PRIMARY KEY (plan_id, position),
    CONSTRAINT plan_proposal_once UNIQUE (plan_id, request_id),
    CONSTRAINT plan_proposal_of_plan FOREIGN KEY (plan_id) REFERENCES assignment_plan ON DELETE CASCADE,
    CONSTRAINT plan_proposal_of_request FOREIGN KEY (request_id) REFERENCES help_request ON DELETE CASCADE,
    CONSTRAINT plan_proposal_of_provider FOREIGN KEY (provider_id) REFERENCES provider ON DELETE CASCADE,
    CONSTRAINT plan_proposal_referral FOREIGN KEY (referral_id) REFERENCES referral ON DELETE SET NULL (referral_id),
    CONSTRAINT plan_proposal_changed_says_why CHECK ((state = 'changed') = (changed IS NOT NULL))
);
COMMENT ON COLUMN plan_proposal.rivals IS 'Requests that also wanted the place, and why their claim was weaker.';
CREATE INDEX plan_proposal_of_request ON plan_proposal (request_id);
CREATE INDEX plan_proposal_of_provider ON plan_proposal (provider_id);
CREATE INDEX plan_proposal_of_referral ON plan_proposal (referral_id) WHERE referral_id IS NOT NULL;

CREATE TABLE plan_left_over (
    plan_id uuid NOT NULL,
    position integer NOT NULL,
    request_id uuid NOT NULL,
    reason text NOT NULL,
    waits_for text[] NOT NULL,
    CONSTRAINT plan_left_over_key PRIMARY KEY (plan_id, position),
    CONSTRAINT plan_left_over_of_plan FOREIGN KEY (plan_id) REFERENCES assignment_plan ON DELETE CASCADE,
    CONSTRAINT plan_left_over_of_request FOREIGN KEY (request_id) REFERENCES help_request ON DELETE CASCADE
);
CREATE INDEX plan_left_over_of_request ON plan_left_over (request_id);
"""


def upgrade() -> None:
    op.execute(PLANS)


def downgrade() -> None:
    op.execute("DROP TABLE plan_left_over, plan_proposal, assignment_plan")
