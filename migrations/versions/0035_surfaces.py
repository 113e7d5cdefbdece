"""Who may what: a role for each surface with least grants, and rows of people that open to whoever knows their secret.

Roles belong to a whole server. They are made here once, cannot log in, and stay when this is taken back, since other
databases of the server may stand on them. `referral.foundation.logins` makes the logins that are members of them.
"""

from collections.abc import Iterable

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

PUBLIC, PARTNER, CONSOLE, WORKER = "referral_public", "referral_partner", "referral_console", "referral_worker"
OUTSIDE = f"{PUBLIC}, {PARTNER}"  # who serves people that have no account here
EVERYBODY = f"{OUTSIDE}, {CONSOLE}, {WORKER}"

ROLES = """
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['referral_public', 'referral_partner', 'referral_console', 'referral_worker'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = wanted);
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL;  -- another database of this server is migrated at the same moment
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'The role % is missing and cannot be made by %.', wanted, current_user
                    USING HINT = 'Let an administrator run: CREATE ROLE ' || wanted || ' NOLOGIN NOINHERIT;';
        END;
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
"""

# ---------------------------------------------------------------- what a transaction claims
# plpgsql keeps its plans for a session; a function in SQL would be planned anew for each statement.
HEAD = "LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp"

CLAIM = f"""
CREATE SCHEMA claim;
REVOKE ALL ON SCHEMA claim FROM PUBLIC;
COMMENT ON SCHEMA claim IS 'What the secrets that a transaction has set open. A secret is looked up, never believed.';

CREATE TABLE claim.link_key (
    is_one boolean DEFAULT true CONSTRAINT link_key_key PRIMARY KEY CONSTRAINT link_key_is_one CHECK (is_one),
    inner_block bytea NOT NULL,
    outer_block bytea NOT NULL
);
COMMENT ON TABLE claim.link_key IS 'How HMAC-SHA-256 begins under the key of our links. For claim.links alone.';

CREATE FUNCTION claim.shown(setting text) RETURNS text[]
{HEAD} AS $$
BEGIN
    RETURN string_to_array(nullif(current_setting(setting, true), ''), ',');
END $$;

CREATE FUNCTION claim.receipts() RETURNS bytea[]
{HEAD} AS $$
BEGIN
    RETURN ARRAY(SELECT decode(one, 'hex') FROM unnest(claim.shown('referral.receipts')) AS one);
END $$;

CREATE FUNCTION claim.submissions() RETURNS bytea[]
{HEAD} AS $$
BEGIN
    RETURN ARRAY(SELECT decode(one, 'hex') FROM unnest(claim.shown('referral.submissions')) AS one);
END $$;

CREATE FUNCTION claim.requests() RETURNS uuid[]
{HEAD} AS $$
DECLARE
    receipts bytea[] := claim.receipts();
    submissions bytea[] := claim.submissions();
BEGIN
    IF receipts = '{{}}' AND submissions = '{{}}' THEN
        RETURN '{{}}';
    END IF;
    RETURN ARRAY(SELECT id FROM public.help_request WHERE receipt_hash = ANY(receipts)
                 UNION SELECT id FROM public.help_request WHERE idempotency_hash = ANY(submissions));
END $$;
COMMENT ON FUNCTION claim.requests() IS 'Of whoever sent them, by receipt or by the key they were sent with.';

CREATE FUNCTION claim.links(purpose text) RETURNS uuid[]
{HEAD} AS $$
BEGIN
    IF claim.shown('referral.links') IS NULL THEN
        RETURN '{{}}';
    END IF;
    RETURN ARRAY(
        SELECT substr(one, 1, 32)::uuid
          FROM unnest(claim.shown('referral.links')) AS one, claim.link_key k
         WHERE decode(substr(one, 33), 'hex')
               = sha256(k.outer_block
                        || sha256(k.inner_block || convert_to(purpose || '/' || substr(one, 1, 32), 'UTF8')))
    );
END $$;

CREATE FUNCTION claim.offered() RETURNS uuid[]
{HEAD} AS $$
DECLARE
    referrals uuid[] := claim.links('answer-referral');
BEGIN
    IF referrals = '{{}}' THEN
        RETURN '{{}}';
    END IF;
    RETURN ARRAY(SELECT DISTINCT request_id FROM public.referral WHERE id = ANY(referrals));
END $$;
COMMENT ON FUNCTION claim.offered() IS 'The requests that were offered by the links shown.';

CREATE FUNCTION claim.referrals() RETURNS uuid[]
{HEAD} AS $$
DECLARE
    requests uuid[] := claim.requests() || claim.offered();
BEGIN
    IF requests = '{{}}' THEN
        RETURN '{{}}';
    END IF;
    RETURN ARRAY(SELECT id FROM public.referral WHERE request_id = ANY(requests));
END $$;

CREATE FUNCTION claim.listings() RETURNS uuid[]
{HEAD} AS $$
DECLARE
    linked uuid[] := claim.links('state-capacity');
BEGIN
    IF linked = '{{}}' THEN
        RETURN '{{}}';
    END IF;
    RETURN ARRAY(
        WITH RECURSIVE kept AS (
             SELECT id, merged_into FROM public.provider WHERE id = ANY(linked)
             UNION SELECT p.id, p.merged_into FROM public.provider p JOIN kept k ON p.id = k.merged_into
        )
        SELECT id FROM kept
    );
END $$;
COMMENT ON FUNCTION claim.listings() IS 'The listings of the links shown, and those that they were merged into.';

CREATE FUNCTION claim.is_new(request uuid) RETURNS boolean
{HEAD} AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM public.help_request WHERE id = request);
END $$;
COMMENT ON FUNCTION claim.is_new(uuid) IS 'Made by this very statement: a key to it holds the statement to that.';

CREATE FUNCTION claim.partner() RETURNS uuid
{HEAD} AS $$
DECLARE
    secret text := nullif(current_setting('referral.key', true), '');
BEGIN
    IF secret IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT partner_id FROM public.api_key
             WHERE secret_hash = sha256(convert_to(secret, 'UTF8')) AND expires_at > now());
END $$;

CREATE FUNCTION claim.organization() RETURNS uuid
{HEAD} AS $$
DECLARE
    secret text := nullif(current_setting('referral.key', true), '');
BEGIN
    IF secret IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT p.organization_id FROM public.api_key k JOIN public.partner p ON p.id = k.partner_id
             WHERE k.secret_hash = sha256(convert_to(secret, 'UTF8')) AND k.expires_at > now()
               AND 'referral:respond' = ANY(k.scopes));
END $$;
COMMENT ON FUNCTION claim.organization() IS 'For whom the API key answers offers.';

CREATE FUNCTION claim.reaches(request uuid) RETURNS boolean
{HEAD} AS $$
DECLARE
    mine uuid := claim.organization();
BEGIN
    RETURN mine IS NOT NULL
       AND EXISTS (SELECT FROM public.referral r WHERE r.request_id = request AND r.organization_id = mine);
END $$;
COMMENT ON FUNCTION claim.reaches(uuid) IS 'Whether a request was offered to the organization of the API key.';

CREATE FUNCTION claim.reaches_by(referral uuid) RETURNS boolean
{HEAD} AS $$
BEGIN
    RETURN claim.organization() IS NOT NULL
       AND claim.reaches((SELECT r.request_id FROM public.referral r WHERE r.id = referral));
END $$;

CREATE FUNCTION claim.may_order(kind text, subject uuid) RETURNS boolean
{HEAD} AS $$
BEGIN
    IF kind IN ('match', 're_evaluate', 'tell_requester') THEN
        RETURN claim.is_new(subject) OR subject = ANY(claim.requests()) OR subject = ANY(claim.offered())
            OR claim.reaches(subject);
    ELSIF kind IN ('tell_withdrawn', 'follow_up') THEN
        RETURN subject = ANY(claim.referrals()) OR claim.reaches_by(subject);
    END IF;
    RETURN false;
END $$;
COMMENT ON FUNCTION claim.may_order(text, uuid) IS 'What may be ordered from outside, and for whom.';

CREATE FUNCTION claim.is_staff() RETURNS boolean
{HEAD} AS $$
DECLARE
    token text := nullif(current_setting('referral.session', true), '');
BEGIN
    IF token IS NULL THEN
        RETURN false;
    END IF;
    RETURN EXISTS (SELECT FROM public.staff_session t JOIN public.staff s ON s.id = t.staff_id
                    WHERE t.token_hash = sha256(convert_to(token, 'UTF8')) AND s.disabled_at IS NULL);
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA claim FROM PUBLIC;
GRANT USAGE ON SCHEMA claim TO {OUTSIDE}, {CONSOLE};
GRANT EXECUTE ON FUNCTION claim.receipts, claim.submissions, claim.requests, claim.offered, claim.referrals,
    claim.listings, claim.is_new, claim.may_order TO {OUTSIDE};
GRANT EXECUTE ON FUNCTION claim.partner, claim.organization, claim.reaches, claim.reaches_by TO {PARTNER};
GRANT EXECUTE ON FUNCTION claim.is_staff TO {CONSOLE};
"""

