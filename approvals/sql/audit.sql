-- What an auditor asks of the whole file: these look through whole tables, and nothing that serves people runs them.

-- lines --
-- Every line of the record, in order.
SELECT seq, at, event, request_id, actor_id, actor_name, detail, previous, hash FROM audit ORDER BY seq

-- lines_between --
-- The next lines of a time, in order.
SELECT seq, at, event, request_id, actor_id, actor_name, detail, previous, hash FROM audit
 WHERE seq > :after AND at >= :since AND at < :until ORDER BY seq LIMIT :page

-- newest_number --
-- The number of the last line that was ever written, as SQLite remembers it.
SELECT COALESCE(MAX(seq), 0) AS seq FROM sqlite_sequence WHERE name = 'audit'

-- line_of_hash --
-- Where a hash stands.
SELECT seq, at FROM audit WHERE hash = :hash

-- guards --
-- The triggers that keep the record as it is.
SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'

-- tables --
-- The tables of the file.
SELECT name FROM sqlite_master WHERE type = 'table'

-- migrations --
-- The steps of the schema that the file has.
SELECT name FROM _sqlite_migrations WHERE migration_set = 'imagewarden'

-- all_requests --
-- What was asked, and how it stands.
SELECT id, action, image_ref, reason, requester_id, state, until, ends FROM requests ORDER BY id

-- all_decisions --
-- What was decided, the last word of each.
SELECT request_id, person_id, verdict, reason FROM decisions ORDER BY id

-- all_grants --
-- Every share.
SELECT id, request_id, image_id, region, account, until, ended_at, ended_by FROM grants ORDER BY id

-- all_sources --
-- Every word on an account that shares images with us.
SELECT account, trusted, request_id FROM sources ORDER BY id
