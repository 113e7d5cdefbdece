-- One place, taken by one statement: whoever comes first has it, and the referral is written with it. By pgbench.
\set provider random(1, :providers)
WITH slot AS (
     UPDATE capacity SET taken = taken + 1
      WHERE id = md5('slots ' || :provider)::uuid AND taken + held < stated
     RETURNING id, provider_id
)
INSERT INTO referral (id, request_id, provider_id, organization_id, help_type, status, capacity_id, holds, offered_at,
                      expires_at, responded_at, offered_by, score, rules_version)
SELECT gen_random_uuid(), md5('request ' || nextval('asked'))::uuid, provider_id, provider_id, 'legal.asylum', 'accepted',
       id, false, now(), now() + interval '1 day', now(), 'system', 500, 'measured'
  FROM slot;