# The search rows are the database's own: whoever changes a listing has them made, and touches them no other way.
KEEPERS = (
    "assess_offers", "draw_area", "know_offers", "learn_hours", "learn_words", "mark_listings_with_help",
    "mark_stale_listings", "note_counted_listings", "note_deleted_listings", "note_pace", "note_stated_listing",
    "open_listing_offers", "refresh_stale_listings", "remember_changes", "remember_rows",
)  # fmt: skip

# ---------------------------------------------------------------- grants
DIRECTORY = (
    "alembic_version, area_ring, capacity, help_type, known_provider, language, language_name, language_offered, "
    "language_pair, language_tag, listing, listing_card, listing_change, listing_offer, listing_override, "
    "listing_word, location, opening_hours, opening_hours_now, organization, phone, place, place_name, provider, "
    "provider_pace, schedule, service, service_area"
)
REQUEST_CHANGES = (
    "status, close_reason, updated_at, help_types, languages, country, state, urgency, respond_by, partner_id, "
    "data_key, requester_key, facts, person, receipt_hash, body_hash, raised_to"
)

GRANTS = f"""
GRANT SELECT ON {DIRECTORY} TO {EVERYBODY};

-- From outside: ask, see and take back what is one's own; answer an offer; state; report; propose.
GRANT SELECT, INSERT ON help_request, consent, request_event, referral_event, referral_note, message TO {OUTSIDE};
GRANT UPDATE ({REQUEST_CHANGES}) ON help_request TO {OUTSIDE};
GRANT UPDATE (withdrawn_at, language, recorded_by, heard_by, withdrawal_recorded_by, withdrawal_heard_by)
    ON consent TO {OUTSIDE};
GRANT UPDATE (read_at), DELETE ON message TO {OUTSIDE};
GRANT SELECT, UPDATE (status, responded_at, decline_reason, outcome, needs, score, expires_at, excluded_until)
    ON referral TO {OUTSIDE};
GRANT DELETE ON referral_note, request_note, request_claim, triage_act, contact_index, case_access, case_opening
    TO {OUTSIDE}, {WORKER};
GRANT SELECT (request_id)
    ON request_note, request_claim, triage_act, contact_index, case_access, case_opening TO {OUTSIDE}, {WORKER};
GRANT SELECT (kind, subject_id, run_at, lease, parked_at), INSERT (kind, subject_id, run_at), UPDATE (run_at)
    ON outbox TO {OUTSIDE};
GRANT SELECT (at, actor, act, subject_id), INSERT (actor, actor_id, act, subject_id, counts)
    ON audit_event TO {OUTSIDE};
GRANT INSERT, UPDATE ON capacity TO {OUTSIDE};
GRANT UPDATE (openness, openness_stated_at, openness_expires_at, openness_stated_by, waitlist_estimate_days,
              offers_accepted)
    ON provider TO {OUTSIDE};
GRANT SELECT (id, provider_id, reason, sent_at, closed_at), INSERT ON listing_report TO {OUTSIDE};
GRANT SELECT, INSERT, UPDATE ON listing_proposal, proposed_fact TO {OUTSIDE};
GRANT SELECT, INSERT (address, opted_out_at), UPDATE (opted_out_at) ON confirmation TO {OUTSIDE};
GRANT SELECT (partner_id, scopes, expires_at) ON api_key TO {EVERYBODY};
GRANT SELECT (id, organization_id, name) ON partner TO {EVERYBODY};
GRANT SELECT ON api_key, partner TO {PARTNER};
GRANT UPDATE (last_used_on) ON api_key TO {PARTNER};

-- The desk.
GRANT SELECT, INSERT ON help_request, consent, request_event, referral_event, referral_note, message, request_note,
    request_claim, triage_act, referral, assignment_plan, plan_left_over, plan_proposal TO {CONSOLE};
GRANT UPDATE ({REQUEST_CHANGES}) ON help_request TO {CONSOLE};
GRANT UPDATE ON consent, message, referral, request_claim, plan_proposal TO {CONSOLE};
GRANT DELETE ON referral_note, message, request_note, request_claim, triage_act, assignment_plan TO {CONSOLE};
GRANT SELECT, DELETE ON contact_index TO {CONSOLE};
GRANT SELECT, INSERT ON contact_search TO {CONSOLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON case_access, case_opening TO {CONSOLE};
GRANT SELECT, INSERT, UPDATE ON people_export TO {CONSOLE};
GRANT SELECT, INSERT ON staff_alarm TO {CONSOLE};
GRANT SELECT, INSERT (kind, subject_id, run_at), UPDATE (run_at) ON outbox TO {CONSOLE};
GRANT SELECT, INSERT ON audit_event, verification_step, listing_history TO {CONSOLE};
GRANT SELECT, INSERT, UPDATE ON staff TO {CONSOLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_session, sign_in_attempt, staff_passkey, staff_enrolment,
    staff_identity, passkey_challenge, other_house_attempt TO {CONSOLE};
GRANT INSERT, UPDATE ON capacity TO {CONSOLE};
GRANT UPDATE ON provider, service, location, organization TO {CONSOLE};
GRANT INSERT, UPDATE, DELETE ON phone, schedule, service_area, language_offered, listing_override TO {CONSOLE};
GRANT SELECT, UPDATE ON listing_report TO {CONSOLE};
GRANT INSERT ON listing_report TO {CONSOLE};
GRANT SELECT, UPDATE ON listing_proposal, proposed_fact TO {CONSOLE};
GRANT SELECT ON confirmation TO {CONSOLE};

-- The worker.
GRANT SELECT, INSERT ON consent, request_event, referral_event, referral_note, message, request_note, referral,
    assignment_plan, plan_left_over, plan_proposal TO {WORKER};
GRANT SELECT, UPDATE ({REQUEST_CHANGES}) ON help_request TO {WORKER};
GRANT UPDATE ON consent, referral, plan_proposal TO {WORKER};
GRANT SELECT, DELETE ON referral_note, message, request_note, request_claim, triage_act, assignment_plan TO {WORKER};
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO {WORKER};
GRANT SELECT, INSERT (actor, actor_id, act, subject_id, counts), UPDATE (position, hash), DELETE
    ON audit_event TO {WORKER};
GRANT SELECT, UPDATE (position, hash, mailed_on) ON audit_head TO {WORKER};
GRANT SELECT, INSERT, DELETE ON audit_anchor TO {WORKER};
GRANT SELECT, INSERT ON contact_index TO {WORKER};
GRANT SELECT (id, email, name, role, disabled_at) ON staff TO {WORKER};
GRANT SELECT, UPDATE (told_at) ON staff_alarm TO {WORKER};
GRANT INSERT, UPDATE ON capacity TO {WORKER};
GRANT UPDATE (openness, openness_stated_at, openness_expires_at, openness_stated_by, waitlist_estimate_days,
              offers_made, offers_accepted, last_offered_at, verification, verified_at, verified_until)
    ON provider TO {WORKER};
GRANT SELECT, INSERT ON verification_step TO {WORKER};
GRANT SELECT (id, provider_id, reason, sent_at, closed_at, data_key), INSERT, UPDATE (data_key, words)
    ON listing_report TO {WORKER};
GRANT SELECT (id, proposed_at, data_key), UPDATE (data_key, words) ON listing_proposal TO {WORKER};
GRANT SELECT (proposal_id, data_key), UPDATE (data_key, words) ON proposed_fact TO {WORKER};
GRANT SELECT, INSERT, UPDATE ON confirmation TO {WORKER};
"""

