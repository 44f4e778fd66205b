-- Every statement of the store, under its name, with what it is for.
-- Every change of a request's state names the state that it leaves: no row means that somebody was first.

-- add_request --
-- A request as it was asked; a key that is there already adds nothing.
INSERT INTO requests (key, action, image_ref, regions, reason, requester_id, requester_name, asked_at,
                      state, changed_at, not_before, reply_to, everyone, snapshots, lasts, day)
VALUES (:key, :action, :image_ref, :regions, :reason, :requester_id, :requester_name, :now,
        'checking', :now, :now, :reply_to, :everyone, :snapshots, :lasts, :day)
ON CONFLICT (key) DO NOTHING
RETURNING id

-- add_end --
-- What takes back the shares of a request that are over: approved with them, about the same image.
INSERT INTO requests (key, action, image_ref, regions, reason, requester_id, requester_name, asked_at, state,
                      changed_at, not_before, home, image, image_id, image_region, deciders, ends)
SELECT :key, 'unshare', image_id, regions, '', requester_id, requester_name, :now, 'approved',
       :now, :now, home, image, image_id, image_region, deciders, id FROM requests WHERE id = :ends
RETURNING id

-- is_ending --
-- Whether the shares of a request are being taken back already since they are over.
SELECT EXISTS (SELECT 1 FROM requests WHERE ends = :request_id AND state IN ('approved', 'executing')) AS ending

-- request_by_key --
-- The request that an earlier delivery of the same message became.
SELECT id FROM requests WHERE key = :key

-- add_item --
-- One account of a request, or an image that is to be deleted.
INSERT INTO items (request_id, account, account_name, region, image_id, state)
VALUES (:request_id, :account, :account_name, :region, :image_id, 'waiting')

-- set_regions --
-- The regions of a request are known where none was asked for.
UPDATE requests SET regions = :regions WHERE id = :id

-- deletion --
-- The newest request that deleted an image of that id or name, and didn't find it gone.
SELECT id, image_id, changed_at FROM requests
 WHERE id = (SELECT MAX(id) FROM (
         SELECT id, image_id FROM requests WHERE action = 'delete' AND state = 'done' AND image_id = :image
         UNION ALL SELECT id, image_id FROM requests
                    WHERE action = 'delete' AND state = 'done' AND json_extract(image, '$.name') = :image) AS deleting
        WHERE EXISTS (SELECT 1 FROM items
                       WHERE request_id = deleting.id AND account = '' AND image_id = deleting.image_id
                         AND state = 'done'))

-- request --
-- One request by its number.
SELECT * FROM requests WHERE id = :id

-- items --
-- The accounts of a request, in the order they were asked for.
SELECT * FROM items WHERE request_id = :request_id ORDER BY id

-- requests --
-- Several requests by their numbers.
SELECT * FROM requests WHERE id IN (SELECT value FROM json_each(:numbers))

-- items_of_all --
-- The accounts of several requests, in the order they were asked for.
SELECT * FROM items WHERE request_id IN (SELECT value FROM json_each(:numbers)) ORDER BY id

-- decisions_of_all --
-- What was decided about several requests, oldest first.
SELECT * FROM decisions WHERE request_id IN (SELECT value FROM json_each(:numbers)) ORDER BY id

-- decisions --
-- What was decided about a request, oldest first.
SELECT * FROM decisions WHERE request_id = :request_id ORDER BY id

-- requests_page --
-- The newest requests, by anybody.
SELECT id FROM requests WHERE id < :before ORDER BY id DESC LIMIT :limit

-- requests_page_of --
-- The newest requests of one person.
SELECT id FROM requests WHERE requester_id = :person AND id < :before ORDER BY id DESC LIMIT :limit

-- requests_newer --
-- The next newer requests, by anybody, the oldest of them first.
SELECT id FROM requests WHERE id > :after ORDER BY id LIMIT :limit

-- requests_newer_of --
-- The next newer requests of one person, the oldest of them first.
SELECT id FROM requests WHERE requester_id = :person AND id > :after ORDER BY id LIMIT :limit

-- requests_open --
-- The requests for one image that somebody or something must still move.
SELECT id FROM requests WHERE state = 'pending' AND image_id = :image_id AND image_region = :image_region
 UNION ALL SELECT id FROM requests WHERE state = 'approved' AND image_id = :image_id AND image_region = :image_region
 UNION ALL SELECT id FROM requests WHERE state = 'executing' AND image_id = :image_id AND image_region = :image_region
 LIMIT :limit

