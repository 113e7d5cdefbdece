-- All migrations together, as Postgres tells them. `make contract` writes this file; a test compares it.

CREATE SCHEMA claim;

COMMENT ON SCHEMA claim IS 'What the secrets that a transaction has set open. A secret is looked up, never believed.';

CREATE SCHEMA conf;

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

CREATE EXTENSION IF NOT EXISTS cube WITH SCHEMA public;

CREATE EXTENSION IF NOT EXISTS fuzzystrmatch WITH SCHEMA public;

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;

CREATE FUNCTION claim.count_ease(spoken text, asked text, said text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    INSERT INTO public.form_ease (week, language, question_set, answer, count)
    VALUES (date_trunc('week', now() AT TIME ZONE 'UTC')::date, spoken, asked, said, 1)
        ON CONFLICT ON CONSTRAINT form_ease_key DO UPDATE SET count = form_ease.count + 1
$$;

COMMENT ON FUNCTION claim.count_ease(spoken text, asked text, said text) IS 'One more who said so, this week. Nothing is read by it.';

CREATE FUNCTION claim.drafts() RETURNS bytea[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
        BEGIN
            RETURN ARRAY(SELECT decode(one, 'hex') FROM unnest(claim.shown('referral.drafts')) AS one);
        END $$;

CREATE FUNCTION claim.in_quarantine(at_most integer) RETURNS integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RETURN (SELECT count(*) FROM (SELECT FROM public.help_request
                                   WHERE quarantined IS NOT NULL AND status <> 'closed' AND data_key IS NOT NULL
                                   LIMIT at_most) AS waiting);
END $$;

COMMENT ON FUNCTION claim.in_quarantine(at_most integer) IS 'How many requests wait for that, and no more than is asked.';

CREATE FUNCTION claim.is_new(request uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RETURN NOT EXISTS (SELECT FROM public.help_request WHERE id = request);
END $$;

COMMENT ON FUNCTION claim.is_new(request uuid) IS 'Made by this very statement: a key to it holds the statement to that.';

CREATE FUNCTION claim.is_staff() RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    token text := nullif(current_setting('referral.session', true), '');
BEGIN
    IF token IS NULL THEN
        RETURN false;
    END IF;
    RETURN EXISTS (SELECT FROM public.staff_session t JOIN public.staff s ON s.id = t.staff_id
                    WHERE t.token_hash = sha256(convert_to(token, 'UTF8')) AND s.disabled_at IS NULL);
END $$;

CREATE FUNCTION claim.links(purpose text) RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF claim.shown('referral.links') IS NULL THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT substr(one, 1, 32)::uuid
          FROM unnest(claim.shown('referral.links')) AS one, claim.link_key k
         WHERE decode(substr(one, 33), 'hex')
               = sha256(k.outer_block
                        || sha256(k.inner_block || convert_to(purpose || '/' || substr(one, 1, 32), 'UTF8')))
    );
END $$;

CREATE FUNCTION claim.listings() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    linked uuid[] := claim.links('state-capacity');
BEGIN
    IF linked = '{}' THEN
        RETURN '{}';
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

CREATE FUNCTION claim.may_order(kind text, subject uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF kind IN ('match', 're_evaluate', 'tell_requester') THEN
        RETURN claim.is_new(subject) OR subject = ANY(claim.requests()) OR subject = ANY(claim.offered())
            OR claim.reaches(subject);
    ELSIF kind IN ('tell_withdrawn', 'follow_up') THEN
        RETURN subject = ANY(claim.referrals()) OR claim.reaches_by(subject);
    END IF;
    RETURN false;
END $$;

COMMENT ON FUNCTION claim.may_order(kind text, subject uuid) IS 'What may be ordered from outside, and for whom.';

CREATE FUNCTION claim.offered() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    referrals uuid[] := claim.links('answer-referral');
BEGIN
    IF referrals = '{}' THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(SELECT DISTINCT request_id FROM public.referral WHERE id = ANY(referrals));
END $$;

COMMENT ON FUNCTION claim.offered() IS 'The requests that were offered by the links shown.';

CREATE FUNCTION claim.organization() RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION claim.partner() RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    secret text := nullif(current_setting('referral.key', true), '');
BEGIN
    IF secret IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT partner_id FROM public.api_key
             WHERE secret_hash = sha256(convert_to(secret, 'UTF8')) AND expires_at > now());
END $$;

CREATE FUNCTION claim.reaches(request uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    mine uuid := claim.organization();
BEGIN
    RETURN mine IS NOT NULL
       AND EXISTS (SELECT FROM public.referral r WHERE r.request_id = request AND r.organization_id = mine);
END $$;

COMMENT ON FUNCTION claim.reaches(request uuid) IS 'Whether a request was offered to the organization of the API key.';

CREATE FUNCTION claim.reaches_by(referral uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RETURN claim.organization() IS NOT NULL
       AND claim.reaches((SELECT r.request_id FROM public.referral r WHERE r.id = referral));
END $$;

CREATE FUNCTION claim.receipts() RETURNS bytea[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RETURN ARRAY(SELECT decode(one, 'hex') FROM unnest(claim.shown('referral.receipts')) AS one);
END $$;

CREATE FUNCTION claim.referrals() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    requests uuid[] := claim.requests() || claim.offered();
BEGIN
    IF requests = '{}' THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(SELECT id FROM public.referral WHERE request_id = ANY(requests));
END $$;

CREATE FUNCTION claim.requests() RETURNS uuid[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    receipts bytea[] := claim.receipts();
    submissions bytea[] := claim.submissions();
BEGIN
    IF receipts = '{}' AND submissions = '{}' THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(SELECT id FROM public.help_request WHERE receipt_hash = ANY(receipts)
                 UNION SELECT id FROM public.help_request WHERE idempotency_hash = ANY(submissions));
END $$;

COMMENT ON FUNCTION claim.requests() IS 'Of whoever sent them, by receipt or by the key they were sent with.';

CREATE FUNCTION claim.shown(setting text) RETURNS text[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RETURN string_to_array(nullif(current_setting(setting, true), ''), ',');
END $$;

CREATE FUNCTION claim.spend_proof(proof bytea, by bytea, good_until timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF good_until <= now() OR good_until > now() + interval '1 hour' THEN
        RETURN false;
    END IF;
    INSERT INTO public.spent_proof (mark, spender, expires_at) VALUES (proof, by, good_until) ON CONFLICT DO NOTHING;
    RETURN FOUND OR EXISTS (SELECT FROM public.spent_proof WHERE mark = proof AND spender = by);
END $$;

COMMENT ON FUNCTION claim.spend_proof(proof bytea, by bytea, good_until timestamp with time zone) IS 'Whether it is good, by this clock, and was not spent on anything else. A retry spends it again.';

CREATE FUNCTION claim.submissions() RETURNS bytea[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RETURN ARRAY(SELECT decode(one, 'hex') FROM unnest(claim.shown('referral.submissions')) AS one);
END $$;

CREATE FUNCTION public.arc_km(chord double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ((((2)::numeric * 6371.0088))::double precision * asin(LEAST((1)::double precision, (chord / (2)::double precision))));

CREATE FUNCTION public.assess_offers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        UPDATE listing_offer
           SET stands_out = NEW.openness = 'assessment_needed'
                            OR EXISTS (SELECT FROM provider_pace k WHERE k.provider_id = NEW.id)
         WHERE listing_id = NEW.id;
        RETURN NULL;
    END $$;

CREATE FUNCTION public.audit_anchor_stands() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.audit_event_stands() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.draw_area() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        DELETE FROM area_ring WHERE area_id = NEW.id;
        INSERT INTO area_ring SELECT NEW.id, r.ring, r.is_hole FROM rings_of(NEW.border) AS r;
        RETURN NULL;
    END $$;

CREATE FUNCTION public.drawn_areas(here public.cube) RETURNS text[]
    LANGUAGE sql STABLE STRICT
    AS $$
        SELECT coalesce(array_agg(DISTINCT 'for:' || o.area_id), '{}')
          FROM (SELECT point(degrees(atan2(cube_ll_coord(here, 2), cube_ll_coord(here, 1))),
                             degrees(asin(greatest(-1, least(1, cube_ll_coord(here, 3)))))) AS spot) AS h
          JOIN area_ring o ON box(o.ring) @> box(h.spot, h.spot) AND o.ring @> h.spot AND NOT o.is_hole
         WHERE NOT EXISTS (SELECT FROM area_ring i WHERE i.area_id = o.area_id AND i.is_hole AND i.ring @> h.spot)
    $$;

CREATE FUNCTION public.forget_hours() RETURNS void
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
    DECLARE
        held bigint[];
    BEGIN
        SELECT array_agg(free.id) INTO held
          FROM (SELECT h.id FROM opening_hours h
                 WHERE NOT EXISTS (SELECT FROM listing_card c WHERE c.hours = h.id)
                   FOR UPDATE SKIP LOCKED) AS free;
        DELETE FROM opening_hours h  -- another statement: it sees who has come to keep them meanwhile
         WHERE h.id = ANY(held) AND NOT EXISTS (SELECT FROM listing_card c WHERE c.hours = h.id);
    END $$;

CREATE FUNCTION public.forget_words() RETURNS void
    LANGUAGE sql
    SET enable_seqscan TO 'off'
    AS $$
        DELETE FROM listing_word w
         WHERE NOT EXISTS (SELECT FROM listing_card c
                            WHERE c.lexemes @@ array_to_tsvector(ARRAY[w.word])::text::tsquery);
    $$;

CREATE FUNCTION public.guess_place_names(misspelled text) RETURNS TABLE(place_id uuid, folded text, sense text, likeness real)
    LANGUAGE sql STABLE ROWS 5 PARALLEL SAFE
    SET "pg_trgm.similarity_threshold" TO '0.4'
    AS $$
        SELECT n.place_id, n.folded, n.sense, similarity(n.folded, misspelled)
          FROM place_name n
         WHERE n.is_guessable AND n.folded % misspelled
         ORDER BY 4 DESC
         LIMIT 100
    $$;

CREATE FUNCTION public.has_word(words text, word text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ((strpos((' '::text || words), (' '::text || word)) > 0) OR ((length(word) >= 5) AND (EXISTS (SELECT FROM unnest(string_to_array(has_word.words, ' '::text)) one(one) WHERE (((length(one.one) >= (length(has_word.word) - 2)) AND (length(one.one) <= (length(has_word.word) + 2))) AND (public.levenshtein_less_equal(one.one, has_word.word, CASE WHEN (length(has_word.word) < 9) THEN 1 ELSE 2 END) <= CASE WHEN (length(has_word.word) < 9) THEN 1 ELSE 2 END))))));

CREATE FUNCTION public.week_of(schedules json) RETURNS int4multirange
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT CASE WHEN bool_or((h.is_closure OR (h.weeks_of_month <> '{}'::integer[]) OR (h.valid_from IS NOT NULL) OR (h.valid_to IS NOT NULL) OR (EXTRACT(second FROM h.opens_at) <> (0)::numeric) OR (EXTRACT(second FROM h.closes_at) <> (0)::numeric))) THEN NULL::int4multirange ELSE COALESCE((range_agg(int4range(t.start, t.stop)) * '{[0,10080)}'::int4multirange), '{}'::int4multirange) END AS "coalesce" FROM (json_to_recordset(week_of.schedules) h(weekdays text[], opens_at interval, closes_at interval, valid_from date, valid_to date, weeks_of_month integer[], is_closure boolean) LEFT JOIN LATERAL (SELECT ((d.day + w.week) + ((EXTRACT(epoch FROM h.opens_at) / (60)::numeric))::integer) AS start, (((d.day + w.week) + ((EXTRACT(epoch FROM h.closes_at) / (60)::numeric))::integer) + CASE WHEN (h.closes_at <= h.opens_at) THEN 1440 ELSE 0 END) AS stop FROM ((unnest(h.weekdays) named(weekday) CROSS JOIN LATERAL (SELECT ((array_position('{MO,TU,WE,TH,FR,SA,SU}'::text[], named.weekday) - 1) * 1440) AS "?column?") d(day)) CROSS JOIN (VALUES (0), ('-10080'::integer)) w(week))) t ON ((NOT h.is_closure))) WHERE (h.is_closure OR (h.weekdays <> '{}'::text[])));

CREATE FUNCTION public.hours_of(schedules json, zone text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT CASE WHEN ((hours_of.zone IS NULL) OR (kept.week = '{}'::int4multirange)) THEN NULL::bigint ELSE hashtextextended(((hours_of.zone || ' '::text) || COALESCE((kept.week)::text, (hours_of.schedules)::text)), (0)::bigint) END AS hashtextextended FROM (VALUES (public.week_of(hours_of.schedules))) kept(week));

CREATE FUNCTION public.is_open_at(schedules json, zone text, moment timestamp with time zone) RETURNS boolean
    LANGUAGE sql IMMUTABLE COST 2000 PARALLEL SAFE
    RETURN (WITH hours AS (SELECT h.is_closure, ((here.clock >= (d.day + (h.opens_at)::interval)) AND (here.clock < ((d.day + (h.closes_at)::interval) + CASE WHEN (h.closes_at <= h.opens_at) THEN '1 day'::interval ELSE '00:00:00'::interval END)) AND ((h.weekdays = '{}'::text[]) OR ((ARRAY['MO'::text, 'TU'::text, 'WE'::text, 'TH'::text, 'FR'::text, 'SA'::text, 'SU'::text])[(EXTRACT(isodow FROM d.day))::integer] = ANY (h.weekdays))) AND ((h.weeks_of_month = '{}'::integer[]) OR (h.weeks_of_month && ARRAY[d.week, d.week_from_end]))) AS is_now FROM (((SELECT (is_open_at.moment AT TIME ZONE is_open_at.zone) AS clock) here CROSS JOIN LATERAL (SELECT days.day, (((EXTRACT(day FROM days.day))::integer + 6) / 7) AS week, (- ((((EXTRACT(day FROM (date_trunc('month'::text, (days.day)::timestamp with time zone) + '1 mon -1 days'::interval)))::integer - (EXTRACT(day FROM days.day))::integer) / 7) + 1)) AS week_from_end FROM (VALUES ((here.clock)::date), (((here.clock)::date - 1))) days(day)) d) JOIN json_to_recordset(is_open_at.schedules) h(weekdays text[], opens_at text, closes_at text, valid_from date, valid_to date, weeks_of_month integer[], is_closure boolean) ON (((d.day >= COALESCE(h.valid_from, '-infinity'::date)) AND (d.day <= COALESCE(h.valid_to, 'infinity'::date))))) WHERE (h.is_closure OR (h.weekdays <> '{}'::text[]))) SELECT CASE WHEN bool_or((hours.is_closure AND hours.is_now)) THEN false WHEN bool_or((NOT hours.is_closure)) THEN bool_or(((NOT hours.is_closure) AND hours.is_now)) ELSE NULL::boolean END AS "case" FROM hours);

CREATE FUNCTION public.minute_of_week(clock timestamp without time zone) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ((((floor((date_part('epoch'::text, clock) / (60)::double precision)))::bigint + (3 * 1440)) % (10080)::bigint))::integer;

CREATE FUNCTION public.is_open_in(week int4multirange, schedules json, zone text, moment timestamp with time zone) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (week IS NULL) THEN public.is_open_at(schedules, zone, moment) ELSE (NULLIF(week, '{}'::int4multirange) @> public.minute_of_week((moment AT TIME ZONE zone))) END;

CREATE FUNCTION public.lexemes_of(words text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN array_to_tsvector(ARRAY(SELECT DISTINCT "left"(word.word, 100) AS "left" FROM unnest(string_to_array(lexemes_of.words, ' '::text)) word(word) WHERE (word.word <> ''::text)));

CREATE FUNCTION public.unit_point(latitude double precision, longitude double precision) RETURNS public.cube
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN public.cube(ARRAY[(cos(radians(latitude)) * cos(radians(longitude))), (cos(radians(latitude)) * sin(radians(longitude))), sin(radians(latitude))]);

CREATE TABLE public.listing_card (
    id uuid NOT NULL,
    name text NOT NULL,
    organization_id uuid NOT NULL,
    service_id uuid NOT NULL,
    location_id uuid,
    description text,
    source text NOT NULL,
    point public.cube,
    latitude double precision,
    longitude double precision,
    country character(2),
    state text,
    time_zone text,
    is_paused boolean NOT NULL,
    help_types text[] NOT NULL,
    claims text[] NOT NULL,
    postures text[] NOT NULL,
    tags text[] NOT NULL,
    areas text[] NOT NULL,
    accepts_detained text NOT NULL,
    accepts_minors text NOT NULL,
    interpreter_for_other text NOT NULL,
    free text NOT NULL,
    remote text NOT NULL,
    restrictions text[] NOT NULL,
    verified_at timestamp with time zone,
    words text NOT NULL,
    organization json NOT NULL,
    service json NOT NULL,
    location json,
    verification json NOT NULL,
    languages json NOT NULL,
    service_areas json NOT NULL,
    phones json NOT NULL,
    schedules json NOT NULL,
    lexemes tsvector GENERATED ALWAYS AS (public.lexemes_of(words)) STORED NOT NULL,
    week int4multirange GENERATED ALWAYS AS (public.week_of(schedules)) STORED,
    hours bigint GENERATED ALWAYS AS (public.hours_of(schedules, time_zone)) STORED
);

COMMENT ON COLUMN public.listing_card.areas IS 'in:US-TX stands there; for:US-TX, for:US-TX/Cameron, for:<place> cover it.';

COMMENT ON COLUMN public.listing_card.words IS 'All that text search reads, folded.';

COMMENT ON COLUMN public.listing_card.hours IS 'Which of opening_hours it keeps.';

CREATE TABLE public.location (
    id uuid NOT NULL,
    organization_id uuid,
    name text,
    description text,
    transportation text,
    accessibility text[] DEFAULT '{}'::text[] NOT NULL,
    visibility text DEFAULT 'public'::text NOT NULL,
    latitude double precision,
    longitude double precision,
    point public.cube GENERATED ALWAYS AS (public.unit_point(latitude, longitude)) STORED,
    time_zone text NOT NULL,
    lines text[] DEFAULT '{}'::text[] NOT NULL,
    city text,
    state text,
    postal_code text,
    country character(2),
    source text NOT NULL,
    CONSTRAINT location_on_earth CHECK ((((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision)) AND ((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision)))),
    CONSTRAINT location_point_public CHECK (((visibility = 'public'::text) OR (latitude IS NULL))),
    CONSTRAINT location_point_whole CHECK (((latitude IS NULL) = (longitude IS NULL))),
    CONSTRAINT location_visibility_known CHECK ((visibility = ANY (ARRAY['public'::text, 'town'::text, 'confidential'::text])))
);

CREATE TABLE public.provider (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    service_id uuid NOT NULL,
    location_id uuid,
    name text NOT NULL,
    description text,
    openness text DEFAULT 'unknown'::text NOT NULL,
    openness_stated_at timestamp with time zone,
    openness_expires_at timestamp with time zone,
    openness_stated_by text,
    waitlist_estimate_days integer,
    referral_email text,
    offers_made integer DEFAULT 0 NOT NULL,
    offers_accepted integer DEFAULT 0 NOT NULL,
    last_offered_at timestamp with time zone,
    verification text DEFAULT 'unverified'::text NOT NULL,
    verified_at timestamp with time zone,
    source text NOT NULL,
    retired_at timestamp with time zone,
    verified_until timestamp with time zone,
    merged_into uuid,
    CONSTRAINT provider_name_given CHECK ((name <> ''::text)),
    CONSTRAINT provider_not_merged_into_itself CHECK ((merged_into <> id)),
    CONSTRAINT provider_openness_known CHECK ((openness = ANY (ARRAY['open'::text, 'limited'::text, 'waitlist'::text, 'assessment_needed'::text, 'paused'::text, 'closed'::text, 'unknown'::text]))),
    CONSTRAINT provider_verification_known CHECK ((verification = ANY (ARRAY['unverified'::text, 'applied'::text, 'checked'::text, 'verified'::text, 'expired'::text, 'suspended'::text]))),
    CONSTRAINT provider_waitlist_days CHECK (((waitlist_estimate_days >= 0) AND (waitlist_estimate_days <= 3650)))
);

COMMENT ON COLUMN public.provider.retired_at IS 'When the list it came from left it out. It is no longer published; it stays.';

COMMENT ON COLUMN public.provider.verified_until IS 'Until then two people''s check is believed.';

COMMENT ON COLUMN public.provider.merged_into IS 'The listing that is kept in its place. This one is published no more.';

CREATE FUNCTION public.is_remembered(owner uuid) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN ((EXISTS (SELECT FROM (public.provider p JOIN public.listing_card c ON ((c.id = p.id))) WHERE ((p.id = is_remembered.owner) OR (p.service_id = is_remembered.owner) OR (p.location_id = is_remembered.owner) OR (p.organization_id = is_remembered.owner)))) AND (NOT (EXISTS (SELECT FROM public.location l WHERE ((l.id = is_remembered.owner) AND (l.visibility = 'confidential'::text))))) AND (NOT (EXISTS (SELECT FROM (public.provider p JOIN public.location l ON ((l.id = p.location_id))) WHERE ((p.id = is_remembered.owner) AND (l.visibility = 'confidential'::text))))));

CREATE FUNCTION public.know_offers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        UPDATE listing_offer SET stands_out = true WHERE listing_id = NEW.provider_id;
        RETURN NULL;
    END $$;

CREATE FUNCTION public.learn_hours() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET enable_seqscan TO 'off'
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        INSERT INTO opening_hours (id, time_zone, week, schedules)
        SELECT DISTINCT ON (c.hours)
               c.hours, c.time_zone, c.week, CASE WHEN c.week IS NULL THEN c.schedules END
          FROM made c
         WHERE c.hours IS NOT NULL AND NOT EXISTS (SELECT FROM opening_hours k WHERE k.id = c.hours FOR KEY SHARE)
         ORDER BY c.hours;
        RETURN NULL;
    END $$;

CREATE FUNCTION public.learn_words() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET enable_seqscan TO 'off'
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        INSERT INTO listing_word
        SELECT said.word
          FROM (SELECT DISTINCT unnest(tsvector_to_array(lexemes)) AS word FROM made) AS said
         WHERE said.word ~ '[[:alpha:]]'
           AND NOT EXISTS (SELECT FROM listing_word k WHERE k.length = length(said.word) AND k.word = said.word);
        RETURN NULL;
    END $$;

CREATE FUNCTION public.listing_sources(listing uuid) RETURNS json
    LANGUAGE sql STABLE COST 2000
    AS $$
        SELECT coalesce(json_agg(json_build_object(
                            'group', g.name, 'source', coalesce(k.said_by, 'list'),
                            'list_name', CASE WHEN k.said_by IS NULL THEN g.list END,
                            'date', coalesce(k.approved_at::date, s.assured_on, CASE WHEN NOT EXISTS (
                                SELECT FROM listing_override a
                                 WHERE a.owner IN (p.id, p.service_id, p.location_id, p.organization_id)
                                   AND a.approved_at = s.last_modified) THEN s.last_modified::date END),
                            'confirmed_at', greatest(k.approved_at, g.confirmed_at)) ORDER BY g.place), '[]')
          FROM provider p
          JOIN listing_card c ON c.id = p.id
          JOIN service s ON s.id = p.service_id
          LEFT JOIN location l ON l.id = p.location_id
         CROSS JOIN LATERAL (VALUES
                   (1, 'contact', p.source, true, CASE WHEN p.verification = 'verified' THEN p.verified_at END),
                   (2, 'place', l.source, l.visibility = 'public', NULL),
                   (3, 'hours', p.source, c.schedules::text <> '[]', NULL),
                   (4, 'languages', s.source, c.languages::text <> '[]', NULL),
                   (5, 'services', s.source, true, NULL),
                   (6, 'capacity', NULL, p.openness_stated_at IS NOT NULL, NULL))
               AS g (place, name, list, is_said, confirmed_at)
          LEFT JOIN LATERAL (
                   SELECT o.said_by, o.approved_at
                     FROM listing_override o
                    WHERE o.owner IN (p.id, p.service_id, p.location_id, p.organization_id)
                      AND o.fact_group = g.name AND o.is_kept
                    UNION ALL
                   SELECT CASE p.openness_stated_by WHEN 'partner_app' THEN 'partner' ELSE 'provider' END,
                          p.openness_stated_at
                    WHERE g.name = 'capacity' AND p.openness_stated_at IS NOT NULL
                    ORDER BY approved_at DESC
                    LIMIT 1) AS k ON true
         WHERE p.id = listing AND (g.is_said OR k.said_by IS NOT NULL)
           AND (g.name <> 'place' OR l.visibility = 'public')
    $$;

CREATE FUNCTION public.listings_of(touched jsonb, touched_table text) RETURNS SETOF uuid
    LANGUAGE sql STABLE
    AS $$
        SELECT (touched ->> 'id')::uuid WHERE touched_table = 'provider'
        UNION
        SELECT (touched ->> 'provider_id')::uuid WHERE touched ->> 'provider_id' IS NOT NULL
        UNION
        SELECT p.id FROM provider p
         WHERE p.service_id = (touched ->> CASE touched_table WHEN 'service' THEN 'id' ELSE 'service_id' END)::uuid
           AND touched_table <> 'provider'
        UNION
        SELECT p.id FROM provider p
         WHERE p.location_id = (touched ->> CASE touched_table WHEN 'location' THEN 'id' ELSE 'location_id' END)::uuid
           AND touched_table <> 'provider'
        UNION
        SELECT p.id FROM provider p
         WHERE p.organization_id = (touched ->> CASE touched_table WHEN 'organization' THEN 'id'
                                                                   ELSE 'organization_id' END)::uuid
           AND touched_table IN ('organization', 'phone')
    $$;

CREATE FUNCTION public.make_cards(ids uuid[]) RETURNS void
    LANGUAGE sql
    AS $$
        DELETE FROM listing_card WHERE id = ANY(ids);

        INSERT INTO listing_card
               (id, name, organization_id, service_id, location_id, description, source, point, latitude, longitude,
                country, state, time_zone, is_paused, help_types, claims, postures, tags, areas, accepts_detained,
                accepts_minors, interpreter_for_other, free, remote, restrictions, verified_at, words, organization,
                service, location, verification, languages, service_areas, phones, schedules)
        SELECT k.id, k.name, k.organization_id, k.service_id, k.location_id, k.description, k.source, k.point,
               k.latitude, k.longitude, k.country, k.state, k.time_zone, k.is_paused, k.help_types, k.claims,
               k.postures,
               ARRAY(SELECT DISTINCT g.tag FROM language_offered g
                      WHERE g.service_id = k.service_id OR g.location_id = k.location_id ORDER BY g.tag),
               ARRAY(SELECT 'in:' || k.country WHERE k.country IS NOT NULL
                     UNION
                     SELECT 'in:' || k.country || '-' || k.state WHERE k.country IS NOT NULL AND k.state IS NOT NULL
                     UNION
                     SELECT 'for:' || CASE a.kind WHEN 'country' THEN a.country
                                                  WHEN 'state' THEN a.country || '-' || a.state
                                                  WHEN 'county' THEN a.country || '-' || a.state || '/' || a.name
                                                  ELSE coalesce(a.place_id, a.id)::text END
                       FROM service_area a
                      WHERE (a.service_id = k.service_id OR a.provider_id = k.id)
                        AND CASE a.kind WHEN 'country' THEN a.country IS NOT NULL
                                        WHEN 'state' THEN a.state IS NOT NULL
                                        WHEN 'county' THEN a.state IS NOT NULL
                                        ELSE a.place_id IS NOT NULL OR a.border IS NOT NULL END),
               k.accepts_detained, k.accepts_minors, k.interpreter_for_other, k.free, k.remote, k.restrictions,
               k.verified_at,
               searchable(concat_ws(' ', k.words,
                                    (SELECT string_agg(h.label_en || ' ' || h.label_es, ' ')
                                       FROM help_type h
                                      WHERE h.slug = ANY(k.help_types)))),
               k.organization, k.service, k.location, k.verification, k.languages, k.service_areas, k.phones,
               k.schedules
          FROM known_provider k
         WHERE k.id = ANY(ids) AND k.is_published;

        INSERT INTO listing_offer (listing_id, key, point, is_open, stands_out)
        SELECT c.id, o.key, c.point, p.openness IN ('open', 'limited'),
               p.openness = 'assessment_needed' OR EXISTS (SELECT FROM provider_pace k WHERE k.provider_id = c.id)
          FROM listing_card c
          JOIN provider p ON p.id = c.id
         CROSS JOIN LATERAL offers_of(c.help_types, c.tags, c.remote, c.interpreter_for_other) AS o(key)
         WHERE c.id = ANY(ids) AND c.point IS NOT NULL;
    $$;

CREATE FUNCTION public.mark_listings_with_help() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        INSERT INTO stale_listing
        SELECT id FROM listing_card WHERE help_types @> ARRAY[NEW.slug] ORDER BY id
        ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;

CREATE FUNCTION public.mark_stale_listings() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET enable_seqscan TO 'off'
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        INSERT INTO stale_listing
        SELECT id
          FROM (SELECT listings_of(to_jsonb(NEW), TG_TABLE_NAME::text) AS id WHERE TG_OP <> 'DELETE'
                UNION
                SELECT listings_of(to_jsonb(OLD), TG_TABLE_NAME::text) WHERE TG_OP <> 'INSERT') AS touched
         ORDER BY id
        ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;

CREATE FUNCTION public.median_of(hours real[]) RETURNS real
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (SELECT (percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY ((one.one)::double precision)))::real AS percentile_cont FROM unnest(median_of.hours) one(one));

CREATE FUNCTION public.note_changes(ids uuid[], what text) RETURNS void
    LANGUAGE sql
    AS $$
        DELETE FROM listing_change
         WHERE id IN (SELECT old.id FROM listing_change old WHERE old.listing_id = ANY(ids) FOR UPDATE SKIP LOCKED);

        INSERT INTO listing_change (listing_id, kind, changed_at, xact)
        SELECT id, what, now(), pg_current_xact_id() FROM unnest(ids) AS id;
    $$;

CREATE FUNCTION public.note_counted_listings() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        PERFORM note_changes(ARRAY(SELECT DISTINCT c.id
                                     FROM counted k
                                     JOIN listing_card c ON c.id = k.provider_id
                                     JOIN provider p ON p.id = c.id),
                             'changed');
        RETURN NULL;
    END $$;

CREATE FUNCTION public.note_deleted_listings() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        PERFORM note_changes(ARRAY(SELECT id FROM gone), 'deleted');
        RETURN NULL;
    END $$;

CREATE FUNCTION public.note_pace() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    DECLARE
        answered real[] := '{}';
        started real[] := '{}';
    BEGIN
        IF OLD.responded_at IS NULL AND NEW.responded_at IS NOT NULL THEN
            answered := ARRAY[extract(epoch FROM NEW.responded_at - NEW.offered_at) / 3600];
        ELSIF NEW.status = 'expired' AND OLD.status <> 'expired' AND NEW.responded_at IS NULL THEN
            answered := ARRAY[extract(epoch FROM NEW.expires_at - NEW.offered_at) / 3600];
        END IF;
        IF NEW.status = 'in_progress' AND OLD.status <> 'in_progress' AND NEW.responded_at IS NOT NULL THEN
            started := ARRAY[greatest(0, extract(epoch FROM now() - NEW.responded_at)) / 3600];
        END IF;
        INSERT INTO provider_pace AS p (provider_id, answered_in, started_in)
        SELECT id, answered, started FROM provider WHERE id = NEW.provider_id
        ON CONFLICT (provider_id) DO UPDATE
           SET answered_in = (answered || p.answered_in)[:9], started_in = (started || p.started_in)[:9];
        RETURN NULL;
    END $$;

CREATE FUNCTION public.note_redrawn_listings() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        PERFORM note_changes(ARRAY(SELECT c.id
                                     FROM listing_card c
                                     JOIN provider p ON p.id = c.id
                                    WHERE p.id = NEW.provider_id OR p.service_id = NEW.service_id),
                             'changed');
        RETURN NULL;
    END $$;

CREATE FUNCTION public.note_stated_listing() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        PERFORM note_changes(ARRAY(SELECT c.id FROM listing_card c WHERE c.id = NEW.id), 'changed');
        RETURN NULL;
    END $$;

CREATE FUNCTION public.offer_key(help_type text, tag text) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN hashtextextended(((help_type || ' '::text) || tag), (0)::bigint);

CREATE FUNCTION public.offer_keys(help_types text[], tags text[]) RETURNS SETOF bigint
    LANGUAGE sql IMMUTABLE ROWS 1 PARALLEL SAFE
    AS $$
        SELECT offer_key(help.type, spoken.tag)
          FROM unnest(coalesce(help_types, '{""}')) AS help(type)
         CROSS JOIN unnest(CASE WHEN tags IS NULL THEN '{""}' ELSE tags || 'und'::text END) AS spoken(tag)
    $$;

CREATE FUNCTION public.offers_of(help_types text[], tags text[], remote text, interpreters text) RETURNS SETOF bigint
    LANGUAGE sql IMMUTABLE ROWS 10 PARALLEL SAFE
    AS $$
        SELECT offer_key(help.type, spoken.tag)
          FROM unnest(help_types || ''::text
                      || CASE WHEN help_types = '{}' THEN '{und}'::text[] ELSE '{}' END
                      || CASE WHEN remote = 'yes' THEN ARRAY(SELECT 'afar ' || one FROM unnest(help_types) AS one)
                              ELSE '{}' END) AS help(type)
         CROSS JOIN unnest((CASE WHEN tags = '{}' THEN '{und}' ELSE tags END) || ''::text
                           || CASE WHEN interpreters = 'yes' THEN '{*}'::text[] ELSE '{}' END) AS spoken(tag)
         WHERE (help.type, spoken.tag) <> ('', '')
    $$;

CREATE FUNCTION public.open_listing_offers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        UPDATE listing_offer SET is_open = NEW.openness IN ('open', 'limited') WHERE listing_id = NEW.id;
        RETURN NULL;
    END $$;

CREATE FUNCTION public.owner_of(part text, told jsonb) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN (part = ANY (ARRAY['organization'::text, 'service'::text, 'location'::text, 'provider'::text])) THEN ((told ->> 'id'::text))::uuid ELSE (COALESCE((told ->> 'provider_id'::text), (told ->> 'location_id'::text), (told ->> 'service_id'::text), (told ->> 'organization_id'::text)))::uuid END;

CREATE FUNCTION public.phone_digits(number text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN "right"(regexp_replace(number, '[^0-9]'::text, ''::text, 'g'::text), 10);

COMMENT ON FUNCTION public.phone_digits(number text) IS 'What tells numbers apart however they are written: without the country, mostly.';

CREATE FUNCTION public.refresh_listings(ids uuid[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
    DECLARE
        before jsonb;
    BEGIN
        SELECT jsonb_object_agg(c.id, md5(c::text)) INTO before FROM listing_card c WHERE c.id = ANY(ids);
        PERFORM make_cards(ids);
        PERFORM note_changes(ARRAY(SELECT c.id FROM listing_card c
                                    WHERE c.id = ANY(ids) AND md5(c::text) IS DISTINCT FROM before ->> c.id::text),
                             'changed');
        PERFORM note_changes(ARRAY(SELECT gone.id::uuid FROM jsonb_object_keys(before) AS gone(id)
                                    WHERE NOT EXISTS (SELECT FROM listing_card c WHERE c.id = gone.id::uuid)),
                             'deleted');
    END $$;

CREATE FUNCTION public.refresh_stale_listings() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET enable_seqscan TO 'off'
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    DECLARE
        ids uuid[];
    BEGIN
        IF NOT EXISTS (SELECT FROM stale_listing WHERE id = NEW.id) THEN
            RETURN NULL;
        END IF;
        WITH taken AS (DELETE FROM stale_listing RETURNING id)
        SELECT array_agg(id) INTO ids FROM taken;
        PERFORM refresh_listings(ids);
        RETURN NULL;
    END $$;

CREATE FUNCTION public.remember_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET enable_seqscan TO 'off'
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        INSERT INTO listing_history (owner, part, row_id, field, before, after, by_whom)
        SELECT told.owner, TG_TABLE_NAME, (told.now ->> 'id')::uuid, f.field, told.was ->> f.field,
               told.now ->> f.field,
               coalesce(CASE WHEN f.field IN ('openness', 'waitlist_estimate_days')
                             THEN told.now ->> 'openness_stated_by' END,
                        nullif(current_setting('referral.by_whom', true), ''))
          FROM (SELECT owner_of(TG_TABLE_NAME, to_jsonb(n)) AS owner, to_jsonb(o) AS was, to_jsonb(n) AS now
                  FROM is_now n JOIN was o ON o.id = n.id
                 WHERE to_jsonb(o) - TG_ARGV[0]::text[] <> to_jsonb(n) - TG_ARGV[0]::text[]) AS told
         CROSS JOIN LATERAL jsonb_object_keys(told.now - TG_ARGV[0]::text[]) AS f(field)
         WHERE told.was -> f.field <> told.now -> f.field
           AND (TG_TABLE_NAME <> 'location' OR told.was ->> 'visibility' <> 'confidential')
           AND is_remembered(told.owner)
         ORDER BY told.owner, f.field;
        RETURN NULL;
    END $$;

CREATE FUNCTION public.remember_rows() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET enable_seqscan TO 'off'
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
    BEGIN
        INSERT INTO listing_history (owner, part, row_id, before, after, by_whom)
        SELECT owner_of(TG_TABLE_NAME, to_jsonb(t)), TG_TABLE_NAME, t.id,
               CASE WHEN TG_OP = 'DELETE' THEN jsonb_strip_nulls(to_jsonb(t))::text END,
               CASE WHEN TG_OP = 'INSERT' THEN jsonb_strip_nulls(to_jsonb(t))::text END,
               nullif(current_setting('referral.by_whom', true), '')
          FROM told t
         WHERE is_remembered(owner_of(TG_TABLE_NAME, to_jsonb(t)))
         ORDER BY t.id;
        RETURN NULL;
    END $$;

CREATE FUNCTION public.rings_of(border jsonb) RETURNS TABLE(ring polygon, is_hole boolean)
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

CREATE FUNCTION public.searchable(words text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, words)), '[^[:alnum:]]+'::text, ' '::text, 'g'::text);

CREATE FUNCTION public.urgency_rank(urgency text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE urgency WHEN 'critical'::text THEN 0 WHEN 'urgent'::text THEN 1 WHEN 'elevated'::text THEN 2 ELSE 3 END;

CREATE TABLE claim.link_key (
    is_one boolean DEFAULT true NOT NULL,
    inner_block bytea NOT NULL,
    outer_block bytea NOT NULL,
    CONSTRAINT link_key_is_one CHECK (is_one)
);

COMMENT ON TABLE claim.link_key IS 'How HMAC-SHA-256 begins under the key of our links. For claim.links alone.';

CREATE TABLE conf.place (
    location_id uuid NOT NULL,
    data_key bytea NOT NULL,
    details bytea NOT NULL,
    hidden_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY conf.place FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE conf.place IS 'Sealed: name, address, coordinates, phones and hours of a confidential place.';

CREATE TABLE public.api_key (
    id text NOT NULL,
    partner_id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_used_on date
);

ALTER TABLE ONLY public.api_key FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.api_key.last_used_on IS 'The day, no closer: whoever reads this learns nothing of when people ask.';

CREATE TABLE public.area_ring (
    area_id uuid NOT NULL,
    ring polygon NOT NULL,
    is_hole boolean NOT NULL
);

CREATE TABLE public.assignment_plan (
    id uuid NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by uuid,
    key_hash bytea NOT NULL,
    body_hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    salt bytea NOT NULL,
    rules_version text NOT NULL,
    allows_unknown boolean NOT NULL,
    one_more jsonb NOT NULL,
    kept jsonb DEFAULT '[]'::jsonb NOT NULL
);

ALTER TABLE ONLY public.assignment_plan FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.assignment_plan.made_by IS 'Who asked for it; null where the machine made it by itself.';

COMMENT ON COLUMN public.assignment_plan.salt IS 'Equals were drawn with it; shown with the plan: anyone can draw anew.';

COMMENT ON COLUMN public.assignment_plan.one_more IS 'Where one more place would serve one more request: ids and a level.';

COMMENT ON COLUMN public.assignment_plan.kept IS 'Places that wait for urgent people who are expected: ids and numbers.';

CREATE TABLE public.audit_anchor (
    number bigint NOT NULL,
    trail uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    "position" bigint NOT NULL,
    hash bytea NOT NULL,
    is_checkpoint boolean NOT NULL,
    previous bytea NOT NULL,
    public_key bytea NOT NULL,
    signature bytea NOT NULL
);

COMMENT ON TABLE public.audit_anchor IS 'Signed words of how far the chain had come; their copy outside the database counts.';

COMMENT ON COLUMN public.audit_anchor.is_checkpoint IS 'Acts up to here were deleted by age.';

CREATE TABLE public.audit_event (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    actor_id uuid,
    act text NOT NULL,
    subject_id uuid NOT NULL,
    counts jsonb,
    "position" bigint,
    hash bytea,
    CONSTRAINT audit_event_linked CHECK ((("position" IS NULL) = (hash IS NULL)))
);

ALTER TABLE ONLY public.audit_event FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.audit_event.counts IS 'Of an erasure: how many rows of which table went. Numbers only.';

COMMENT ON COLUMN public.audit_event."position" IS 'Where it stands in the chain, without gaps; null until it is linked.';

COMMENT ON COLUMN public.audit_event.hash IS 'sha256 of the hash before it and of this row as it is written out.';

ALTER TABLE public.audit_event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.audit_head (
    one boolean DEFAULT true NOT NULL,
    trail uuid DEFAULT gen_random_uuid() NOT NULL,
    "position" bigint DEFAULT 0 NOT NULL,
    hash bytea DEFAULT decode(repeat('00'::text, 32), 'hex'::text) NOT NULL,
    mailed_on date,
    CONSTRAINT audit_head_is_one CHECK (one)
);

COMMENT ON TABLE public.audit_head IS 'The end of the chain, held by whoever links: one at a time.';

COMMENT ON COLUMN public.audit_head.mailed_on IS 'The last day on which an anchor was sent by mail.';

CREATE TABLE public.capacity (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    provider_id uuid NOT NULL,
    help_type text,
    unit text NOT NULL,
    stated integer NOT NULL,
    maximum integer,
    taken integer DEFAULT 0 NOT NULL,
    held integer DEFAULT 0 NOT NULL,
    stated_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT capacity_held_counts CHECK ((held >= 0)),
    CONSTRAINT capacity_maximum_sane CHECK (((maximum >= 0) AND (maximum <= 100000))),
    CONSTRAINT capacity_never_oversubscribed CHECK ((taken <= stated)),
    CONSTRAINT capacity_stated_sane CHECK (((stated >= 0) AND (stated <= 100000))),
    CONSTRAINT capacity_taken_counts CHECK ((taken >= 0)),
    CONSTRAINT capacity_unit_known CHECK ((unit = ANY (ARRAY['intake_slots_week'::text, 'consultations_week'::text, 'full_cases'::text, 'hotline_calls_day'::text, 'beds_tonight'::text, 'beds_longer'::text, 'seats_transport_day'::text, 'evaluations_month'::text, 'interpreter_hours_week'::text])))
)
WITH (fillfactor='70');

CREATE TABLE public.case_access (
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    depth text NOT NULL,
    reason_sealed bytea NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    state text DEFAULT 'asked'::text NOT NULL,
    decided_by uuid,
    decided_at timestamp with time zone,
    until timestamp with time zone NOT NULL,
    CONSTRAINT case_access_by_two CHECK (((depth = 'contact'::text) OR (state = 'ended'::text) OR (decided_by <> staff_id))),
    CONSTRAINT case_access_decided CHECK (((state = 'asked'::text) OR (decided_by IS NOT NULL))),
    CONSTRAINT case_access_depth_known CHECK ((depth = ANY (ARRAY['contact'::text, 'whole'::text]))),
    CONSTRAINT case_access_state_known CHECK ((state = ANY (ARRAY['asked'::text, 'given'::text, 'refused'::text, 'ended'::text])))
);

ALTER TABLE ONLY public.case_access FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.case_access.until IS 'Asked for: until when it may be given. Given: until when it opens.';

CREATE TABLE public.case_opening (
    staff_id uuid NOT NULL,
    request_id uuid NOT NULL,
    opened_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.case_opening FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.case_opening IS 'When somebody last opened a case; who opens many in an hour is stopped.';

CREATE TABLE public.confirmation (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    address text NOT NULL,
    asked_at timestamp with time zone,
    opted_out_at timestamp with time zone,
    CONSTRAINT confirmation_address_lower CHECK ((address = lower(address)))
);

ALTER TABLE ONLY public.confirmation FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.confirmation.asked_at IS 'When the last letter was ordered, not when it arrived.';

CREATE TABLE public.consent (
    request_id uuid NOT NULL,
    scope text NOT NULL,
    given_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    text_version text NOT NULL,
    language text NOT NULL,
    recorded_by uuid,
    heard_by text,
    withdrawal_recorded_by uuid,
    withdrawal_heard_by text,
    CONSTRAINT consent_heard_by_somebody CHECK ((((recorded_by IS NULL) = (heard_by IS NULL)) AND ((withdrawal_recorded_by IS NULL) = (withdrawal_heard_by IS NULL)))),
    CONSTRAINT consent_scope_known CHECK ((scope = ANY (ARRAY['store_request'::text, 'match_automatically'::text, 'share_summary'::text, 'share_contact'::text, 'share_documents'::text, 'notify_me'::text, 'statistics_deidentified'::text])))
);

ALTER TABLE ONLY public.consent FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.consent.recorded_by IS 'The member of staff who wrote down what the person said; null: the person.';

CREATE TABLE public.contact_index (
    request_id uuid NOT NULL,
    digest bytea NOT NULL
);

ALTER TABLE ONLY public.contact_index FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.contact_index IS 'Keyed hashes of phones and addresses; only private keys can make one.';

CREATE TABLE public.contact_search (
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    found integer NOT NULL
);

ALTER TABLE ONLY public.contact_search FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.contact_search IS 'Who looked for a person by a phone or an address, and why; never which.';

CREATE TABLE public.form_ease (
    week date NOT NULL,
    language text NOT NULL,
    question_set text NOT NULL,
    answer text NOT NULL,
    count integer NOT NULL,
    CONSTRAINT form_ease_answer_known CHECK ((answer = ANY (ARRAY['yes'::text, 'so_so'::text, 'no'::text]))),
    CONSTRAINT form_ease_language_short CHECK (((length(language) >= 2) AND (length(language) <= 12))),
    CONSTRAINT form_ease_set_short CHECK (((length(question_set) >= 1) AND (length(question_set) <= 20))),
    CONSTRAINT form_ease_some CHECK ((count > 0)),
    CONSTRAINT form_ease_week_begins CHECK ((EXTRACT(isodow FROM week) = (1)::numeric))
);

ALTER TABLE ONLY public.form_ease FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.form_ease IS 'How many said after sending that the form was easy. Of no row can be told who is in it.';

CREATE TABLE public.help_draft (
    id uuid NOT NULL,
    look_up bytea NOT NULL,
    by_token bytea NOT NULL,
    answers bytea NOT NULL,
    touched_at timestamp with time zone DEFAULT now() NOT NULL,
    code_look_up bytea,
    by_code bytea,
    kept_until timestamp with time zone,
    CONSTRAINT help_draft_code_whole CHECK ((((code_look_up IS NULL) = (by_code IS NULL)) AND ((by_code IS NULL) = (kept_until IS NULL))))
);

ALTER TABLE ONLY public.help_draft FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.help_draft IS 'What somebody has answered and not sent. Nobody here can open it: the key is in their browser.';

CREATE TABLE public.help_request (
    id uuid NOT NULL,
    status text NOT NULL,
    close_reason text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    help_types text[] NOT NULL,
    languages text[] NOT NULL,
    country character(2),
    state text,
    urgency text NOT NULL,
    respond_by timestamp with time zone NOT NULL,
    question_set text NOT NULL,
    partner_id uuid,
    data_key bytea,
    facts bytea,
    person bytea,
    receipt_hash bytea,
    idempotency_hash bytea NOT NULL,
    body_hash bytea NOT NULL,
    raised_to text,
    requester_key bytea,
    quarantined text,
    CONSTRAINT help_request_closed_with_reason CHECK (((status = 'closed'::text) = (close_reason IS NOT NULL))),
    CONSTRAINT help_request_quarantined_known CHECK ((quarantined = ANY (ARRAY['over_limit'::text, 'no_proof'::text, 'trap_filled'::text, 'too_quick'::text]))),
    CONSTRAINT help_request_raised_to_known CHECK ((raised_to = ANY (ARRAY['critical'::text, 'urgent'::text, 'elevated'::text, 'normal'::text]))),
    CONSTRAINT help_request_sealed_or_erased CHECK (((data_key IS NULL) = (facts IS NULL))),
    CONSTRAINT help_request_status_known CHECK ((status = ANY (ARRAY['draft'::text, 'submitted'::text, 'needs_info'::text, 'in_triage'::text, 'matching'::text, 'offered'::text, 'referred'::text, 'in_service'::text, 'waitlisted'::text, 'closed'::text]))),
    CONSTRAINT help_request_urgency_known CHECK ((urgency = ANY (ARRAY['critical'::text, 'urgent'::text, 'elevated'::text, 'normal'::text])))
);

ALTER TABLE ONLY public.help_request FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.help_request.raised_to IS 'Not less urgent: a provider said the deadline is too close.';

COMMENT ON COLUMN public.help_request.quarantined IS 'Why nothing is done with it until staff say that it is a request.';

CREATE TABLE public.help_type (
    slug text NOT NULL,
    label_en text NOT NULL,
    label_es text NOT NULL
);

CREATE TABLE public.language_offered (
    id uuid NOT NULL,
    service_id uuid,
    location_id uuid,
    tag text NOT NULL,
    mode text DEFAULT 'staff_fluent'::text NOT NULL,
    note text,
    taken_from uuid,
    CONSTRAINT language_has_one_owner CHECK ((num_nonnulls(service_id, location_id) = 1)),
    CONSTRAINT language_mode_known CHECK ((mode = ANY (ARRAY['staff_fluent'::text, 'staff_basic'::text, 'interpreter_in_person'::text, 'interpreter_phone'::text, 'written_only'::text, 'relay'::text])))
);

CREATE TABLE public.organization (
    id uuid NOT NULL,
    name text NOT NULL,
    alternate_name text,
    description text,
    website text,
    email text,
    kind text DEFAULT 'unknown'::text NOT NULL,
    identifiers jsonb DEFAULT '[]'::jsonb NOT NULL,
    source text NOT NULL,
    CONSTRAINT organization_kind_known CHECK ((kind = ANY (ARRAY['legal'::text, 'humanitarian'::text, 'both'::text, 'unknown'::text]))),
    CONSTRAINT organization_name_given CHECK ((name <> ''::text))
);

CREATE TABLE public.phone (
    id uuid NOT NULL,
    organization_id uuid,
    service_id uuid,
    location_id uuid,
    provider_id uuid,
    number text NOT NULL,
    extension text,
    kind text,
    languages text[] DEFAULT '{}'::text[] NOT NULL,
    taken_from uuid,
    CONSTRAINT phone_has_one_owner CHECK ((num_nonnulls(organization_id, service_id, location_id, provider_id) = 1))
);

COMMENT ON COLUMN public.phone.taken_from IS 'The listing merged into this one that said so. No list takes it away.';

CREATE TABLE public.schedule (
    id uuid NOT NULL,
    service_id uuid,
    location_id uuid,
    provider_id uuid,
    weekdays text[] NOT NULL,
    opens_at text NOT NULL,
    closes_at text NOT NULL,
    valid_from date,
    valid_to date,
    note text,
    weeks_of_month smallint[] DEFAULT '{}'::smallint[] NOT NULL,
    is_closure boolean DEFAULT false NOT NULL,
    CONSTRAINT schedule_has_one_owner CHECK ((num_nonnulls(service_id, location_id, provider_id) = 1)),
    CONSTRAINT schedule_weeks_known CHECK ((weeks_of_month <@ '{1,2,3,4,5,-1,-2,-3,-4,-5}'::smallint[]))
);

COMMENT ON COLUMN public.schedule.weeks_of_month IS '1: the first such weekday of a month, -1: the last. Empty: every week.';

COMMENT ON COLUMN public.schedule.is_closure IS 'Closed in these hours; 00:00 to 00:00 is all day. No weekdays: daily.';

CREATE TABLE public.service (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    alternate_name text,
    description text,
    status text NOT NULL,
    url text,
    email text,
    fees text,
    application_process text,
    interpretation text,
    eligibility text,
    minimum_age smallint,
    maximum_age smallint,
    depth text DEFAULT 'unknown'::text NOT NULL,
    help_types text[] DEFAULT '{}'::text[] NOT NULL,
    claims text[] DEFAULT '{}'::text[] NOT NULL,
    delivery_modes text[] DEFAULT '{}'::text[] NOT NULL,
    credentials text[] DEFAULT '{}'::text[] NOT NULL,
    required_documents text[] DEFAULT '{}'::text[] NOT NULL,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL,
    accepts_detained text DEFAULT 'unknown'::text NOT NULL,
    accepts_minors text DEFAULT 'unknown'::text NOT NULL,
    interpreter_for_other text DEFAULT 'unknown'::text NOT NULL,
    restrictions text[] DEFAULT '{}'::text[] NOT NULL,
    assured_on date,
    last_modified timestamp with time zone NOT NULL,
    source text NOT NULL,
    postures text[] DEFAULT '{}'::text[] NOT NULL,
    free text DEFAULT 'unknown'::text NOT NULL,
    CONSTRAINT service_depth_known CHECK ((depth = ANY (ARRAY['full_representation'::text, 'limited_scope'::text, 'clinic'::text, 'advice'::text, 'information'::text, 'unknown'::text]))),
    CONSTRAINT service_detained_answer CHECK ((accepts_detained = ANY (ARRAY['yes'::text, 'no'::text, 'only'::text, 'unknown'::text]))),
    CONSTRAINT service_free_answer CHECK ((free = ANY (ARRAY['yes'::text, 'no'::text, 'unknown'::text]))),
    CONSTRAINT service_interpreter_answer CHECK ((interpreter_for_other = ANY (ARRAY['yes'::text, 'no'::text, 'unknown'::text]))),
    CONSTRAINT service_minors_answer CHECK ((accepts_minors = ANY (ARRAY['yes'::text, 'no'::text, 'only'::text, 'unknown'::text]))),
    CONSTRAINT service_name_given CHECK ((name <> ''::text)),
    CONSTRAINT service_status_known CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text, 'defunct'::text, 'temporarily closed'::text])))
);

COMMENT ON COLUMN public.service.postures IS 'Where a case may stand. Empty: nothing is stated, so anywhere.';

CREATE TABLE public.service_area (
    id uuid NOT NULL,
    service_id uuid,
    provider_id uuid,
    name text NOT NULL,
    kind text NOT NULL,
    country character(2),
    state text,
    place_id uuid,
    border jsonb,
    taken_from uuid,
    CONSTRAINT area_has_one_owner CHECK ((num_nonnulls(service_id, provider_id) = 1)),
    CONSTRAINT service_area_kind_known CHECK ((kind = ANY (ARRAY['country'::text, 'state'::text, 'county'::text, 'court'::text, 'facility'::text, 'port_of_entry'::text, 'custom'::text])))
);

COMMENT ON COLUMN public.service_area.border IS 'GeoJSON: a Polygon or MultiPolygon, or a Point with a radius in metres.';

CREATE VIEW public.known_provider WITH (security_invoker='true') AS
 SELECT ((s.status = ANY (ARRAY['active'::text, 'temporarily closed'::text])) AND (p.retired_at IS NULL) AND (p.verification <> 'suspended'::text) AND (p.merged_into IS NULL)) AS is_published,
    p.id,
    p.name,
    p.organization_id,
    p.service_id,
    p.location_id,
    p.description,
    p.source,
    l.point,
    l.latitude,
    l.longitude,
    l.country,
    l.state,
    l.time_zone,
    (s.status = 'temporarily closed'::text) AS is_paused,
        CASE
            WHEN (s.status = 'temporarily closed'::text) THEN 'paused'::text
            WHEN (p.openness_expires_at > now()) THEN p.openness
            ELSE 'unknown'::text
        END AS openness,
    p.openness_stated_at,
        CASE
            WHEN (p.openness_expires_at > now()) THEN p.waitlist_estimate_days
            ELSE NULL::integer
        END AS waitlist_estimate_days,
    s.help_types,
    s.claims,
    s.postures,
    s.accepts_detained,
    s.accepts_minors,
    s.interpreter_for_other,
    s.free,
        CASE
            WHEN (s.delivery_modes = '{}'::text[]) THEN 'unknown'::text
            WHEN (s.delivery_modes && '{phone,video,messaging}'::text[]) THEN 'yes'::text
            ELSE 'no'::text
        END AS remote,
    s.restrictions,
    p.verified_at,
    concat_ws(' '::text, p.name, o.name, o.alternate_name, s.name, s.alternate_name, p.description, s.description) AS words,
    json_build_object('id', o.id, 'name', o.name, 'description', o.description, 'website', o.website, 'email', o.email, 'kind', o.kind, 'identifiers', o.identifiers) AS organization,
    json_build_object('id', s.id, 'name', s.name, 'description', s.description, 'status', s.status, 'url', s.url, 'fees', s.fees, 'application_process', s.application_process, 'eligibility', s.eligibility, 'minimum_age', s.minimum_age, 'maximum_age', s.maximum_age, 'depth', s.depth, 'delivery_modes', s.delivery_modes, 'credentials', s.credentials, 'required_documents', s.required_documents, 'facts', s.facts, 'last_modified', s.last_modified) AS service,
        CASE
            WHEN (l.id IS NOT NULL) THEN json_build_object('id', l.id, 'visibility', l.visibility, 'time_zone', l.time_zone, 'latitude', l.latitude, 'longitude', l.longitude, 'name',
            CASE
                WHEN (l.visibility = 'public'::text) THEN l.name
                ELSE NULL::text
            END, 'accessibility',
            CASE
                WHEN (l.visibility = 'public'::text) THEN l.accessibility
                ELSE '{}'::text[]
            END, 'transportation',
            CASE
                WHEN (l.visibility = 'public'::text) THEN l.transportation
                ELSE NULL::text
            END, 'lines',
            CASE
                WHEN (l.visibility = 'public'::text) THEN l.lines
                ELSE '{}'::text[]
            END, 'city',
            CASE
                WHEN (l.visibility <> 'confidential'::text) THEN l.city
                ELSE NULL::text
            END, 'postal_code',
            CASE
                WHEN (l.visibility = 'public'::text) THEN l.postal_code
                ELSE NULL::text
            END, 'state', l.state, 'country', l.country)
            ELSE NULL::json
        END AS location,
    json_build_object('status', p.verification, 'verified_at', p.verified_at, 'source', p.source, 'source_date', s.assured_on) AS verification,
    ( SELECT COALESCE(json_agg(json_build_object('tag', g.tag, 'mode', g.mode, 'note', g.note) ORDER BY g.tag, g.mode), '[]'::json) AS "coalesce"
           FROM public.language_offered g
          WHERE ((g.service_id = s.id) OR (g.location_id = l.id))) AS languages,
    ( SELECT COALESCE(json_agg(json_build_object('name', a.name, 'kind', a.kind, 'country', a.country, 'state', a.state, 'place_id', a.place_id, 'drawn_id',
                CASE
                    WHEN (a.border IS NULL) THEN NULL::uuid
                    ELSE a.id
                END) ORDER BY a.name, a.id), '[]'::json) AS "coalesce"
           FROM public.service_area a
          WHERE ((a.service_id = s.id) OR (a.provider_id = p.id))) AS service_areas,
    ( SELECT COALESCE(json_agg(json_build_object('number', t.number, 'extension', t.extension, 'kind', t.kind, 'languages', t.languages) ORDER BY t.number, t.id), '[]'::json) AS "coalesce"
           FROM public.phone t
          WHERE ((t.provider_id = p.id) OR (t.service_id = s.id) OR (t.organization_id = o.id) OR ((t.location_id = l.id) AND (l.visibility = 'public'::text)))) AS phones,
    hours.schedules,
    public.is_open_at(hours.schedules, l.time_zone, now()) AS is_open_now,
    ( SELECT COALESCE(json_agg(json_build_object('help_type', c.help_type, 'unit', c.unit, 'available', GREATEST(0, ((c.stated - c.taken) - c.held)), 'maximum', c.maximum, 'updated_at', c.stated_at, 'expires_at', c.expires_at) ORDER BY c.help_type NULLS FIRST, c.unit), '[]'::json) AS "coalesce"
           FROM public.capacity c
          WHERE ((c.provider_id = p.id) AND (c.expires_at > now()))) AS capacities
   FROM ((((public.provider p
     JOIN public.service s ON ((s.id = p.service_id)))
     JOIN public.organization o ON ((o.id = p.organization_id)))
     LEFT JOIN public.location l ON ((l.id = p.location_id)))
     CROSS JOIN LATERAL ( SELECT COALESCE(json_agg(json_build_object('weekdays', h.weekdays, 'opens_at', h.opens_at, 'closes_at', h.closes_at, 'valid_from', h.valid_from, 'valid_to', h.valid_to, 'note', h.note, 'weeks_of_month', h.weeks_of_month, 'is_closure', h.is_closure) ORDER BY h.id), '[]'::json) AS schedules
           FROM ( SELECT schedule.id,
                    schedule.service_id,
                    schedule.location_id,
                    schedule.provider_id,
                    schedule.weekdays,
                    schedule.opens_at,
                    schedule.closes_at,
                    schedule.valid_from,
                    schedule.valid_to,
                    schedule.note,
                    schedule.weeks_of_month,
                    schedule.is_closure,
                    min(
                        CASE
                            WHEN (NOT schedule.is_closure) THEN (num_nulls(schedule.provider_id) + num_nonnulls(schedule.location_id))
                            ELSE NULL::integer
                        END) OVER () AS nearest
                   FROM public.schedule
                  WHERE ((schedule.provider_id = p.id) OR (schedule.service_id = s.id) OR (schedule.location_id = l.id))) h
          WHERE (h.is_closure OR ((num_nulls(h.provider_id) + num_nonnulls(h.location_id)) = h.nearest))) hours);

CREATE TABLE public.language (
    tag text NOT NULL,
    "position" smallint NOT NULL,
    name_en text NOT NULL,
    name_es text NOT NULL,
    autonym text NOT NULL,
    direction text NOT NULL,
    script text NOT NULL,
    kind text NOT NULL,
    scope text NOT NULL,
    family text,
    court_codes text[] DEFAULT '{}'::text[] NOT NULL,
    names jsonb NOT NULL,
    aliases text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT language_direction_known CHECK ((direction = ANY (ARRAY['ltr'::text, 'rtl'::text]))),
    CONSTRAINT language_kind_known CHECK ((kind = ANY (ARRAY['spoken'::text, 'signed'::text]))),
    CONSTRAINT language_scope_known CHECK ((scope = ANY (ARRAY['individual'::text, 'macro'::text, 'collective'::text])))
);

COMMENT ON COLUMN public.language."position" IS 'Order of the reviewed list: the languages of the US immigration courts first.';

COMMENT ON COLUMN public.language.names IS 'Name by the language of the reader.';

CREATE TABLE public.language_name (
    tag text NOT NULL,
    folded text NOT NULL,
    sense text NOT NULL,
    readers text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT language_name_folded CHECK ((folded <> ''::text)),
    CONSTRAINT language_name_sense_known CHECK ((sense = ANY (ARRAY['tag'::text, 'name'::text, 'alias'::text])))
);

COMMENT ON COLUMN public.language_name.readers IS 'The languages in which it is called so.';

CREATE TABLE public.language_pair (
    spoken text NOT NULL,
    served text NOT NULL,
    note text NOT NULL,
    CONSTRAINT language_pair_differs CHECK ((spoken <> served))
);

CREATE TABLE public.language_tag (
    written text NOT NULL,
    tag text NOT NULL,
    described_by text NOT NULL,
    CONSTRAINT language_tag_lower CHECK ((written = lower(written)))
);

COMMENT ON TABLE public.language_tag IS 'Ways to write a tag, lower case: ISO 639-1, 639-2 and 639-3, reviewed BCP 47 tags.';

CREATE VIEW public.listing WITH (security_invoker='true') AS
 SELECT c.id,
    c.name,
    c.organization_id,
    c.service_id,
    c.location_id,
    c.description,
    c.source,
    c.point,
    c.latitude,
    c.longitude,
    c.country,
    c.state,
    c.time_zone,
        CASE
            WHEN c.is_paused THEN 'paused'::text
            WHEN (p.openness_expires_at > now()) THEN p.openness
            ELSE 'unknown'::text
        END AS openness,
    p.openness_stated_at,
        CASE
            WHEN (p.openness_expires_at > now()) THEN p.waitlist_estimate_days
            ELSE NULL::integer
        END AS waitlist_estimate_days,
    public.is_open_in(c.week, c.schedules, c.time_zone, now()) AS is_open_now,
    c.help_types,
    c.claims,
    c.postures,
    c.tags,
    c.areas,
    c.accepts_detained,
    c.accepts_minors,
    c.interpreter_for_other,
    c.free,
    c.remote,
    c.restrictions,
    c.verified_at,
    c.words,
    c.organization,
    c.service,
    c.location,
    c.verification,
    c.languages,
    c.service_areas,
    c.phones,
    c.schedules,
    ( SELECT COALESCE(json_agg(json_build_object('help_type', k.help_type, 'unit', k.unit, 'available', GREATEST(0, ((k.stated - k.taken) - k.held)), 'maximum', k.maximum, 'updated_at', k.stated_at, 'expires_at', k.expires_at) ORDER BY k.help_type NULLS FIRST, k.unit), '[]'::json) AS "coalesce"
           FROM public.capacity k
          WHERE ((k.provider_id = c.id) AND (k.expires_at > now()))) AS capacities,
    ((c.xmin)::text)::bigint AS version,
    c.lexemes,
    public.listing_sources(c.id) AS sources,
    c.hours
   FROM (public.listing_card c
     LEFT JOIN public.provider p ON ((p.id = c.id)));

CREATE TABLE public.listing_change (
    id bigint NOT NULL,
    listing_id uuid NOT NULL,
    kind text NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    xact xid8 NOT NULL,
    CONSTRAINT listing_change_kind_known CHECK ((kind = ANY (ARRAY['changed'::text, 'deleted'::text])))
);

COMMENT ON TABLE public.listing_change IS 'Of a listing that is no longer published only the id is kept.';

ALTER TABLE public.listing_change ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.listing_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.listing_history (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    owner uuid NOT NULL,
    part text NOT NULL,
    row_id uuid NOT NULL,
    field text,
    before text,
    after text,
    by_whom text
);

COMMENT ON TABLE public.listing_history IS 'Of a row that was added or taken away, field is null and its whole is kept.';

COMMENT ON COLUMN public.listing_history.owner IS 'The organization, service, location or provider whose row it is.';

ALTER TABLE public.listing_history ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.listing_history_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.listing_offer (
    listing_id uuid NOT NULL,
    key bigint NOT NULL,
    point public.cube NOT NULL,
    is_open boolean NOT NULL,
    stands_out boolean DEFAULT false NOT NULL
);

COMMENT ON COLUMN public.listing_offer.stands_out IS 'It has answered before, or decides after a first talk.';

CREATE TABLE public.listing_override (
    owner uuid NOT NULL,
    fact text NOT NULL,
    fact_group text NOT NULL,
    base jsonb NOT NULL,
    approved jsonb NOT NULL,
    approved_at timestamp with time zone NOT NULL,
    said_by text NOT NULL,
    proposal_id uuid,
    is_kept boolean DEFAULT true NOT NULL,
    listed jsonb,
    listed_at timestamp with time zone,
    listed_by text,
    CONSTRAINT listing_override_conflict_whole CHECK ((num_nulls(listed, listed_at, listed_by) = ANY (ARRAY[0, 3]))),
    CONSTRAINT listing_override_given_up_for_list CHECK ((is_kept OR (listed IS NOT NULL))),
    CONSTRAINT listing_override_said_by_known CHECK ((said_by = ANY (ARRAY['provider'::text, 'partner'::text, 'staff'::text])))
);

COMMENT ON TABLE public.listing_override IS 'What stands although the list it came from says something else.';

COMMENT ON COLUMN public.listing_override.owner IS 'The organization, service, location or provider whose fact it is.';

COMMENT ON COLUMN public.listing_override.base IS 'What the list said then; while it says so, the approved value is kept.';

COMMENT ON COLUMN public.listing_override.listed IS 'A third value that a list brought since; staff have to look.';

CREATE TABLE public.listing_proposal (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    said_by text NOT NULL,
    partner_id uuid,
    state text DEFAULT 'open'::text NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    data_key bytea,
    words bytea,
    CONSTRAINT listing_proposal_partner_named CHECK (((said_by = 'partner'::text) = (partner_id IS NOT NULL))),
    CONSTRAINT listing_proposal_proposer_known CHECK ((said_by = ANY (ARRAY['provider'::text, 'partner'::text]))),
    CONSTRAINT listing_proposal_state_known CHECK ((state = ANY (ARRAY['open'::text, 'approved'::text, 'partly_approved'::text, 'rejected'::text, 'superseded'::text])))
);

ALTER TABLE ONLY public.listing_proposal FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.listing_proposal.words IS 'What the proposer wrote beside it, sealed; it goes when all is decided.';

CREATE TABLE public.listing_report (
    id uuid NOT NULL,
    provider_id uuid NOT NULL,
    reason text NOT NULL,
    data_key bytea,
    words bytea,
    sent_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    closed_by uuid,
    was_right boolean,
    CONSTRAINT listing_report_reason_known CHECK ((reason = ANY (ARRAY['wrong_contact'::text, 'wrong_place'::text, 'not_taking_people'::text, 'wrong_language'::text, 'outside_service'::text, 'closed_for_good'::text, 'asked_for_money'::text, 'not_real'::text, 'other'::text]))),
    CONSTRAINT report_closed_keeps_no_words CHECK (((closed_at IS NULL) OR (num_nulls(data_key, words) = 2))),
    CONSTRAINT report_closed_says_how CHECK ((num_nulls(closed_at, closed_by, was_right) = ANY (ARRAY[0, 3])))
);

ALTER TABLE ONLY public.listing_report FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.listing_report IS 'Nothing of who sent it is kept. Words are sealed, and go when it is closed.';

CREATE TABLE public.listing_word (
    word text NOT NULL,
    length integer GENERATED ALWAYS AS (length(word)) STORED NOT NULL
);

COMMENT ON TABLE public.listing_word IS 'Every word of a listing that has a letter: what a misspelt one may mean.';

CREATE TABLE public.message (
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    actor_id uuid,
    sealed bytea NOT NULL,
    read_at timestamp with time zone,
    idempotency_hash bytea NOT NULL
);

ALTER TABLE ONLY public.message FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.message.read_at IS 'When the other side first saw it.';

CREATE TABLE public.opening_hours (
    id bigint NOT NULL,
    time_zone text NOT NULL,
    week int4multirange,
    schedules json,
    CONSTRAINT opening_hours_told_by_week CHECK (((week IS NULL) OR (schedules IS NULL)))
);

COMMENT ON TABLE public.opening_hours IS 'What listings keep, each once for a time zone.';

CREATE VIEW public.opening_hours_now WITH (security_invoker='true') AS
 SELECT h.id,
        CASE
            WHEN (h.week IS NULL) THEN public.is_open_at(h.schedules, h.time_zone, now())
            ELSE (h.week @> clock.minute)
        END AS is_open
   FROM (public.opening_hours h
     JOIN ( SELECT zone.time_zone,
            public.minute_of_week((now() AT TIME ZONE zone.time_zone)) AS minute
           FROM ( SELECT DISTINCT opening_hours.time_zone
                   FROM public.opening_hours) zone) clock USING (time_zone));

CREATE TABLE public.other_house_attempt (
    state_hash bytea NOT NULL,
    browser_hash bytea NOT NULL,
    nonce text NOT NULL,
    verifier text NOT NULL,
    staff_id uuid,
    expires_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.other_house_attempt FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.other_house_attempt.staff_id IS 'Whose account is to be bound; null where somebody signs in.';

CREATE TABLE public.outbox (
    id bigint NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    run_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    lease bigint DEFAULT 0 NOT NULL,
    leased_until timestamp with time zone,
    parked_at timestamp with time zone,
    error_code text,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.outbox FORCE ROW LEVEL SECURITY;

ALTER TABLE public.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.partner (
    id uuid NOT NULL,
    name text NOT NULL,
    organization_id uuid,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.partner FORCE ROW LEVEL SECURITY;

CREATE TABLE public.passkey_challenge (
    challenge_hash bytea NOT NULL,
    staff_id uuid,
    expires_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.passkey_challenge FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.passkey_challenge.staff_id IS 'Who makes a passkey; null where somebody signs in with one.';

CREATE TABLE public.people_export (
    id uuid NOT NULL,
    request_ids uuid[] NOT NULL,
    reason_sealed bytea,
    asked_by uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    agreed_by uuid,
    agreed_at timestamp with time zone,
    until timestamp with time zone NOT NULL,
    taken_at timestamp with time zone,
    CONSTRAINT export_by_two CHECK ((asked_by <> agreed_by)),
    CONSTRAINT export_taken_when_agreed CHECK (((taken_at IS NULL) OR (agreed_by IS NOT NULL)))
);

ALTER TABLE ONLY public.people_export FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.people_export.reason_sealed IS 'Why, sealed with the key of the first request; null once it was taken.';

CREATE TABLE public.place (
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    country character(2) NOT NULL,
    state text,
    admin1 text,
    county text,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    population integer NOT NULL,
    time_zone text NOT NULL,
    weight real NOT NULL,
    source text NOT NULL,
    point public.cube GENERATED ALWAYS AS (public.cube(ARRAY[(cos(radians(latitude)) * cos(radians(longitude))), (cos(radians(latitude)) * sin(radians(longitude))), sin(radians(latitude))])) STORED,
    CONSTRAINT place_country_written CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT place_kind_known CHECK ((kind = ANY (ARRAY['town'::text, 'state'::text, 'country'::text, 'postal_code'::text, 'port_of_entry'::text, 'court'::text, 'detention_center'::text, 'region'::text]))),
    CONSTRAINT place_name_given CHECK ((name <> ''::text)),
    CONSTRAINT place_on_earth CHECK ((((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision)) AND ((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision)))),
    CONSTRAINT place_population_counted CHECK ((population >= 0))
);

COMMENT ON COLUMN public.place.state IS 'US: TX. Mexico: ISO 3166-2 without MX-, such as TAM. Elsewhere a name.';

COMMENT ON COLUMN public.place.admin1 IS 'The GeoNames first-order code, where one is known.';

COMMENT ON COLUMN public.place.weight IS 'People, times how likely the domain is to mean this place.';

CREATE TABLE public.place_name (
    place_id uuid NOT NULL,
    name text NOT NULL,
    folded text NOT NULL,
    sense text NOT NULL,
    is_guessable boolean NOT NULL,
    CONSTRAINT place_name_folded CHECK ((folded <> ''::text)),
    CONSTRAINT place_name_sense_known CHECK ((sense = ANY (ARRAY['own'::text, 'dominant'::text, 'other'::text])))
);

COMMENT ON COLUMN public.place_name.sense IS 'own: what it is called. dominant: a reviewed alias. other: the rest.';

COMMENT ON COLUMN public.place_name.is_guessable IS 'A misspelling may be taken for this name.';

CREATE TABLE public.plan_left_over (
    plan_id uuid NOT NULL,
    "position" integer NOT NULL,
    request_id uuid NOT NULL,
    reason text NOT NULL,
    waits_for text[] NOT NULL
);

ALTER TABLE ONLY public.plan_left_over FORCE ROW LEVEL SECURITY;

CREATE TABLE public.plan_proposal (
    plan_id uuid NOT NULL,
    "position" integer NOT NULL,
    request_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    points integer NOT NULL,
    is_certain boolean NOT NULL,
    rivals jsonb NOT NULL,
    state text DEFAULT 'proposed'::text NOT NULL,
    changed text,
    referral_id uuid,
    CONSTRAINT plan_proposal_changed_says_why CHECK (((state = 'changed'::text) = (changed IS NOT NULL))),
    CONSTRAINT plan_proposal_state_known CHECK ((state = ANY (ARRAY['proposed'::text, 'offered'::text, 'changed'::text])))
);

ALTER TABLE ONLY public.plan_proposal FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.plan_proposal.rivals IS 'Requests that also wanted the place, and why their claim was weaker.';

CREATE TABLE public.proposed_fact (
    proposal_id uuid NOT NULL,
    fact text NOT NULL,
    provider_id uuid NOT NULL,
    proposer uuid NOT NULL,
    base jsonb NOT NULL,
    wanted jsonb NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    decided_at timestamp with time zone,
    decided_by uuid,
    reason text,
    data_key bytea,
    words bytea,
    CONSTRAINT proposed_fact_decided CHECK (((state = 'open'::text) = (decided_at IS NULL))),
    CONSTRAINT proposed_fact_reason_known CHECK ((reason = ANY (ARRAY['not_confirmed'::text, 'contradicted'::text, 'out_of_date'::text, 'unclear'::text, 'does_not_belong'::text, 'endangers'::text, 'other'::text]))),
    CONSTRAINT proposed_fact_rejected_says_why CHECK (((state = 'rejected'::text) = (reason IS NOT NULL))),
    CONSTRAINT proposed_fact_state_known CHECK ((state = ANY (ARRAY['open'::text, 'approved'::text, 'rejected'::text, 'superseded'::text])))
);

ALTER TABLE ONLY public.proposed_fact FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.proposed_fact.proposer IS 'The partner; for people at the provider, the listing itself.';

COMMENT ON COLUMN public.proposed_fact.base IS 'What the listing said when it was proposed.';

COMMENT ON COLUMN public.proposed_fact.words IS 'What staff wrote to the proposer when they rejected it, sealed.';

CREATE TABLE public.provider_pace (
    provider_id uuid NOT NULL,
    answered_in real[] DEFAULT '{}'::real[] NOT NULL,
    started_in real[] DEFAULT '{}'::real[] NOT NULL,
    answer_hours real GENERATED ALWAYS AS (public.median_of(answered_in)) STORED,
    start_hours real GENERATED ALWAYS AS (public.median_of(started_in)) STORED,
    CONSTRAINT provider_pace_short CHECK (((cardinality(answered_in) <= 9) AND (cardinality(started_in) <= 9)))
)
WITH (fillfactor='70');

COMMENT ON TABLE public.provider_pace IS 'Hours of the last nine answers, and from a yes until the person was reached.';

CREATE TABLE public.reference_file (
    name text NOT NULL,
    checksum text NOT NULL,
    loaded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.referral (
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    help_type text NOT NULL,
    status text NOT NULL,
    capacity_id uuid,
    holds boolean NOT NULL,
    offered_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    responded_at timestamp with time zone,
    decline_reason text,
    outcome text,
    offered_by text NOT NULL,
    offered_by_id uuid,
    idempotency_hash bytea,
    score integer NOT NULL,
    rules_version text NOT NULL,
    needs text[] NOT NULL,
    excluded_until timestamp with time zone DEFAULT 'infinity'::timestamp with time zone NOT NULL,
    CONSTRAINT referral_outcome_at_its_end CHECK (((outcome IS NULL) OR (status = ANY (ARRAY['completed'::text, 'failed'::text])))),
    CONSTRAINT referral_outcome_known CHECK ((outcome = ANY (ARRAY['served_full'::text, 'served_limited'::text, 'advice_given'::text, 'unreachable'::text, 'not_served'::text]))),
    CONSTRAINT referral_serves_a_need CHECK ((needs <> '{}'::text[])),
    CONSTRAINT referral_status_known CHECK ((status = ANY (ARRAY['proposed'::text, 'offered'::text, 'viewed'::text, 'more_info'::text, 'accepted'::text, 'in_progress'::text, 'declined'::text, 'expired'::text, 'recalled'::text, 'completed'::text, 'failed'::text])))
);

ALTER TABLE ONLY public.referral FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.referral.needs IS 'Which of the kinds of help that were asked for.';

COMMENT ON COLUMN public.referral.excluded_until IS 'Until then the provider is not asked again about this person.';

CREATE TABLE public.referral_event (
    id bigint NOT NULL,
    referral_id uuid NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    status text NOT NULL,
    actor text NOT NULL,
    actor_id uuid
);

ALTER TABLE ONLY public.referral_event FORCE ROW LEVEL SECURITY;

ALTER TABLE public.referral_event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.referral_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.referral_note (
    id uuid NOT NULL,
    referral_id uuid NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    actor_id uuid,
    sealed bytea NOT NULL
);

ALTER TABLE ONLY public.referral_note FORCE ROW LEVEL SECURITY;

CREATE TABLE public.request_claim (
    request_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    claimed_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.request_claim FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.request_claim IS 'Who has a request in hand. Ends by itself: no case hangs on somebody who is away.';

CREATE TABLE public.request_event (
    id bigint NOT NULL,
    request_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    actor_id uuid,
    subject_id uuid
);

ALTER TABLE ONLY public.request_event FORCE ROW LEVEL SECURITY;

ALTER TABLE public.request_event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.request_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.request_note (
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    actor_id uuid NOT NULL,
    sealed bytea NOT NULL
);

ALTER TABLE ONLY public.request_note FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.request_note IS 'What staff write for each other, sealed with the request''s own key.';

CREATE TABLE public.sign_in_attempt (
    email_hash bytea NOT NULL,
    attempts integer NOT NULL,
    since timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.sign_in_attempt FORCE ROW LEVEL SECURITY;

CREATE TABLE public.spent_proof (
    mark bytea NOT NULL,
    spender bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.spent_proof FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.spent_proof IS 'Each proof of work is good once, for one body, until its challenge runs out.';

CREATE TABLE public.staff (
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    password_hash text,
    created_at timestamp with time zone NOT NULL,
    disabled_at timestamp with time zone,
    code_sealed bytea,
    code_counter bigint DEFAULT 0 NOT NULL,
    code_pending bytea,
    CONSTRAINT staff_role_known CHECK ((role = ANY (ARRAY['intake'::text, 'supervisor'::text, 'admin'::text])))
);

ALTER TABLE ONLY public.staff FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.staff.password_hash IS 'Null: a passkey or another house opens the account, and no password.';

COMMENT ON COLUMN public.staff.code_sealed IS 'The secret of an app that makes codes, sealed.';

COMMENT ON COLUMN public.staff.code_counter IS 'The step of the last code that was used: no code is used twice.';

COMMENT ON COLUMN public.staff.code_pending IS 'A secret whose first code has not been seen yet.';

CREATE TABLE public.staff_alarm (
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    told_at timestamp with time zone
);

ALTER TABLE ONLY public.staff_alarm FORCE ROW LEVEL SECURITY;

CREATE TABLE public.staff_enrolment (
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    first_hash bytea NOT NULL,
    second_hash bytea,
    reason text NOT NULL,
    asked_by uuid,
    agreed_by uuid,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT enrolment_by_others CHECK (((staff_id <> asked_by) AND (staff_id <> agreed_by))),
    CONSTRAINT enrolment_by_two CHECK (((asked_by IS NULL) OR (asked_by <> agreed_by)))
);

ALTER TABLE ONLY public.staff_enrolment FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.staff_enrolment.asked_by IS 'Null: the operator at the machine, who holds both halves.';

CREATE TABLE public.staff_identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    staff_id uuid NOT NULL,
    bound_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.staff_identity FORCE ROW LEVEL SECURITY;

CREATE TABLE public.staff_passkey (
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    name text NOT NULL,
    is_synced boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone
);

ALTER TABLE ONLY public.staff_passkey FORCE ROW LEVEL SECURITY;

CREATE TABLE public.staff_session (
    token_hash bytea NOT NULL,
    staff_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    way text NOT NULL,
    proved_at timestamp with time zone NOT NULL,
    CONSTRAINT staff_session_way_known CHECK ((way = ANY (ARRAY['password'::text, 'password_and_code'::text, 'passkey'::text, 'other_house'::text])))
);

ALTER TABLE ONLY public.staff_session FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN public.staff_session.proved_at IS 'When its owner last showed who they are: keys change soon after only.';

CREATE UNLOGGED TABLE public.stale_listing (
    id uuid NOT NULL
);

CREATE TABLE public.triage_act (
    key_hash bytea NOT NULL,
    request_id uuid NOT NULL,
    body_hash bytea NOT NULL
);

ALTER TABLE ONLY public.triage_act FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.triage_act IS 'Idempotency keys of what staff sent: an act that comes twice is done once.';

CREATE TABLE public.verification_step (
    id bigint NOT NULL,
    provider_id uuid NOT NULL,
    step text NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    actor_id uuid,
    register text,
    register_number text,
    register_url text,
    looked_up_on date,
    verified_until timestamp with time zone,
    reason text,
    CONSTRAINT verification_step_has_end CHECK (((step <> 'confirmed'::text) OR (verified_until IS NOT NULL))),
    CONSTRAINT verification_step_has_evidence CHECK (((step <> 'checked'::text) OR (num_nulls(register, register_number, register_url, looked_up_on) = 0))),
    CONSTRAINT verification_step_has_reason CHECK (((step <> 'suspended'::text) OR (reason IS NOT NULL))),
    CONSTRAINT verification_step_known CHECK ((step = ANY (ARRAY['applied'::text, 'checked'::text, 'confirmed'::text, 'suspended'::text, 'reinstated'::text, 'expired'::text])))
);

ALTER TABLE public.verification_step ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.verification_step_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY claim.link_key
    ADD CONSTRAINT link_key_key PRIMARY KEY (is_one);

ALTER TABLE ONLY conf.place
    ADD CONSTRAINT conf_place_key PRIMARY KEY (location_id);

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_key PRIMARY KEY (id);

ALTER TABLE ONLY public.assignment_plan
    ADD CONSTRAINT assignment_plan_key PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_anchor
    ADD CONSTRAINT audit_anchor_key PRIMARY KEY (number);

ALTER TABLE ONLY public.audit_event
    ADD CONSTRAINT audit_event_key PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_event
    ADD CONSTRAINT audit_event_position UNIQUE ("position");

ALTER TABLE ONLY public.audit_head
    ADD CONSTRAINT audit_head_key PRIMARY KEY (one);

ALTER TABLE ONLY public.capacity
    ADD CONSTRAINT capacity_key PRIMARY KEY (id);

ALTER TABLE ONLY public.capacity
    ADD CONSTRAINT capacity_one_count_each UNIQUE NULLS NOT DISTINCT (provider_id, help_type, unit);

ALTER TABLE ONLY public.case_access
    ADD CONSTRAINT case_access_key PRIMARY KEY (id);

ALTER TABLE ONLY public.case_opening
    ADD CONSTRAINT case_opening_key PRIMARY KEY (staff_id, request_id);

ALTER TABLE ONLY public.confirmation
    ADD CONSTRAINT confirmation_by_address UNIQUE (address);

ALTER TABLE ONLY public.confirmation
    ADD CONSTRAINT confirmation_key PRIMARY KEY (id);

ALTER TABLE ONLY public.consent
    ADD CONSTRAINT consent_key PRIMARY KEY (request_id, scope, given_at);

ALTER TABLE ONLY public.contact_index
    ADD CONSTRAINT contact_index_key PRIMARY KEY (digest, request_id);

ALTER TABLE ONLY public.contact_search
    ADD CONSTRAINT contact_search_key PRIMARY KEY (id);

ALTER TABLE ONLY public.form_ease
    ADD CONSTRAINT form_ease_key PRIMARY KEY (week, language, question_set, answer);

ALTER TABLE ONLY public.help_draft
    ADD CONSTRAINT help_draft_code_look_up UNIQUE (code_look_up);

ALTER TABLE ONLY public.help_draft
    ADD CONSTRAINT help_draft_key PRIMARY KEY (id);

ALTER TABLE ONLY public.help_draft
    ADD CONSTRAINT help_draft_look_up UNIQUE (look_up);

ALTER TABLE ONLY public.help_request
    ADD CONSTRAINT help_request_by_receipt UNIQUE (receipt_hash);

ALTER TABLE ONLY public.help_request
    ADD CONSTRAINT help_request_key PRIMARY KEY (id);

ALTER TABLE ONLY public.help_request
    ADD CONSTRAINT help_request_once_per_key UNIQUE (idempotency_hash);

ALTER TABLE ONLY public.help_type
    ADD CONSTRAINT help_type_key PRIMARY KEY (slug);

ALTER TABLE ONLY public.language
    ADD CONSTRAINT language_key PRIMARY KEY (tag);

ALTER TABLE ONLY public.language_name
    ADD CONSTRAINT language_name_key PRIMARY KEY (tag, folded);

ALTER TABLE ONLY public.language_offered
    ADD CONSTRAINT language_offered_key PRIMARY KEY (id);

ALTER TABLE ONLY public.language_pair
    ADD CONSTRAINT language_pair_key PRIMARY KEY (spoken, served);

ALTER TABLE ONLY public.language_tag
    ADD CONSTRAINT language_tag_key PRIMARY KEY (written);

ALTER TABLE ONLY public.listing_card
    ADD CONSTRAINT listing_card_key PRIMARY KEY (id);

ALTER TABLE ONLY public.listing_change
    ADD CONSTRAINT listing_change_key PRIMARY KEY (id);

ALTER TABLE ONLY public.listing_history
    ADD CONSTRAINT listing_history_key PRIMARY KEY (id);

ALTER TABLE ONLY public.listing_override
    ADD CONSTRAINT listing_override_key PRIMARY KEY (owner, fact);

ALTER TABLE ONLY public.listing_proposal
    ADD CONSTRAINT listing_proposal_key PRIMARY KEY (id);

ALTER TABLE ONLY public.listing_report
    ADD CONSTRAINT listing_report_key PRIMARY KEY (id);

ALTER TABLE ONLY public.location
    ADD CONSTRAINT location_key PRIMARY KEY (id);

ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_key PRIMARY KEY (id);

ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_once_per_key UNIQUE (idempotency_hash);

ALTER TABLE ONLY public.assignment_plan
    ADD CONSTRAINT one_plan_of_a_key UNIQUE (key_hash);

ALTER TABLE ONLY public.organization
    ADD CONSTRAINT organization_key PRIMARY KEY (id);

ALTER TABLE ONLY public.other_house_attempt
    ADD CONSTRAINT other_house_attempt_key PRIMARY KEY (state_hash);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_key PRIMARY KEY (id);

ALTER TABLE ONLY public.partner
    ADD CONSTRAINT partner_by_name UNIQUE (name);

ALTER TABLE ONLY public.partner
    ADD CONSTRAINT partner_key PRIMARY KEY (id);

ALTER TABLE ONLY public.passkey_challenge
    ADD CONSTRAINT passkey_challenge_key PRIMARY KEY (challenge_hash);

ALTER TABLE ONLY public.staff_passkey
    ADD CONSTRAINT passkey_known_once UNIQUE (credential_id);

ALTER TABLE ONLY public.people_export
    ADD CONSTRAINT people_export_key PRIMARY KEY (id);

ALTER TABLE ONLY public.phone
    ADD CONSTRAINT phone_key PRIMARY KEY (id);

ALTER TABLE ONLY public.place
    ADD CONSTRAINT place_key PRIMARY KEY (id);

ALTER TABLE ONLY public.place_name
    ADD CONSTRAINT place_name_key PRIMARY KEY (place_id, folded);

ALTER TABLE ONLY public.plan_left_over
    ADD CONSTRAINT plan_left_over_key PRIMARY KEY (plan_id, "position");

ALTER TABLE ONLY public.plan_proposal
    ADD CONSTRAINT plan_proposal_key PRIMARY KEY (plan_id, "position");

ALTER TABLE ONLY public.plan_proposal
    ADD CONSTRAINT plan_proposal_once UNIQUE (plan_id, request_id);

ALTER TABLE ONLY public.proposed_fact
    ADD CONSTRAINT proposed_fact_key PRIMARY KEY (proposal_id, fact);

ALTER TABLE ONLY public.provider
    ADD CONSTRAINT provider_key PRIMARY KEY (id);

ALTER TABLE ONLY public.provider
    ADD CONSTRAINT provider_once_per_place UNIQUE NULLS NOT DISTINCT (service_id, location_id);

ALTER TABLE ONLY public.provider_pace
    ADD CONSTRAINT provider_pace_key PRIMARY KEY (provider_id);

ALTER TABLE ONLY public.reference_file
    ADD CONSTRAINT reference_file_key PRIMARY KEY (name);

ALTER TABLE ONLY public.referral_event
    ADD CONSTRAINT referral_event_key PRIMARY KEY (id);

ALTER TABLE ONLY public.referral
    ADD CONSTRAINT referral_key PRIMARY KEY (id);

ALTER TABLE ONLY public.referral_note
    ADD CONSTRAINT referral_note_key PRIMARY KEY (id);

ALTER TABLE ONLY public.referral
    ADD CONSTRAINT referral_once_per_key UNIQUE (idempotency_hash);

ALTER TABLE ONLY public.request_claim
    ADD CONSTRAINT request_claim_key PRIMARY KEY (request_id);

ALTER TABLE ONLY public.request_event
    ADD CONSTRAINT request_event_key PRIMARY KEY (id);

ALTER TABLE ONLY public.request_note
    ADD CONSTRAINT request_note_key PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule
    ADD CONSTRAINT schedule_key PRIMARY KEY (id);

ALTER TABLE ONLY public.service_area
    ADD CONSTRAINT service_area_key PRIMARY KEY (id);

ALTER TABLE ONLY public.service
    ADD CONSTRAINT service_key PRIMARY KEY (id);

ALTER TABLE ONLY public.sign_in_attempt
    ADD CONSTRAINT sign_in_attempt_key PRIMARY KEY (email_hash);

ALTER TABLE ONLY public.spent_proof
    ADD CONSTRAINT spent_proof_key PRIMARY KEY (mark);

ALTER TABLE ONLY public.staff_alarm
    ADD CONSTRAINT staff_alarm_key PRIMARY KEY (id);

ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_by_email UNIQUE (email);

ALTER TABLE ONLY public.staff_enrolment
    ADD CONSTRAINT staff_enrolment_key PRIMARY KEY (id);

ALTER TABLE ONLY public.staff_identity
    ADD CONSTRAINT staff_identity_key PRIMARY KEY (issuer, subject);

ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_key PRIMARY KEY (id);

ALTER TABLE ONLY public.staff_passkey
    ADD CONSTRAINT staff_passkey_key PRIMARY KEY (id);

ALTER TABLE ONLY public.staff_session
    ADD CONSTRAINT staff_session_id UNIQUE (id);

ALTER TABLE ONLY public.staff_session
    ADD CONSTRAINT staff_session_key PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.stale_listing
    ADD CONSTRAINT stale_listing_key PRIMARY KEY (id);

ALTER TABLE ONLY public.triage_act
    ADD CONSTRAINT triage_act_key PRIMARY KEY (key_hash);

ALTER TABLE ONLY public.verification_step
    ADD CONSTRAINT verification_step_key PRIMARY KEY (id);

CREATE INDEX area_ring_by_box ON public.area_ring USING gist (box(ring));

CREATE INDEX area_ring_of_area ON public.area_ring USING btree (area_id);

CREATE INDEX area_taken_from ON public.service_area USING btree (taken_from) WHERE (taken_from IS NOT NULL);

CREATE INDEX assignment_plan_by_age ON public.assignment_plan USING btree (made_at);

CREATE INDEX assignment_plan_by_machine ON public.assignment_plan USING btree (made_at) WHERE (made_by IS NULL);

CREATE INDEX audit_anchor_checkpoints ON public.audit_anchor USING btree ("position") WHERE is_checkpoint;

CREATE INDEX audit_event_by_subject ON public.audit_event USING btree (subject_id, id);

CREATE INDEX audit_event_erasures ON public.audit_event USING btree (at) WHERE (counts IS NOT NULL);

CREATE INDEX audit_event_unlinked ON public.audit_event USING btree (id) WHERE ("position" IS NULL);

CREATE INDEX capacity_by_statement ON public.capacity USING btree (stated_at);

CREATE INDEX case_access_asked ON public.case_access USING btree (asked_at) WHERE (state = 'asked'::text);

CREATE INDEX case_access_by_request ON public.case_access USING btree (request_id, staff_id);

CREATE INDEX case_access_by_staff ON public.case_access USING btree (staff_id);

CREATE INDEX case_opening_by_request ON public.case_opening USING btree (request_id);

CREATE INDEX case_opening_by_staff ON public.case_opening USING btree (staff_id, opened_at);

CREATE INDEX contact_by_request ON public.contact_index USING btree (request_id);

CREATE INDEX contact_search_lately ON public.contact_search USING btree (staff_id, at);

CREATE INDEX help_draft_by_age ON public.help_draft USING btree (touched_at);

CREATE INDEX help_request_by_age ON public.help_request USING btree (created_at, id) WHERE (status <> 'closed'::text);

CREATE INDEX help_request_by_change ON public.help_request USING btree (updated_at, id) WHERE (status <> 'closed'::text);

CREATE INDEX help_request_by_day ON public.help_request USING btree (created_at);

CREATE INDEX help_request_by_urgency ON public.help_request USING btree (public.urgency_rank(urgency), respond_by, id) WHERE (status <> 'closed'::text);

CREATE INDEX help_request_in_triage ON public.help_request USING btree (id) WHERE (status = 'in_triage'::text);

CREATE INDEX help_request_quarantined ON public.help_request USING btree (created_at) WHERE ((quarantined IS NOT NULL) AND (status <> 'closed'::text) AND (data_key IS NOT NULL));

CREATE INDEX help_request_queue ON public.help_request USING btree (respond_by, id) WHERE (status <> 'closed'::text);

CREATE INDEX help_request_silent ON public.help_request USING btree (updated_at) WHERE ((status <> 'closed'::text) AND (data_key IS NOT NULL));

CREATE INDEX help_request_to_forget ON public.help_request USING btree (updated_at) WHERE ((status = 'closed'::text) AND (data_key IS NOT NULL));

CREATE INDEX hr_epoch ON public.help_request USING btree (SUBSTRING(data_key FROM 1 FOR 6)) WHERE (data_key IS NOT NULL);

CREATE INDEX language_offered_by_location ON public.language_offered USING btree (location_id, tag);

CREATE INDEX language_offered_by_service ON public.language_offered USING btree (service_id, tag);

CREATE INDEX language_offered_by_tag ON public.language_offered USING btree (tag COLLATE "C");

CREATE INDEX language_taken_from ON public.language_offered USING btree (taken_from) WHERE (taken_from IS NOT NULL);

CREATE INDEX listing_card_afar ON public.listing_card USING gin (areas) WHERE ((remote = 'yes'::text) OR (point IS NULL));

CREATE INDEX listing_card_areas ON public.listing_card USING gin (areas);

CREATE INDEX listing_card_at_place ON public.listing_card USING btree (id) WHERE (location_id IS NOT NULL);

CREATE INDEX listing_card_by_name ON public.listing_card USING btree (name, id);

CREATE INDEX listing_card_by_plain_name ON public.listing_card USING btree (public.searchable(name)) INCLUDE (name);

CREATE INDEX listing_card_detained ON public.listing_card USING btree (id) WHERE (accepts_detained <> ALL (ARRAY['no'::text, 'unknown'::text]));

CREATE INDEX listing_card_free ON public.listing_card USING btree (id) WHERE (free <> ALL (ARRAY['no'::text, 'unknown'::text]));

CREATE INDEX listing_card_help ON public.listing_card USING gin (help_types);

CREATE INDEX listing_card_hours ON public.listing_card USING gist (hours, point) WHERE (hours IS NOT NULL);

CREATE INDEX listing_card_lexemes ON public.listing_card USING gin (lexemes);

CREATE INDEX listing_card_minors ON public.listing_card USING btree (id) WHERE (accepts_minors <> ALL (ARRAY['no'::text, 'unknown'::text]));

CREATE INDEX listing_card_near ON public.listing_card USING gist (point);

CREATE INDEX listing_card_nowhere ON public.listing_card USING btree (id) WHERE (point IS NULL);

CREATE INDEX listing_card_of_organization ON public.listing_card USING btree (organization_id);

CREATE INDEX listing_card_of_service ON public.listing_card USING btree (service_id);

CREATE INDEX listing_card_postal_code ON public.listing_card USING btree (regexp_replace(upper((location ->> 'postal_code'::text)), '^([0-9]{5})-[0-9]{4}$'::text, '\1'::text));

CREATE INDEX listing_card_remote ON public.listing_card USING btree (id) WHERE (remote <> ALL (ARRAY['no'::text, 'unknown'::text]));

CREATE INDEX listing_card_silent ON public.listing_card USING gist (point) WHERE (hours IS NULL);

CREATE INDEX listing_card_tags ON public.listing_card USING gin (tags);

CREATE INDEX listing_change_in_order ON public.listing_change USING btree (xact, listing_id);

CREATE INDEX listing_change_of_listing ON public.listing_change USING btree (listing_id, xact, id);

CREATE INDEX listing_history_of_owner ON public.listing_history USING btree (owner, id);

CREATE INDEX listing_offer_near ON public.listing_offer USING gist (key, point);

CREATE INDEX listing_offer_near_known ON public.listing_offer USING gist (key, point) WHERE stands_out;

CREATE INDEX listing_offer_near_open ON public.listing_offer USING gist (key, point) WHERE is_open;

CREATE INDEX listing_offer_of_listing ON public.listing_offer USING btree (listing_id);

CREATE INDEX listing_override_in_conflict ON public.listing_override USING btree (listed_at, owner, fact) WHERE (listed IS NOT NULL);

CREATE INDEX listing_proposal_by_age ON public.listing_proposal USING btree (state, proposed_at, id);

CREATE INDEX listing_proposal_of_partner ON public.listing_proposal USING btree (partner_id, proposed_at, id);

CREATE INDEX listing_proposal_of_provider ON public.listing_proposal USING btree (provider_id, proposed_at, id);

CREATE INDEX listing_report_of_provider ON public.listing_report USING btree (provider_id, sent_at);

CREATE INDEX listing_report_open ON public.listing_report USING btree (sent_at, id) WHERE (closed_at IS NULL);

CREATE INDEX listing_word_by_length ON public.listing_word USING btree (length, word);

CREATE INDEX location_by_point ON public.location USING gist (point);

CREATE INDEX message_by_request ON public.message USING btree (request_id, at, id);

CREATE INDEX message_unread ON public.message USING btree (request_id) WHERE (read_at IS NULL);

CREATE UNIQUE INDEX one_open_proposal_of_a_fact ON public.proposed_fact USING btree (provider_id, fact, proposer) WHERE (state = 'open'::text);

CREATE INDEX opening_hours_by_id ON public.opening_hours USING btree (id);

CREATE INDEX other_house_attempt_by_age ON public.other_house_attempt USING btree (expires_at);

CREATE INDEX outbox_due ON public.outbox USING btree (run_at, id) WHERE (parked_at IS NULL);

CREATE UNIQUE INDEX outbox_once_waiting ON public.outbox USING btree (kind, subject_id) WHERE ((lease = 0) AND (parked_at IS NULL));

CREATE INDEX outbox_parked ON public.outbox USING btree (subject_id) WHERE (parked_at IS NOT NULL);

CREATE INDEX passkey_challenge_by_age ON public.passkey_challenge USING btree (expires_at);

CREATE INDEX people_export_by_asker ON public.people_export USING btree (asked_by);

CREATE INDEX phone_by_digits ON public.phone USING btree (public.phone_digits(number)) INCLUDE (number) WHERE (length(public.phone_digits(number)) >= 7);

CREATE INDEX phone_by_location ON public.phone USING btree (location_id);

CREATE INDEX phone_by_organization ON public.phone USING btree (organization_id);

CREATE INDEX phone_by_provider ON public.phone USING btree (provider_id);

CREATE INDEX phone_by_service ON public.phone USING btree (service_id);

CREATE INDEX phone_taken_from ON public.phone USING btree (taken_from) WHERE (taken_from IS NOT NULL);

CREATE INDEX place_courts ON public.place USING btree (state) WHERE (kind = 'court'::text);

CREATE INDEX place_name_exact ON public.place_name USING btree (folded);

CREATE INDEX place_name_guess ON public.place_name USING gin (folded public.gin_trgm_ops) WHERE is_guessable;

CREATE INDEX place_towns_by_point ON public.place USING gist (point) WHERE (kind = 'town'::text);

CREATE INDEX plan_left_over_of_request ON public.plan_left_over USING btree (request_id);

CREATE INDEX plan_proposal_of_provider ON public.plan_proposal USING btree (provider_id);

CREATE INDEX plan_proposal_of_referral ON public.plan_proposal USING btree (referral_id) WHERE (referral_id IS NOT NULL);

CREATE INDEX plan_proposal_of_request ON public.plan_proposal USING btree (request_id);

CREATE INDEX provider_by_location ON public.provider USING btree (location_id);

CREATE INDEX provider_by_merged_into ON public.provider USING btree (merged_into) WHERE (merged_into IS NOT NULL);

CREATE INDEX provider_by_name ON public.provider USING btree (name, id);

CREATE INDEX provider_by_organization ON public.provider USING btree (organization_id);

CREATE INDEX provider_to_verify ON public.provider USING btree (verification, id) WHERE (verification = ANY (ARRAY['applied'::text, 'checked'::text, 'expired'::text]));

CREATE INDEX referral_asking ON public.referral USING btree (request_id) WHERE (status = 'more_info'::text);

CREATE INDEX referral_by_organization ON public.referral USING btree (organization_id, offered_at);

CREATE INDEX referral_by_provider ON public.referral USING btree (provider_id, offered_at);

CREATE INDEX referral_by_request ON public.referral USING btree (request_id, offered_at);

CREATE INDEX referral_event_by_referral ON public.referral_event USING btree (referral_id, id);

CREATE INDEX referral_event_by_time ON public.referral_event USING btree (at);

CREATE INDEX referral_note_by_referral ON public.referral_note USING btree (referral_id, at);

CREATE UNIQUE INDEX referral_one_live_per_pair ON public.referral USING btree (request_id, provider_id) WHERE (status = ANY (ARRAY['proposed'::text, 'offered'::text, 'viewed'::text, 'more_info'::text, 'accepted'::text, 'in_progress'::text]));

CREATE INDEX request_claim_by_staff ON public.request_claim USING btree (staff_id);

CREATE INDEX request_event_by_request ON public.request_event USING btree (request_id, id);

CREATE INDEX request_note_by_request ON public.request_note USING btree (request_id, at, id);

CREATE INDEX schedule_by_location ON public.schedule USING btree (location_id);

CREATE INDEX schedule_by_provider ON public.schedule USING btree (provider_id);

CREATE INDEX schedule_by_service ON public.schedule USING btree (service_id);

CREATE INDEX service_area_by_provider ON public.service_area USING btree (provider_id);

CREATE INDEX service_area_by_service ON public.service_area USING btree (service_id);

CREATE INDEX service_by_change ON public.service USING btree (last_modified);

CREATE INDEX service_by_help ON public.service USING gin (help_types);

CREATE INDEX service_by_organization ON public.service USING btree (organization_id, id);

CREATE INDEX sign_in_attempt_by_age ON public.sign_in_attempt USING btree (since);

CREATE INDEX spent_proof_by_age ON public.spent_proof USING btree (expires_at);

CREATE INDEX staff_alarm_by_staff ON public.staff_alarm USING btree (staff_id, raised_at);

CREATE INDEX staff_enrolment_by_halves ON public.staff_enrolment USING btree (first_hash, second_hash);

CREATE INDEX staff_enrolment_by_staff ON public.staff_enrolment USING btree (staff_id);

CREATE INDEX staff_identity_by_staff ON public.staff_identity USING btree (staff_id);

CREATE INDEX staff_passkey_by_staff ON public.staff_passkey USING btree (staff_id);

CREATE INDEX staff_session_by_staff ON public.staff_session USING btree (staff_id);

CREATE INDEX triage_act_by_request ON public.triage_act USING btree (request_id);

CREATE INDEX verification_step_of_provider ON public.verification_step USING btree (provider_id, id);

CREATE TRIGGER area_drawn_anew_is_told AFTER UPDATE OF border ON public.service_area FOR EACH ROW WHEN ((new.border IS DISTINCT FROM old.border)) EXECUTE FUNCTION public.note_redrawn_listings();

CREATE TRIGGER area_is_drawn AFTER INSERT ON public.service_area FOR EACH ROW WHEN ((new.border IS NOT NULL)) EXECUTE FUNCTION public.draw_area();

CREATE TRIGGER area_is_drawn_anew AFTER UPDATE OF border ON public.service_area FOR EACH ROW WHEN ((new.border IS DISTINCT FROM old.border)) EXECUTE FUNCTION public.draw_area();

CREATE TRIGGER area_marks_listings AFTER INSERT OR DELETE OR UPDATE ON public.service_area FOR EACH ROW EXECUTE FUNCTION public.mark_stale_listings();

CREATE TRIGGER audit_anchor_stands BEFORE INSERT OR DELETE OR UPDATE ON public.audit_anchor FOR EACH ROW EXECUTE FUNCTION public.audit_anchor_stands();

CREATE TRIGGER audit_anchor_stays BEFORE TRUNCATE ON public.audit_anchor FOR EACH STATEMENT EXECUTE FUNCTION public.audit_anchor_stands();

CREATE TRIGGER audit_event_stands BEFORE DELETE OR UPDATE ON public.audit_event FOR EACH ROW EXECUTE FUNCTION public.audit_event_stands();

CREATE TRIGGER audit_event_stays BEFORE TRUNCATE ON public.audit_event FOR EACH STATEMENT EXECUTE FUNCTION public.audit_event_stands();

CREATE TRIGGER capacity_is_counted AFTER UPDATE ON public.capacity REFERENCING NEW TABLE AS counted FOR EACH STATEMENT EXECUTE FUNCTION public.note_counted_listings();

CREATE TRIGGER capacity_is_stated AFTER INSERT ON public.capacity REFERENCING NEW TABLE AS counted FOR EACH STATEMENT EXECUTE FUNCTION public.note_counted_listings();

CREATE TRIGGER capacity_is_taken_back AFTER DELETE ON public.capacity REFERENCING OLD TABLE AS counted FOR EACH STATEMENT EXECUTE FUNCTION public.note_counted_listings();

CREATE TRIGGER card_teaches_hours AFTER INSERT ON public.listing_card REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION public.learn_hours();

CREATE TRIGGER card_teaches_words AFTER INSERT ON public.listing_card REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION public.learn_words();

CREATE TRIGGER help_type_marks_listings AFTER INSERT OR UPDATE ON public.help_type FOR EACH ROW EXECUTE FUNCTION public.mark_listings_with_help();

CREATE TRIGGER language_marks_listings AFTER INSERT OR DELETE OR UPDATE ON public.language_offered FOR EACH ROW EXECUTE FUNCTION public.mark_stale_listings();

CREATE TRIGGER language_offered_is_remembered AFTER UPDATE ON public.language_offered REFERENCING OLD TABLE AS was NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION public.remember_changes('{}');

CREATE TRIGGER language_offered_that_comes_is_remembered AFTER INSERT ON public.language_offered REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION public.remember_rows();

CREATE TRIGGER language_offered_that_goes_is_remembered AFTER DELETE ON public.language_offered REFERENCING OLD TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION public.remember_rows();

CREATE TRIGGER location_is_remembered AFTER UPDATE ON public.location REFERENCING OLD TABLE AS was NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION public.remember_changes('{point}');

CREATE TRIGGER location_marks_listings AFTER UPDATE ON public.location FOR EACH ROW EXECUTE FUNCTION public.mark_stale_listings();

CREATE TRIGGER organization_is_remembered AFTER UPDATE ON public.organization REFERENCING OLD TABLE AS was NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION public.remember_changes('{}');

CREATE TRIGGER organization_marks_listings AFTER UPDATE ON public.organization FOR EACH ROW EXECUTE FUNCTION public.mark_stale_listings();

CREATE TRIGGER pace_tells_offers AFTER INSERT ON public.provider_pace FOR EACH ROW EXECUTE FUNCTION public.know_offers();

CREATE TRIGGER phone_is_remembered AFTER UPDATE ON public.phone REFERENCING OLD TABLE AS was NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION public.remember_changes('{}');

CREATE TRIGGER phone_marks_listings AFTER INSERT OR DELETE OR UPDATE ON public.phone FOR EACH ROW EXECUTE FUNCTION public.mark_stale_listings();

CREATE TRIGGER phone_that_comes_is_remembered AFTER INSERT ON public.phone REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION public.remember_rows();

CREATE TRIGGER phone_that_goes_is_remembered AFTER DELETE ON public.phone REFERENCING OLD TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION public.remember_rows();

CREATE TRIGGER provider_assesses_offers AFTER UPDATE OF openness ON public.provider FOR EACH ROW WHEN (((old.openness = 'assessment_needed'::text) <> (new.openness = 'assessment_needed'::text))) EXECUTE FUNCTION public.assess_offers();

CREATE TRIGGER provider_is_remembered AFTER UPDATE ON public.provider REFERENCING OLD TABLE AS was NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION public.remember_changes('{openness_stated_at,openness_expires_at,openness_stated_by,offers_made,offers_accepted,last_offered_at,verified_at,verified_until}');

CREATE TRIGGER provider_leaves_feed AFTER DELETE ON public.provider REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.note_deleted_listings();

CREATE TRIGGER provider_marks_listings AFTER INSERT OR UPDATE OF name, description, source, organization_id, service_id, location_id, verification, verified_at, retired_at, merged_into ON public.provider FOR EACH ROW EXECUTE FUNCTION public.mark_stale_listings();

CREATE TRIGGER provider_opens_offers AFTER UPDATE OF openness ON public.provider FOR EACH ROW WHEN (((old.openness = ANY (ARRAY['open'::text, 'limited'::text])) <> (new.openness = ANY (ARRAY['open'::text, 'limited'::text])))) EXECUTE FUNCTION public.open_listing_offers();

CREATE TRIGGER provider_states_openness AFTER UPDATE OF openness, openness_stated_at, openness_expires_at, waitlist_estimate_days ON public.provider FOR EACH ROW WHEN (((((old.openness IS DISTINCT FROM new.openness) OR (old.openness_stated_at IS DISTINCT FROM new.openness_stated_at)) OR (old.openness_expires_at IS DISTINCT FROM new.openness_expires_at)) OR (old.waitlist_estimate_days IS DISTINCT FROM new.waitlist_estimate_days))) EXECUTE FUNCTION public.note_stated_listing();

CREATE CONSTRAINT TRIGGER referral_tells_pace AFTER UPDATE ON public.referral DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((((old.responded_at IS NULL) AND (new.responded_at IS NOT NULL)) OR ((new.status <> old.status) AND (new.status = ANY (ARRAY['expired'::text, 'in_progress'::text]))))) EXECUTE FUNCTION public.note_pace();

CREATE CONSTRAINT TRIGGER refresh_at_commit AFTER INSERT ON public.stale_listing DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.refresh_stale_listings();

CREATE TRIGGER schedule_is_remembered AFTER UPDATE ON public.schedule REFERENCING OLD TABLE AS was NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION public.remember_changes('{}');

CREATE TRIGGER schedule_marks_listings AFTER INSERT OR DELETE OR UPDATE ON public.schedule FOR EACH ROW EXECUTE FUNCTION public.mark_stale_listings();

CREATE TRIGGER schedule_that_comes_is_remembered AFTER INSERT ON public.schedule REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION public.remember_rows();

CREATE TRIGGER schedule_that_goes_is_remembered AFTER DELETE ON public.schedule REFERENCING OLD TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION public.remember_rows();

CREATE TRIGGER service_area_is_remembered AFTER UPDATE ON public.service_area REFERENCING OLD TABLE AS was NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION public.remember_changes('{}');

CREATE TRIGGER service_area_that_comes_is_remembered AFTER INSERT ON public.service_area REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION public.remember_rows();

CREATE TRIGGER service_area_that_goes_is_remembered AFTER DELETE ON public.service_area REFERENCING OLD TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION public.remember_rows();

CREATE TRIGGER service_is_remembered AFTER UPDATE ON public.service REFERENCING OLD TABLE AS was NEW TABLE AS is_now FOR EACH STATEMENT EXECUTE FUNCTION public.remember_changes('{last_modified}');

CREATE TRIGGER service_marks_listings AFTER UPDATE ON public.service FOR EACH ROW EXECUTE FUNCTION public.mark_stale_listings();

ALTER TABLE ONLY conf.place
    ADD CONSTRAINT conf_place_of_location FOREIGN KEY (location_id) REFERENCES public.location(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.case_access
    ADD CONSTRAINT access_decided_by FOREIGN KEY (decided_by) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.case_access
    ADD CONSTRAINT access_of_staff FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.case_access
    ADD CONSTRAINT access_to_request FOREIGN KEY (request_id) REFERENCES public.help_request(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.triage_act
    ADD CONSTRAINT act_of_request FOREIGN KEY (request_id) REFERENCES public.help_request(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.staff_alarm
    ADD CONSTRAINT alarm_about_staff FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_of_partner FOREIGN KEY (partner_id) REFERENCES public.partner(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.service_area
    ADD CONSTRAINT area_of_provider FOREIGN KEY (provider_id) REFERENCES public.provider(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.service_area
    ADD CONSTRAINT area_of_service FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.service_area
    ADD CONSTRAINT area_taken_from_provider FOREIGN KEY (taken_from) REFERENCES public.provider(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.other_house_attempt
    ADD CONSTRAINT attempt_of_staff FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.capacity
    ADD CONSTRAINT capacity_of_provider FOREIGN KEY (provider_id) REFERENCES public.provider(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.listing_card
    ADD CONSTRAINT card_of_provider FOREIGN KEY (id) REFERENCES public.provider(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.passkey_challenge
    ADD CONSTRAINT challenge_of_staff FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.request_claim
    ADD CONSTRAINT claim_of_request FOREIGN KEY (request_id) REFERENCES public.help_request(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.request_claim
    ADD CONSTRAINT claim_of_staff FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.consent
    ADD CONSTRAINT consent_of_request FOREIGN KEY (request_id) REFERENCES public.help_request(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.contact_index
    ADD CONSTRAINT contact_of_request FOREIGN KEY (request_id) REFERENCES public.help_request(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.contact_search
    ADD CONSTRAINT contact_search_by_staff FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.staff_enrolment
    ADD CONSTRAINT enrolment_agreed_by FOREIGN KEY (agreed_by) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.staff_enrolment
    ADD CONSTRAINT enrolment_asked_by FOREIGN KEY (asked_by) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.staff_enrolment
    ADD CONSTRAINT enrolment_of_staff FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.referral_event
    ADD CONSTRAINT event_of_referral FOREIGN KEY (referral_id) REFERENCES public.referral(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.request_event
    ADD CONSTRAINT event_of_request FOREIGN KEY (request_id) REFERENCES public.help_request(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_export
    ADD CONSTRAINT export_agreed_by FOREIGN KEY (agreed_by) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_export
    ADD CONSTRAINT export_asked_by FOREIGN KEY (asked_by) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.staff_identity
    ADD CONSTRAINT identity_of_staff FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.language_name
    ADD CONSTRAINT language_name_of_language FOREIGN KEY (tag) REFERENCES public.language(tag) ON DELETE CASCADE;

ALTER TABLE ONLY public.language_offered
    ADD CONSTRAINT language_of_location FOREIGN KEY (location_id) REFERENCES public.location(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.language_offered
    ADD CONSTRAINT language_of_service FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.language_tag
    ADD CONSTRAINT language_tag_described FOREIGN KEY (described_by) REFERENCES public.language(tag);

ALTER TABLE ONLY public.language_offered
    ADD CONSTRAINT language_taken_from_provider FOREIGN KEY (taken_from) REFERENCES public.provider(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.location
    ADD CONSTRAINT location_of_organization FOREIGN KEY (organization_id) REFERENCES public.organization(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_of_request FOREIGN KEY (request_id) REFERENCES public.help_request(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.request_note
    ADD CONSTRAINT note_of_help_request FOREIGN KEY (request_id) REFERENCES public.help_request(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.referral_note
    ADD CONSTRAINT note_of_referral FOREIGN KEY (referral_id) REFERENCES public.referral(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.listing_offer
    ADD CONSTRAINT offer_of_card FOREIGN KEY (listing_id) REFERENCES public.listing_card(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.case_opening
    ADD CONSTRAINT opening_by_staff FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.case_opening
    ADD CONSTRAINT opening_of_request FOREIGN KEY (request_id) REFERENCES public.help_request(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.listing_override
    ADD CONSTRAINT override_of_proposal FOREIGN KEY (proposal_id) REFERENCES public.listing_proposal(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.partner
    ADD CONSTRAINT partner_of_organization FOREIGN KEY (organization_id) REFERENCES public.organization(id);

ALTER TABLE ONLY public.staff_passkey
    ADD CONSTRAINT passkey_of_staff FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.phone
    ADD CONSTRAINT phone_of_location FOREIGN KEY (location_id) REFERENCES public.location(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.phone
    ADD CONSTRAINT phone_of_organization FOREIGN KEY (organization_id) REFERENCES public.organization(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.phone
    ADD CONSTRAINT phone_of_provider FOREIGN KEY (provider_id) REFERENCES public.provider(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.phone
    ADD CONSTRAINT phone_of_service FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.phone
    ADD CONSTRAINT phone_taken_from_provider FOREIGN KEY (taken_from) REFERENCES public.provider(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.place_name
    ADD CONSTRAINT place_name_of_place FOREIGN KEY (place_id) REFERENCES public.place(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plan_left_over
    ADD CONSTRAINT plan_left_over_of_plan FOREIGN KEY (plan_id) REFERENCES public.assignment_plan(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plan_left_over
    ADD CONSTRAINT plan_left_over_of_request FOREIGN KEY (request_id) REFERENCES public.help_request(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plan_proposal
    ADD CONSTRAINT plan_proposal_of_plan FOREIGN KEY (plan_id) REFERENCES public.assignment_plan(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plan_proposal
    ADD CONSTRAINT plan_proposal_of_provider FOREIGN KEY (provider_id) REFERENCES public.provider(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plan_proposal
    ADD CONSTRAINT plan_proposal_of_request FOREIGN KEY (request_id) REFERENCES public.help_request(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plan_proposal
    ADD CONSTRAINT plan_proposal_referral FOREIGN KEY (referral_id) REFERENCES public.referral(id) ON DELETE SET NULL (referral_id);

ALTER TABLE ONLY public.listing_proposal
    ADD CONSTRAINT proposal_of_partner FOREIGN KEY (partner_id) REFERENCES public.partner(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.listing_proposal
    ADD CONSTRAINT proposal_of_provider FOREIGN KEY (provider_id) REFERENCES public.provider(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.proposed_fact
    ADD CONSTRAINT proposed_fact_of_proposal FOREIGN KEY (proposal_id) REFERENCES public.listing_proposal(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.provider
    ADD CONSTRAINT provider_at_location FOREIGN KEY (location_id) REFERENCES public.location(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.provider
    ADD CONSTRAINT provider_merged_into FOREIGN KEY (merged_into) REFERENCES public.provider(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.provider
    ADD CONSTRAINT provider_of_organization FOREIGN KEY (organization_id) REFERENCES public.organization(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.provider
    ADD CONSTRAINT provider_of_service FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.provider_pace
    ADD CONSTRAINT provider_pace_of_provider FOREIGN KEY (provider_id) REFERENCES public.provider(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.referral
    ADD CONSTRAINT referral_counts_against FOREIGN KEY (capacity_id) REFERENCES public.capacity(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.referral
    ADD CONSTRAINT referral_of_request FOREIGN KEY (request_id) REFERENCES public.help_request(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.referral
    ADD CONSTRAINT referral_to_provider FOREIGN KEY (provider_id) REFERENCES public.provider(id);

ALTER TABLE ONLY public.listing_report
    ADD CONSTRAINT report_of_provider FOREIGN KEY (provider_id) REFERENCES public.provider(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.area_ring
    ADD CONSTRAINT ring_of_area FOREIGN KEY (area_id) REFERENCES public.service_area(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.schedule
    ADD CONSTRAINT schedule_of_location FOREIGN KEY (location_id) REFERENCES public.location(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.schedule
    ADD CONSTRAINT schedule_of_provider FOREIGN KEY (provider_id) REFERENCES public.provider(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.schedule
    ADD CONSTRAINT schedule_of_service FOREIGN KEY (service_id) REFERENCES public.service(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.service
    ADD CONSTRAINT service_of_organization FOREIGN KEY (organization_id) REFERENCES public.organization(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.staff_session
    ADD CONSTRAINT session_of_staff FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.verification_step
    ADD CONSTRAINT step_of_provider FOREIGN KEY (provider_id) REFERENCES public.provider(id) ON DELETE CASCADE;

CREATE POLICY owner_keeps ON conf.place TO referral_owner USING (true) WITH CHECK (true);

ALTER TABLE conf.place ENABLE ROW LEVEL SECURITY;

CREATE POLICY anybody_tells ON public.listing_report TO referral_public, referral_partner USING (true);

ALTER TABLE public.api_key ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.assignment_plan ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.audit_event ENABLE ROW LEVEL SECURITY;

CREATE POLICY by_a_link ON public.confirmation TO referral_public, referral_partner USING ((( SELECT claim.listings() AS listings) <> '{}'::uuid[]));

ALTER TABLE public.case_access ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.case_opening ENABLE ROW LEVEL SECURITY;

CREATE POLICY changing ON public.staff FOR UPDATE TO referral_console USING (true);

ALTER TABLE public.confirmation ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.consent ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_index ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact_search ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.form_ease ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.help_draft ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.help_request ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.listing_proposal ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.listing_report ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.message ENABLE ROW LEVEL SECURITY;

CREATE POLICY of_console ON public.form_ease FOR SELECT TO referral_console USING (true);

CREATE POLICY of_linked_listing ON public.listing_proposal TO referral_public, referral_partner USING (((partner_id IS NULL) AND (provider_id = ANY (( SELECT claim.listings() AS listings)::uuid[]))));

CREATE POLICY of_linked_listing ON public.proposed_fact TO referral_public, referral_partner USING ((proposer = ANY (( SELECT claim.listings() AS listings)::uuid[])));

CREATE POLICY of_partner ON public.consent TO referral_partner USING (claim.reaches(request_id));

CREATE POLICY of_partner ON public.help_request TO referral_partner USING (claim.reaches(id));

CREATE POLICY of_partner ON public.listing_proposal TO referral_partner USING ((partner_id = ( SELECT claim.partner() AS partner)));

CREATE POLICY of_partner ON public.proposed_fact TO referral_partner USING ((proposer = ( SELECT claim.partner() AS partner)));

CREATE POLICY of_partner ON public.referral TO referral_partner USING (((organization_id = ( SELECT claim.organization() AS organization)) OR claim.reaches(request_id)));

CREATE POLICY of_partner ON public.referral_event TO referral_partner USING (claim.reaches_by(referral_id));

CREATE POLICY of_partner ON public.referral_note TO referral_partner USING (claim.reaches_by(referral_id));

CREATE POLICY of_partner ON public.request_event TO referral_partner USING (claim.reaches(request_id));

CREATE POLICY of_staff ON public.assignment_plan TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.audit_event TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.case_access TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.case_opening TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.confirmation TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.consent TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.contact_index TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.contact_search TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.help_request TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.listing_proposal TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.listing_report TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.message TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.outbox TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.people_export TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.plan_left_over TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.plan_proposal TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.proposed_fact TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.referral TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.referral_event TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.referral_note TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.request_claim TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.request_event TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.request_note TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.staff FOR INSERT TO referral_console WITH CHECK (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.staff_alarm TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_staff ON public.triage_act TO referral_console USING (( SELECT claim.is_staff() AS is_staff));

CREATE POLICY of_worker ON public.assignment_plan TO referral_worker USING (true);

CREATE POLICY of_worker ON public.audit_event TO referral_worker USING (true);

CREATE POLICY of_worker ON public.case_access TO referral_worker USING (true);

CREATE POLICY of_worker ON public.case_opening TO referral_worker USING (true);

CREATE POLICY of_worker ON public.confirmation TO referral_worker USING (true);

CREATE POLICY of_worker ON public.consent TO referral_worker USING (true);

CREATE POLICY of_worker ON public.contact_index TO referral_worker USING (true);

CREATE POLICY of_worker ON public.help_draft TO referral_worker USING (true);

CREATE POLICY of_worker ON public.help_request TO referral_worker USING (true);

CREATE POLICY of_worker ON public.listing_proposal TO referral_worker USING (true);

CREATE POLICY of_worker ON public.listing_report TO referral_worker USING (true);

CREATE POLICY of_worker ON public.message TO referral_worker USING (true);

CREATE POLICY of_worker ON public.outbox TO referral_worker USING (true);

CREATE POLICY of_worker ON public.plan_left_over TO referral_worker USING (true);

CREATE POLICY of_worker ON public.plan_proposal TO referral_worker USING (true);

CREATE POLICY of_worker ON public.proposed_fact TO referral_worker USING (true);

CREATE POLICY of_worker ON public.referral TO referral_worker USING (true);

CREATE POLICY of_worker ON public.referral_event TO referral_worker USING (true);

CREATE POLICY of_worker ON public.referral_note TO referral_worker USING (true);

CREATE POLICY of_worker ON public.request_claim TO referral_worker USING (true);

CREATE POLICY of_worker ON public.request_event TO referral_worker USING (true);

CREATE POLICY of_worker ON public.request_note TO referral_worker USING (true);

CREATE POLICY of_worker ON public.spent_proof TO referral_worker USING (true);

CREATE POLICY of_worker ON public.staff FOR SELECT TO referral_worker USING (true);

CREATE POLICY of_worker ON public.staff_alarm TO referral_worker USING (true);

CREATE POLICY of_worker ON public.triage_act TO referral_worker USING (true);

ALTER TABLE public.other_house_attempt ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.outbox ENABLE ROW LEVEL SECURITY;

CREATE POLICY own ON public.case_access TO referral_public, referral_partner USING ((request_id = ANY (( SELECT claim.requests() AS requests)::uuid[])));

CREATE POLICY own ON public.case_opening TO referral_public, referral_partner USING ((request_id = ANY (( SELECT claim.requests() AS requests)::uuid[])));

CREATE POLICY own ON public.contact_index TO referral_public, referral_partner USING ((request_id = ANY (( SELECT claim.requests() AS requests)::uuid[])));

CREATE POLICY own ON public.help_draft TO referral_public USING (((look_up = ANY (( SELECT claim.drafts() AS drafts)::bytea[])) OR (code_look_up = ANY (( SELECT claim.drafts() AS drafts)::bytea[]))));

CREATE POLICY own ON public.message TO referral_public, referral_partner USING ((request_id = ANY (( SELECT claim.requests() AS requests)::uuid[])));

CREATE POLICY own ON public.request_claim TO referral_public, referral_partner USING ((request_id = ANY (( SELECT claim.requests() AS requests)::uuid[])));

CREATE POLICY own ON public.request_note TO referral_public, referral_partner USING ((request_id = ANY (( SELECT claim.requests() AS requests)::uuid[])));

CREATE POLICY own ON public.triage_act TO referral_public, referral_partner USING ((request_id = ANY (( SELECT claim.requests() AS requests)::uuid[])));

CREATE POLICY own_key ON public.api_key FOR UPDATE TO referral_partner USING ((partner_id = ( SELECT claim.partner() AS partner)));

CREATE POLICY own_or_offered ON public.consent TO referral_public, referral_partner USING (((request_id = ANY (( SELECT claim.requests() AS requests)::uuid[])) OR (request_id = ANY (( SELECT claim.offered() AS offered)::uuid[])))) WITH CHECK (((request_id = ANY (( SELECT claim.requests() AS requests)::uuid[])) OR (request_id = ANY (( SELECT claim.offered() AS offered)::uuid[])) OR claim.is_new(request_id)));

CREATE POLICY own_or_offered ON public.help_request TO referral_public, referral_partner USING (((receipt_hash = ANY (( SELECT claim.receipts() AS receipts)::bytea[])) OR (idempotency_hash = ANY (( SELECT claim.submissions() AS submissions)::bytea[])) OR (id = ANY (( SELECT claim.requests() AS requests)::uuid[])) OR (id = ANY (( SELECT claim.offered() AS offered)::uuid[]))));

CREATE POLICY own_or_offered ON public.referral TO referral_public, referral_partner USING (((request_id = ANY (( SELECT claim.requests() AS requests)::uuid[])) OR (request_id = ANY (( SELECT claim.offered() AS offered)::uuid[]))));

CREATE POLICY own_or_offered ON public.referral_event TO referral_public, referral_partner USING ((referral_id = ANY (( SELECT claim.referrals() AS referrals)::uuid[])));

CREATE POLICY own_or_offered ON public.referral_note TO referral_public, referral_partner USING ((referral_id = ANY (( SELECT claim.referrals() AS referrals)::uuid[])));

CREATE POLICY own_or_offered ON public.request_event TO referral_public, referral_partner USING (((request_id = ANY (( SELECT claim.requests() AS requests)::uuid[])) OR (request_id = ANY (( SELECT claim.offered() AS offered)::uuid[])))) WITH CHECK (((request_id = ANY (( SELECT claim.requests() AS requests)::uuid[])) OR (request_id = ANY (( SELECT claim.offered() AS offered)::uuid[])) OR claim.is_new(request_id)));

CREATE POLICY owner_keeps ON public.api_key TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.assignment_plan TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.audit_event TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.case_access TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.case_opening TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.confirmation TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.consent TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.contact_index TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.contact_search TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.form_ease TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.help_draft TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.help_request TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.listing_proposal TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.listing_report TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.message TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.other_house_attempt TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.outbox TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.partner TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.passkey_challenge TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.people_export TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.plan_left_over TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.plan_proposal TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.proposed_fact TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.referral TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.referral_event TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.referral_note TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.request_claim TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.request_event TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.request_note TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.sign_in_attempt TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.spent_proof TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.staff TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.staff_alarm TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.staff_enrolment TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.staff_identity TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.staff_passkey TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.staff_session TO referral_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_keeps ON public.triage_act TO referral_owner USING (true) WITH CHECK (true);

ALTER TABLE public.partner ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.passkey_challenge ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_export ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.plan_left_over ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.plan_proposal ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.proposed_fact ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.referral ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.referral_event ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.referral_note ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.request_claim ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.request_event ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.request_note ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.sign_in_attempt ENABLE ROW LEVEL SECURITY;

CREATE POLICY signing_in ON public.other_house_attempt TO referral_console USING (true);

CREATE POLICY signing_in ON public.passkey_challenge TO referral_console USING (true);

CREATE POLICY signing_in ON public.sign_in_attempt TO referral_console USING (true);

CREATE POLICY signing_in ON public.staff FOR SELECT TO referral_console USING (true);

CREATE POLICY signing_in ON public.staff_enrolment TO referral_console USING (true);

CREATE POLICY signing_in ON public.staff_identity TO referral_console USING (true);

CREATE POLICY signing_in ON public.staff_passkey TO referral_console USING (true);

CREATE POLICY signing_in ON public.staff_session TO referral_console USING (true);

ALTER TABLE public.spent_proof ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.staff ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.staff_alarm ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.staff_enrolment ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.staff_identity ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.staff_passkey ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.staff_session ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.triage_act ENABLE ROW LEVEL SECURITY;

CREATE POLICY what_may_be_ordered ON public.outbox TO referral_public, referral_partner USING (claim.may_order(kind, subject_id));

CREATE POLICY who_can_be_told ON public.api_key FOR SELECT TO referral_public, referral_partner, referral_console, referral_worker USING (true);

CREATE POLICY who_can_be_told ON public.partner FOR SELECT TO referral_public, referral_partner, referral_console, referral_worker USING (true);

CREATE POLICY who_opened_mine ON public.audit_event FOR SELECT TO referral_public, referral_partner USING ((subject_id = ANY (( SELECT claim.requests() AS requests)::uuid[])));

CREATE POLICY written ON public.audit_event FOR INSERT TO referral_public, referral_partner, referral_console WITH CHECK (true);
