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
-- The newest request by which an image of that id or name was deleted.
SELECT id, image_id, changed_at FROM requests
 WHERE action = 'delete' AND state = 'done' AND (image_id = :image OR json_extract(image, '$.name') = :image)
 ORDER BY id DESC LIMIT 1

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

-- requests_page_pending --
-- The newest requests that wait for a decision.
SELECT id FROM requests WHERE state = 'pending' AND id < :before ORDER BY id DESC LIMIT :limit

-- requests_newer --
-- The next newer requests, by anybody, the oldest of them first.
SELECT id FROM requests WHERE id > :after ORDER BY id LIMIT :limit

-- requests_newer_of --
-- The next newer requests of one person, the oldest of them first.
SELECT id FROM requests WHERE requester_id = :person AND id > :after ORDER BY id LIMIT :limit

-- requests_newer_pending --
-- The next newer requests that wait for a decision, the oldest of them first.
SELECT id FROM requests WHERE state = 'pending' AND id > :after ORDER BY id LIMIT :limit

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
UPDATE requests SET state = :after, changed_at = :now, not_before = :now, attempts = 0, home = :home, image = :image, image_id = :image_id, image_region = :image_region, findings = :findings,
       deciders = :deciders, decide_by = :decide_by, attend_at = :attend_at, requester_name = :requester_name,
       lasts = :lasts, until = :until
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

-- set_until --
-- When the shares of a request will end is known.
UPDATE requests SET until = :until WHERE id = :id

-- to_attend --
-- Pending requests that nobody decided: it is time to remind of them, to pass them on, or to end them.
SELECT id FROM requests WHERE state = 'pending' AND attend_at <= :now ORDER BY attend_at, id LIMIT :limit

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
-- The first approved request that is due; nobody works on its image, and no earlier one of it waits to be tried again.
SELECT id, image_id, image_region FROM requests AS r
 WHERE state = 'approved' AND not_before <= :now
   AND (attempts > 0 OR NOT EXISTS (SELECT 1 FROM requests AS tried WHERE tried.state = 'approved'
                    AND tried.image_id = r.image_id AND tried.image_region = r.image_region
                    AND tried.attempts > 0 AND tried.not_before > :now))
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

-- renew_delivery --
-- Whoever delivers is still at it.
UPDATE outbox SET not_before = :until WHERE sent_at IS NULL AND failed_at IS NULL AND lease = :lease

-- renew_copying --
-- Whoever has a copy in hand is still at it.
UPDATE copies SET not_before = :until
 WHERE state IN ('wanted', 'calling', 'syncing', 'removing') AND lease = :lease

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

-- add_copy --
-- A copy that is wanted; where one is under way or ready, that one is meant.
INSERT INTO copies (home, image_id, image_region, region, name, request_id, state, created_at, changed_at, moved_at,
                    not_before)
VALUES (:home, :image_id, :image_region, :region, :name, :request_id, 'wanted', :now, :now, :now, :now)
ON CONFLICT DO NOTHING
RETURNING id

-- copies --
-- Every copy of an image, oldest first.
SELECT * FROM copies WHERE image_id = :image_id AND image_region = :image_region ORDER BY id

-- copy --
-- One copy by its number.
SELECT * FROM copies WHERE id = :id

-- copies_due --
-- Copies with which something is to be done, oldest first; one that is in hand is due when its lease ends.
SELECT * FROM copies
 WHERE state IN ('wanted', 'calling', 'syncing', 'removing') AND not_before <= :now
 ORDER BY not_before, id LIMIT :limit

-- copies_waiting --
-- The copies with which something is to be done, by state: how many, and since when the oldest is wanted.
SELECT state, COUNT(*) AS number, MIN(created_at) AS since FROM copies
 WHERE state IN ('wanted', 'calling', 'syncing', 'removing') GROUP BY state

-- take_copy --
-- A copy is taken in hand; it is due again when the lease ends. No row: somebody was first.
UPDATE copies SET lease = :lease, not_before = :until
 WHERE id = :id AND state IN ('wanted', 'calling', 'syncing', 'removing') AND not_before <= :now
RETURNING id

-- holds_copy --
-- Whether a lease still covers a copy in that state.
SELECT EXISTS (SELECT 1 FROM copies WHERE id = :id AND state = :state AND lease = :lease) AS held