-- to_check --
-- Requests whose checks are due, oldest first.
SELECT id FROM requests WHERE state = 'checking' AND not_before <= :now ORDER BY not_before, id LIMIT :limit

-- checked --
-- What the checks found, and who may decide; the request goes on from there.
UPDATE requests SET state = :after, changed_at = :now, not_before = :now, attempts = 0, home = :home, image = :image,
       image_id = :image_id, image_region = :image_region, findings = :findings, deciders = :deciders,
       decide_by = :decide_by, attend_at = :attend_at, requester_name = :requester_name, lasts = :lasts, until = :until
 WHERE id = :id AND state = 'checking'
RETURNING action

-- move --
-- The state of a request goes from one to another, if it is still in the one.
UPDATE requests SET state = :after, changed_at = :now, not_before = :now, attempts = 0
 WHERE id = :id AND state = :before
RETURNING action

-- postpone --
-- The next attempt at a request is later; its state stays. No row: another process made the same attempt.
UPDATE requests SET not_before = :not_before, attempts = attempts + 1
 WHERE id = :id AND state = :state AND attempts = :attempts
RETURNING id

-- hasten_requests --
-- What was put off is tried at once: what it failed by may be over. What waits to see what a call did goes on waiting.
UPDATE requests SET not_before = :now
 WHERE id IN (SELECT id FROM requests WHERE state = 'checking' AND not_before > :now AND attempts > 0
              UNION ALL SELECT id FROM requests WHERE state = 'approved' AND not_before > :now AND attempts > 0)
   AND NOT EXISTS (SELECT 1 FROM items
                    WHERE request_id = requests.id AND state = 'waiting' AND (code <> '' OR unseen > 0))

-- bring_forward_requests --
-- What is put off for longer than anything is, by a clock that was ahead, is due.
UPDATE requests SET not_before = :now
 WHERE id IN (SELECT id FROM requests WHERE state = 'checking' AND not_before > :latest
              UNION ALL SELECT id FROM requests WHERE state = 'approved' AND not_before > :latest)
RETURNING id

-- bring_forward_executions --
-- Likewise what somebody has in hand.
UPDATE requests SET lease_until = :now WHERE state = 'executing' AND lease_until > :latest RETURNING id

-- set_until --
-- When the shares of a request will end is known.
UPDATE requests SET until = :until WHERE id = :id

-- to_attend --
-- Pending requests that nobody decided: it is time to remind of them, to pass them on, or to end them.
SELECT id FROM requests WHERE state = 'pending' AND attend_at <= :now ORDER BY attend_at, id LIMIT :limit

-- set_deciders --
-- Who may decide about a pending request is known anew.
UPDATE requests SET deciders = :deciders WHERE id = :id AND state = 'pending'

-- attended --
-- A pending request was reminded of or passed on, and is looked at again later.
UPDATE requests SET attend_at = :attend_at, reminds = :reminds, deciders = :deciders
 WHERE id = :id AND state = 'pending'

-- add_decision --
-- One person's word; a later one by the same person takes its place (the record keeps both).
INSERT INTO decisions (request_id, person_id, person_name, roles, verdict, reason, at)
VALUES (:request_id, :person_id, :person_name, :roles, :verdict, :reason, :at)
ON CONFLICT (request_id, person_id) DO UPDATE SET person_name = excluded.person_name, roles = excluded.roles,
       verdict = excluded.verdict, reason = excluded.reason, at = excluded.at

-- ready --
-- The first approved request that is due: nobody works on its image, none goes before or waits to see what a call did.
SELECT id, image_id, image_region FROM requests AS r
 WHERE state = 'approved' AND not_before <= :now AND image_id NOT IN (SELECT value FROM json_each(:apart_from))
   AND (attempts > 0 OR NOT EXISTS (SELECT 1 FROM requests AS tried WHERE tried.state = 'approved'
                    AND tried.image_id = r.image_id AND tried.image_region = r.image_region
                    AND tried.attempts > 0 AND tried.not_before > :now))
   AND NOT EXISTS (SELECT 1 FROM requests AS looking JOIN items ON items.request_id = looking.id
                    WHERE looking.state = 'approved' AND looking.image_id = r.image_id
                      AND looking.image_region = r.image_region AND looking.not_before > :now
                      AND items.state = 'waiting' AND items.code IN ('accepted', 'unanswered'))
   AND NOT EXISTS (SELECT 1 FROM requests AS busy WHERE busy.state = 'executing'
                    AND busy.image_id = r.image_id AND busy.image_region = r.image_region)
 ORDER BY not_before, id LIMIT 1