# ---------------------------------------------------------------- rows
OWN = "(SELECT claim.requests())::uuid[]"
OFFERED = "(SELECT claim.offered())::uuid[]"
REFERRALS = "(SELECT claim.referrals())::uuid[]"
LISTINGS = "(SELECT claim.listings())::uuid[]"

PEOPLE = (
    "help_request", "consent", "request_event", "referral", "referral_event", "referral_note", "message",
    "request_note", "request_claim", "triage_act", "assignment_plan", "plan_left_over", "plan_proposal",
    "audit_event", "outbox", "staff", "staff_session", "sign_in_attempt", "partner", "api_key", "listing_report",
    "listing_proposal", "proposed_fact", "confirmation", "conf.place", "contact_index", "contact_search",
    "staff_passkey", "passkey_challenge", "staff_enrolment", "staff_identity", "other_house_attempt", "case_access",
    "case_opening", "staff_alarm", "people_export",
)  # fmt: skip


def policies() -> Iterable[str]:
    """For each table and role: which rows. Where a table has no policy for a role, the role sees none of it."""
    for table in PEOPLE:
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield f"CREATE POLICY owner_keeps ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)"
    yield from from_outside()
    yield from of_partners()
    yield from of_staff()
    yield from of_worker()


def from_outside() -> Iterable[str]:
    """By what one has shown: a receipt, the key of a submission, a signed link."""
    yield f"""
        CREATE POLICY own_or_offered ON help_request TO {OUTSIDE}
         USING (receipt_hash = ANY((SELECT claim.receipts())::bytea[])
                OR idempotency_hash = ANY((SELECT claim.submissions())::bytea[])
                OR id = ANY({OWN}) OR id = ANY({OFFERED}))"""
    for table in ("consent", "request_event"):
        yield f"""
            CREATE POLICY own_or_offered ON {table} TO {OUTSIDE}
             USING (request_id = ANY({OWN}) OR request_id = ANY({OFFERED}))
             WITH CHECK (request_id = ANY({OWN}) OR request_id = ANY({OFFERED}) OR claim.is_new(request_id))"""
    yield f"""
        CREATE POLICY own_or_offered ON referral TO {OUTSIDE}
         USING (request_id = ANY({OWN}) OR request_id = ANY({OFFERED}))"""
    for table in ("referral_event", "referral_note"):
        yield f"CREATE POLICY own_or_offered ON {table} TO {OUTSIDE} USING (referral_id = ANY({REFERRALS}))"
    for table in (
        "message",
        "request_note",
        "request_claim",
        "triage_act",
        "contact_index",
        "case_access",
        "case_opening",
    ):
        yield f"CREATE POLICY own ON {table} TO {OUTSIDE} USING (request_id = ANY({OWN}))"
    yield f"CREATE POLICY what_may_be_ordered ON outbox TO {OUTSIDE} USING (claim.may_order(kind, subject_id))"
    yield f"CREATE POLICY written ON audit_event FOR INSERT TO {OUTSIDE}, {CONSOLE} WITH CHECK (true)"
    # Who opened a request, for the person; not for whoever was offered it.
    yield f"CREATE POLICY who_opened_mine ON audit_event FOR SELECT TO {OUTSIDE} USING (subject_id = ANY({OWN}))"
    yield f"CREATE POLICY anybody_tells ON listing_report TO {OUTSIDE} USING (true)"
    yield f"""
        CREATE POLICY of_linked_listing ON listing_proposal TO {OUTSIDE}
         USING (partner_id IS NULL AND provider_id = ANY({LISTINGS}))"""
    yield f"CREATE POLICY of_linked_listing ON proposed_fact TO {OUTSIDE} USING (proposer = ANY({LISTINGS}))"
    yield f"CREATE POLICY by_a_link ON confirmation TO {OUTSIDE} USING ({LISTINGS} <> '{{}}')"