-- set_copy --
-- How it stands with a copy, if it is still in the state and in the hand in which it was; it stays in that hand or not.
UPDATE copies SET state = :after, copy_id = :copy_id, percent = :percent, code = :code, message = :message, message_of = :message_of,
       cloud_request_id = :cloud_request_id, calls = :calls, looks = :looks, polls = :polls, seen = :seen,
       stalled = :stalled, changed_at = :changed_at, moved_at = :moved_at, told_at = :told_at,
       told_percent = :told_percent,
       not_before = CASE WHEN :keeps THEN not_before ELSE :not_before END, lease = CASE WHEN :keeps THEN lease END
 WHERE id = :id AND state = :before AND lease IS :lease
RETURNING id

-- next_copying --
-- When something is to be done with a copy: nothing is while credentials that don't work are left in peace.
SELECT MAX((SELECT MIN(not_before) FROM copies WHERE state IN ('wanted', 'calling', 'syncing', 'removing')),
           COALESCE((SELECT MAX(not_before) FROM incidents WHERE ended_at IS NULL), '')) AS at

-- abandoned --
-- Executing requests whose lease ran out: whoever took them is gone.
SELECT id, lease FROM requests WHERE state = 'executing' AND lease_until <= :now ORDER BY lease_until LIMIT :limit

-- set_item --
-- How it stands with one account.
UPDATE items SET state = :state, code = :code, message = :message, message_of = :message_of, cloud_request_id = :cloud_request_id,
       unseen = :unseen, region = :region, image_id = :image_id, changed_at = :now
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

-- add_grant --
-- A share that took effect.
INSERT INTO grants (home, image_id, region, account, account_name, request_id, since, until, due)
VALUES (:home, :image_id, :region, :account, :account_name, :request_id, :since, :until, :due)

-- end_grants --
-- A share that was taken back; by which requests it was known.
UPDATE grants SET ended_at = :now, ended_by = :request_id
 WHERE ended_at IS NULL AND image_id = :image_id AND region = :region AND account = :account
RETURNING request_id

-- end_grant --
-- One share is over, while another of the same image to the same account may go on.
UPDATE grants SET ended_at = :now, ended_by = :request_id
 WHERE ended_at IS NULL AND image_id = :image_id AND region = :region AND account = :account AND request_id = :over

-- grants_due --
-- The requests whose shares are over, or soon will be, which is to be told.
SELECT request_id FROM grants WHERE ended_at IS NULL AND due <= :now
 GROUP BY request_id ORDER BY MIN(due), request_id LIMIT :limit

-- grants_standing --
-- The shares of a request that stand.
SELECT * FROM grants WHERE request_id = :request_id AND ended_at IS NULL ORDER BY id

-- grants_summed --
-- How many shares of each of several requests stand, and when the last one ended.
SELECT request_id, SUM(ended_at IS NULL) AS standing, MAX(ended_at) AS ended_at FROM grants
 WHERE request_id IN (SELECT value FROM json_each(:numbers)) GROUP BY request_id

-- put_off_grants --
-- When to look again at the shares of a request.
UPDATE grants SET due = :due WHERE request_id = :request_id AND ended_at IS NULL

-- end_grants_now --
-- The shares of a request are over from now on.
UPDATE grants SET until = :now, due = :now
 WHERE request_id = :request_id AND ended_at IS NULL AND (until IS NULL OR until > :now)
RETURNING id

-- goes_on --
-- Whether another share of the same image to the same account goes on.
SELECT EXISTS (SELECT 1 FROM grants WHERE ended_at IS NULL AND image_id = :image_id AND region = :region
                  AND account = :account AND request_id <> :over AND (until IS NULL OR until > :now)) AS goes_on

-- next_ending --
-- When a share is over, or is to be told that it soon will be.
SELECT MIN(due) AS at FROM grants WHERE ended_at IS NULL AND due IS NOT NULL

-- end_all_grants --
-- The image is gone, and every share with it.
UPDATE grants SET ended_at = :now, ended_by = :request_id
 WHERE ended_at IS NULL AND image_id = :image_id AND region = :region
RETURNING request_id

-- active_grants --
-- The shares of one image that the ledger knows.
SELECT * FROM grants WHERE ended_at IS NULL AND image_id = :image_id AND region = :region ORDER BY id

-- shares_page --
-- The shares that stand, by image, from a row on.
SELECT g.*, json_extract(r.image, '$.name') AS image_name FROM grants AS g JOIN requests AS r ON r.id = g.request_id
 WHERE g.ended_at IS NULL ORDER BY g.image_id, g.region, g.account LIMIT :limit OFFSET :start