-- ready_together --
-- Every approved request for one image that is due, in order of approval.
SELECT id, action FROM requests
 WHERE state = 'approved' AND not_before <= :now AND image_id = :image_id AND image_region = :image_region
 ORDER BY attempts = 0, not_before, id LIMIT :limit

-- take --
-- An approved request is taken to be executed, under a lease that ends by itself.
UPDATE requests SET state = 'executing', changed_at = :now, lease = :lease, lease_until = :lease_until,
       attempts = attempts + 1
 WHERE id = :id AND state = 'approved'
RETURNING action

-- release --
-- An executing request leaves that state, if the lease is still the one it was taken under.
UPDATE requests SET state = :after, changed_at = :now, not_before = :not_before, attempts = attempts - :undone,
       lease = NULL, lease_until = NULL
 WHERE id = :id AND state = 'executing' AND lease = :lease
RETURNING action

-- renew_execution --
-- Whoever executes is still at it.
UPDATE requests SET lease_until = :until WHERE state = 'executing' AND lease = :lease

-- holds --
-- Whether a lease still covers an execution.
SELECT EXISTS (SELECT 1 FROM requests WHERE state = 'executing' AND lease = :lease) AS held

-- wake_requests --
-- What waits for a copy of an image is due.
UPDATE requests SET not_before = :now
 WHERE state = 'approved' AND not_before IS NULL AND image_id = :image_id AND image_region = :image_region

-- requests_waiting_for_copies --
-- The requests that wait for a copy of an image.
SELECT id FROM requests
 WHERE state = 'approved' AND not_before IS NULL AND image_id = :image_id AND image_region = :image_region
 ORDER BY id

-- abandoned --
-- Executing requests whose lease ran out: whoever took them is gone.
SELECT id, lease FROM requests WHERE state = 'executing' AND lease_until <= :now ORDER BY lease_until LIMIT :limit

-- set_item --
-- How it stands with one account.
UPDATE items SET state = :state, code = :code, message = :message, message_of = :message_of,
       cloud_request_id = :cloud_request_id, unseen = :unseen, region = :region, image_id = :image_id, changed_at = :now
 WHERE id = :id

-- place_items --
-- The region of every account of a request is known where none was asked for.
UPDATE items SET region = :region, changed_at = :now WHERE request_id = :request_id AND region = ''

-- reset_items --
-- The accounts that failed are tried again.
UPDATE items SET state = 'waiting', code = '', message = '', message_of = '', cloud_request_id = '', unseen = 0,
       image_id = CASE account WHEN '' THEN image_id ELSE '' END, changed_at = :now
 WHERE request_id = :request_id AND state = 'failed'

-- next_check --
-- When the next request is due to be checked.
SELECT MIN(not_before) AS at FROM requests WHERE state = 'checking'

-- next_execution --
-- When the next approved request is due: none is while credentials that don't work are left in peace.
SELECT MAX((SELECT MIN(not_before) FROM requests WHERE state = 'approved'),
           COALESCE((SELECT MAX(not_before) FROM incidents WHERE ended_at IS NULL), '')) AS at

-- next_deadline --
-- When the next deadline or lease runs out.
SELECT MIN(at) AS at FROM (
  SELECT MIN(lease_until) AS at FROM requests WHERE state = 'executing'
  UNION ALL SELECT MIN(attend_at) FROM requests WHERE state = 'pending')

-- waiting --
-- The requests that somebody or something must still move: how many, since when the oldest, and the most attempts at one.
SELECT 'checking' AS state, COUNT(*) AS number, MIN(changed_at) AS since, MAX(attempts) AS attempts
  FROM requests WHERE state = 'checking'
 UNION ALL SELECT 'pending', COUNT(*), MIN(changed_at), 0 FROM requests WHERE state = 'pending'
 UNION ALL SELECT 'approved', COUNT(*), MIN(changed_at), MAX(attempts) FROM requests WHERE state = 'approved'
 UNION ALL SELECT 'executing', COUNT(*), MIN(changed_at), 0 FROM requests WHERE state = 'executing'