def of_partners() -> Iterable[str]:
    """By the API key of an organization."""
    yield f"CREATE POLICY of_partner ON help_request TO {PARTNER} USING (claim.reaches(id))"
    for table in ("consent", "request_event"):
        yield f"CREATE POLICY of_partner ON {table} TO {PARTNER} USING (claim.reaches(request_id))"
    yield f"""
        CREATE POLICY of_partner ON referral TO {PARTNER}
         USING (organization_id = (SELECT claim.organization()) OR claim.reaches(request_id))"""
    for table in ("referral_event", "referral_note"):
        yield f"CREATE POLICY of_partner ON {table} TO {PARTNER} USING (claim.reaches_by(referral_id))"
    yield f"CREATE POLICY of_partner ON listing_proposal TO {PARTNER} USING (partner_id = (SELECT claim.partner()))"
    yield f"CREATE POLICY of_partner ON proposed_fact TO {PARTNER} USING (proposer = (SELECT claim.partner()))"
    yield f"CREATE POLICY own_key ON api_key FOR UPDATE TO {PARTNER} USING (partner_id = (SELECT claim.partner()))"
    # Who can be told of an offer is found by these; the columns that are granted to others are no secrets.
    for table in ("partner", "api_key"):
        yield f"CREATE POLICY who_can_be_told ON {table} FOR SELECT TO {EVERYBODY} USING (true)"