-- shares_ending --
-- The shares that end before a time, the first to end first, from a row on.
SELECT g.*, json_extract(r.image, '$.name') AS image_name FROM grants AS g JOIN requests AS r ON r.id = g.request_id
 WHERE g.ended_at IS NULL AND g.due IS NOT NULL AND g.due <= :before AND g.until <= :before
 ORDER BY g.due, g.id LIMIT :limit OFFSET :start

-- shared_images --
-- The images that have shares that the ledger knows.
SELECT DISTINCT image_id, region FROM grants WHERE ended_at IS NULL

-- shared_before --
-- Those of the accounts with which any image was ever shared, by the ledger.
SELECT value AS account FROM json_each(:accounts) AS asked
 WHERE EXISTS (SELECT 1 FROM grants WHERE account = asked.value)

-- add_drift_request --
-- What people are to decide about a difference that was found; nobody asked for it, and it waits for as long as it takes.
INSERT INTO requests (home, key, action, image_ref, regions, reason, requester_id, requester_name, asked_at, state,
                      changed_at, image, image_id, image_region, deciders)
VALUES (:home, :key, :action, :image_id, :regions, '', :requester_id, :requester_name, :now, 'pending',
        :now, :image, :image_id, :image_region, :deciders)
RETURNING id

-- add_drift --
-- A difference; one that is known already adds nothing.
INSERT INTO drift (kind, image_id, image_name, region, account, account_name, found_at)
VALUES (:kind, :image_id, :image_name, :region, :account, :account_name, :now)
ON CONFLICT DO NOTHING

-- drift_of_image --
-- The differences of one image that stand.
SELECT * FROM drift WHERE settled_at IS NULL AND image_id = :image_id AND region = :region
   AND kind IN ('unapproved', 'gone') ORDER BY id

-- drift_of_request --
-- The differences that stand and about which a request lets people decide.
SELECT * FROM drift WHERE settled_at IS NULL AND request_id = :request_id ORDER BY id

-- open_drift --
-- All differences that stand.
SELECT * FROM drift WHERE settled_at IS NULL ORDER BY kind, image_name, image_id, region, account LIMIT :limit OFFSET :start

-- drift_untold --
-- The differences that stand and of which nobody was told.
SELECT * FROM drift WHERE settled_at IS NULL AND told = 0 ORDER BY id

-- drift_counts --
-- How many differences of each kind stand.
SELECT kind, COUNT(*) AS number FROM drift WHERE settled_at IS NULL GROUP BY kind

-- drift_told --
-- Somebody was told of a difference, by a request where people can decide about it.
UPDATE drift SET told = 1, request_id = COALESCE(:request_id, request_id) WHERE id = :id

-- settle_drift --
-- A difference stands no longer.
UPDATE drift SET settled_at = :now, outcome = :outcome WHERE id = :id AND settled_at IS NULL

-- drift_pass --
-- How far the comparison is.
SELECT * FROM drift_pass

-- set_drift_pass --
-- How far the comparison is now.
INSERT INTO drift_pass (id, started_at, finished_at, region, image_id, looked, total, cards)
VALUES (1, :started_at, :finished_at, :region, :image_id, :looked, :total, :cards)
ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, finished_at = excluded.finished_at,
       region = excluded.region, image_id = excluded.image_id, looked = excluded.looked, total = excluded.total,
       cards = excluded.cards

-- is_busy --
-- Whether something is being done with an image, or is about to be.
SELECT EXISTS (SELECT 1 FROM requests WHERE state = 'approved' AND image_id = :image_id AND image_region = :region)
    OR EXISTS (SELECT 1 FROM requests WHERE state = 'executing' AND image_id = :image_id AND image_region = :region)
    OR EXISTS (SELECT 1 FROM copies AS c JOIN requests AS r ON r.state = 'approved'
                          AND r.image_id = c.image_id AND r.image_region = c.image_region
                WHERE c.copy_id = :image_id AND c.region = :region)
    OR EXISTS (SELECT 1 FROM copies AS c JOIN requests AS r ON r.state = 'executing'
                          AND r.image_id = c.image_id AND r.image_region = c.image_region
                WHERE c.copy_id = :image_id AND c.region = :region) AS busy

-- add_source_word --
-- The guardians' word on an account that shares images with us.
INSERT INTO sources (account, trusted, request_id, at) VALUES (:account, :trusted, :request_id, :now)

-- source_words --
-- The last word on each account.
SELECT account, trusted FROM sources AS last
 WHERE NOT EXISTS (SELECT 1 FROM sources AS later WHERE later.account = last.account AND later.id > last.id)

