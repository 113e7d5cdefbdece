-- The rows that one submission writes, a statement for each table in one transaction, by pgbench. As long as the sealed ones.
BEGIN;
INSERT INTO help_request (id, status, created_at, updated_at, help_types, languages, country, state, urgency, respond_by,
                          question_set, partner_id, data_key, facts, person, receipt_hash, idempotency_hash, body_hash)
VALUES (gen_random_uuid(), 'submitted', now(), now(), '{legal.asylum}', '{es}', 'US', 'TX', 'normal',
        now() + interval '14 days', 'measured', NULL, decode(repeat('5a', 61), 'hex'), decode(repeat('5a', 541), 'hex'),
        decode(repeat('5a', 541), 'hex'), sha256(gen_random_uuid()::text::bytea), sha256(gen_random_uuid()::text::bytea),
        sha256(gen_random_uuid()::text::bytea))
RETURNING id \gset
INSERT INTO consent (request_id, scope, given_at, text_version, language)
VALUES (:id, 'match_automatically', now(), 'measured', 'es'), (:id, 'share_summary', now(), 'measured', 'es'),
       (:id, 'store_request', now(), 'measured', 'es');
INSERT INTO request_event (request_id, at, kind, actor, subject_id) VALUES (:id, now(), 'submitted', 'requester', NULL);
INSERT INTO outbox (kind, subject_id, run_at) VALUES ('match', :id, now());
COMMIT;