def of_staff() -> Iterable[str]:
    """By their session."""
    for table in (
        "help_request", "consent", "request_event", "referral", "referral_event", "referral_note", "message",
        "request_note", "request_claim", "triage_act", "assignment_plan", "plan_left_over", "plan_proposal",
        "audit_event", "outbox", "listing_report", "listing_proposal", "proposed_fact", "confirmation", "contact_index",
        "contact_search", "case_access", "case_opening", "staff_alarm", "people_export",
    ):  # fmt: skip
        yield f"CREATE POLICY of_staff ON {table} TO {CONSOLE} USING ((SELECT claim.is_staff()))"
    # Whoever signs in has no session yet: here the grants alone decide. Accounts are made by who is signed in.
    yield f"CREATE POLICY signing_in ON staff FOR SELECT TO {CONSOLE} USING (true)"
    yield f"CREATE POLICY changing ON staff FOR UPDATE TO {CONSOLE} USING (true)"
    yield f"CREATE POLICY of_staff ON staff FOR INSERT TO {CONSOLE} WITH CHECK ((SELECT claim.is_staff()))"
    for table in (
        "staff_session", "sign_in_attempt", "staff_passkey", "passkey_challenge", "staff_enrolment",
        "staff_identity", "other_house_attempt",
    ):  # fmt: skip
        yield f"CREATE POLICY signing_in ON {table} TO {CONSOLE} USING (true)"