-- source_history --
-- Every word on an account, the newest first.
SELECT * FROM sources WHERE account = :account ORDER BY id DESC

-- note_seen --
-- An image that is shared with us; what is known keeps its time.
INSERT INTO inbound (region, image_id, first_seen) VALUES (:region, :image_id, :now)
ON CONFLICT (image_id, region) DO NOTHING

-- first_seen --
-- Since when we know of images that are shared with us.
SELECT * FROM inbound WHERE image_id IN (SELECT value FROM json_each(:images))

-- add_press --
-- A press of a button as it came in; a second delivery of the same press adds nothing.
INSERT INTO presses (key, request_id, person_id, verb, reason, reply_to, at, not_before)
VALUES (:key, :request_id, :person_id, :verb, :reason, :reply_to, :at, :at)
ON CONFLICT (key) DO NOTHING
RETURNING id

-- unjudged --
-- Presses that nobody has judged, oldest first.
SELECT * FROM presses WHERE judged_at IS NULL AND not_before <= :now ORDER BY id LIMIT :limit

-- set_judged --
-- A press was judged, and what came of it.
UPDATE presses SET judged_at = :now, outcome = :outcome WHERE id = :id AND judged_at IS NULL RETURNING id

-- postpone_press --
-- A press that can't be judged now is judged later.
UPDATE presses SET not_before = :not_before WHERE id = :id AND judged_at IS NULL

-- presses_waiting --
-- The presses that nobody has judged: how many, and since when the oldest.
SELECT COUNT(*) AS number, MIN(at) AS since FROM presses WHERE judged_at IS NULL

-- next_press --
-- When the next press is due to be judged.
SELECT MIN(not_before) AS at FROM presses WHERE judged_at IS NULL

-- add_notice --
-- A message to be delivered.
INSERT INTO outbox (request_id, lane, kind, recipient, facts, created_at, not_before)
VALUES (:request_id, :lane, :kind, :recipient, :facts, :now, :now)

-- add_cards --
-- Pictures of a request to be delivered, where none waits that nobody has taken: it will be drawn as things are then.
INSERT INTO outbox (request_id, lane, kind, recipient, created_at, not_before)
SELECT :request_id, :request_id || ':' || new.value, :kind, new.value, :now, :now FROM json_each(:recipients) AS new
 WHERE NOT EXISTS (SELECT 1 FROM outbox AS o WHERE o.lane = :request_id || ':' || new.value AND o.kind = :kind
                    AND o.sent_at IS NULL AND o.failed_at IS NULL AND o.lease IS NULL)

-- notices_due --
-- The first message of each lane, where it is due and its recipient isn't held.
SELECT * FROM outbox AS o
 WHERE sent_at IS NULL AND failed_at IS NULL AND not_before <= :now
   AND recipient NOT IN (SELECT value FROM json_each(:held))
   AND NOT EXISTS (SELECT 1 FROM outbox AS e WHERE e.lane = o.lane AND e.id < o.id
                    AND e.sent_at IS NULL AND e.failed_at IS NULL)
 ORDER BY id LIMIT :limit

-- take_notice --
-- A message is taken to be delivered; it is due again when the lease ends.
UPDATE outbox SET lease = :lease, not_before = :lease_until WHERE id = :id

-- newest_notice --
-- The newest waiting message of one kind in one lane.
SELECT MAX(id) AS id FROM outbox WHERE lane = :lane AND kind = :kind AND sent_at IS NULL AND failed_at IS NULL

-- notices_sent --
-- A message was delivered, and with it every one of its kind and lane up to a number.
UPDATE outbox SET sent_at = :now, attempts = attempts + 1
 WHERE lane = :lane AND kind = :kind AND id <= :newest AND sent_at IS NULL AND failed_at IS NULL

-- notice_failed --
-- A message can't be delivered, ever.
UPDATE outbox SET failed_at = :now, error = :error, attempts = attempts + 1 WHERE id = :id

-- notice_told --
-- So many parts of a message that is longer than one were delivered.
UPDATE outbox SET told = :told WHERE id = :id

-- park_notice --
-- A message can't be delivered until somebody opens the place that it is for; it holds up no other meanwhile.
UPDATE outbox SET failed_at = :now, parked = 1, error = :error, attempts = attempts + 1, lease = NULL WHERE id = :id

-- is_lane_parked --
-- Whether messages of a lane are parked.
SELECT EXISTS (SELECT 1 FROM outbox WHERE parked = 1 AND lane = :lane) AS parked