def of_worker() -> Iterable[str]:
    """By being it: whatever is asked of the worker, it was ordered by somebody who could."""
    for table in (
        "help_request", "consent", "request_event", "referral", "referral_event", "referral_note", "message",
        "request_note", "request_claim", "triage_act", "assignment_plan", "plan_left_over", "plan_proposal", "outbox",
        "listing_report", "listing_proposal", "proposed_fact", "confirmation", "audit_event", "contact_index",
        "staff_alarm", "case_access", "case_opening",
    ):  # fmt: skip
        yield f"CREATE POLICY of_worker ON {table} TO {WORKER} USING (true)"
    yield f"CREATE POLICY of_worker ON staff FOR SELECT TO {WORKER} USING (true)"


def upgrade() -> None:
    op.execute(ROLES)
    op.execute(CLAIM)
    for name in KEEPERS:
        op.execute(f"ALTER FUNCTION {name}() SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp")
    op.execute(GRANTS)
    for policy in policies():
        op.execute(policy)


def downgrade() -> None:
    op.execute("""
        DO $$
        DECLARE
            one record;
        BEGIN
            FOR one IN SELECT polname, polrelid::regclass AS whose FROM pg_policy LOOP
                EXECUTE format('DROP POLICY %I ON %s', one.polname, one.whose);
            END LOOP;
        END $$;
    """)
    for table in PEOPLE:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {EVERYBODY}")
    for name in KEEPERS:
        op.execute(f"ALTER FUNCTION {name}() SECURITY INVOKER RESET search_path")
    op.execute("DROP SCHEMA claim CASCADE")