-- is_any_parked --
-- Whether any message is parked.
SELECT EXISTS (SELECT 1 FROM outbox WHERE parked = 1) AS parked

-- drop_parked --
-- What is parked for too long to be of use stays undelivered, whomever it was for.
UPDATE outbox SET parked = 0 WHERE parked = 1 AND created_at < :since

-- unpark_notices --
-- The place is open again: what is parked for it is to be delivered.
UPDATE outbox SET failed_at = NULL, parked = 0, attempts = 0, not_before = :now
 WHERE parked = 1 AND recipient = :recipient

-- hasten_notices --
-- What was put off is tried at once: what kept it from being delivered may be over.
UPDATE outbox SET not_before = :now
 WHERE sent_at IS NULL AND failed_at IS NULL AND lease IS NULL AND not_before > :now

-- postpone_notice --
-- A message is tried again later.
UPDATE outbox SET not_before = :not_before, error = :error, attempts = attempts + 1, lease = NULL WHERE id = :id

-- next_notice --
-- When the next message is due: those behind another one in their lane wait for it.
SELECT MIN(not_before) AS at FROM outbox AS o
 WHERE sent_at IS NULL AND failed_at IS NULL
   AND recipient NOT IN (SELECT value FROM json_each(:held))
   AND NOT EXISTS (SELECT 1 FROM outbox AS e WHERE e.lane = o.lane AND e.id < o.id
                    AND e.sent_at IS NULL AND e.failed_at IS NULL)

-- notices_waiting --
-- The messages that wait: how many, and since when the oldest.
SELECT COUNT(*) AS number, MIN(created_at) AS since FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL

-- notices_parked --
-- How many messages wait for somebody to open the place that they are for.
SELECT COUNT(*) AS number FROM outbox WHERE parked = 1

-- add_card --
-- Where a copy of a request's card stands.
INSERT INTO cards (request_id, recipient, channel, ts) VALUES (:request_id, :recipient, :channel, :ts)
ON CONFLICT (request_id, recipient) DO UPDATE SET channel = excluded.channel, ts = excluded.ts

-- request_at --
-- Whose card a message is.
SELECT request_id FROM cards WHERE ts = :ts AND channel = :channel

-- cards --
-- Every copy of a request's card.
SELECT * FROM cards WHERE request_id = :request_id ORDER BY recipient

-- add_incident --
-- A fault of the credentials; one of its kind that is not mended yet stands for it.
INSERT INTO incidents (kind, call, error, since, not_before) VALUES (:kind, :call, :error, :now, :not_before)
ON CONFLICT (kind) WHERE ended_at IS NULL DO NOTHING
RETURNING id

-- widen_incident --
-- A fault turns out to be that of another call.
UPDATE incidents SET call = :call WHERE kind = :kind AND ended_at IS NULL

-- incidents --
-- The faults that are not mended yet.
SELECT * FROM incidents WHERE ended_at IS NULL

-- take_probe --
-- Somebody begins to see whether the faults are mended. No row: it is too early, or somebody else was first.
UPDATE incidents SET attempts = attempts + 1, not_before = :until WHERE ended_at IS NULL AND not_before <= :now
RETURNING id

-- pass_probe --
-- What was begun met none of the faults, so the next may begin.
UPDATE incidents SET attempts = 0, not_before = :now WHERE ended_at IS NULL

-- end_incidents --
-- A call is answered again, so its faults are mended.
UPDATE incidents SET ended_at = :now WHERE ended_at IS NULL AND call = :call
RETURNING *

-- add_audit --
-- One line of the record.
INSERT INTO audit (at, event, request_id, actor_id, actor_name, detail, previous, hash)
VALUES (:at, :event, :request_id, :actor_id, :actor_name, :detail, :previous, :hash)

-- audit_head --
-- The newest line of the record.
SELECT seq, at, event, hash FROM audit ORDER BY seq DESC LIMIT 1

-- last_head_posted --
-- When the newest hash of the record was last told to everybody; before that, when the record began.
SELECT COALESCE((SELECT at FROM audit WHERE event = 'head_posted' ORDER BY seq DESC LIMIT 1),
                (SELECT at FROM audit WHERE seq = 1)) AS at

-- audit_of_policy --
-- What the record says last about the policy file.
SELECT event, detail FROM audit WHERE event IN ('policy_loaded', 'policy_refused') ORDER BY seq DESC LIMIT 1

-- audit_of --
-- The record of one request.
SELECT * FROM audit WHERE request_id = :request_id ORDER BY seq
