-- Statements about shares, copies in other regions, sources, and differences from the cloud.

-- home --
-- The account that the file is about: that of its newest share, or else of its newest request of which it is known.
SELECT COALESCE((SELECT home FROM grants WHERE home <> '' ORDER BY id DESC LIMIT 1),
                (SELECT home FROM requests WHERE home <> '' ORDER BY id DESC LIMIT 1), '') AS home

-- requests_page_pending --
-- The newest requests that wait for a decision.
SELECT id FROM requests WHERE state = 'pending' AND id < :before ORDER BY id DESC LIMIT :limit

-- requests_waiting_for --
-- The newest requests that wait for the decision of one person, who may decide and has not.
SELECT id FROM requests
 WHERE state = 'pending'
   AND :person IN (SELECT value FROM json_each(deciders, '$.owner_ids')
                   UNION ALL SELECT value FROM json_each(deciders, '$.guardian_ids'))
   AND NOT EXISTS (SELECT 1 FROM decisions WHERE request_id = requests.id AND person_id = :person)
 ORDER BY id DESC LIMIT :limit

-- requests_newer_pending --
-- The next newer requests that wait for a decision, the oldest of them first.
SELECT id FROM requests WHERE state = 'pending' AND id > :after ORDER BY id LIMIT :limit

-- renew_copying --
-- Whoever has a copy in hand is still at it.
UPDATE copies SET not_before = :until
 WHERE state IN ('wanted', 'calling', 'syncing', 'removing') AND lease = :lease

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

-- bring_forward_copies --
-- A copy that is put off for longer than any is, or in hand, by a clock that was ahead, is due.
UPDATE copies SET not_before = :now
 WHERE state IN ('wanted', 'calling', 'syncing', 'removing') AND not_before > :latest
RETURNING id

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
UPDATE copies SET state = :after, copy_id = :copy_id, percent = :percent, code = :code, message = :message,
       message_of = :message_of, cloud_request_id = :cloud_request_id, calls = :calls, looks = :looks, polls = :polls,
       seen = :seen, stalled = :stalled, changed_at = :changed_at, moved_at = :moved_at, told_at = :told_at,
       told_percent = :told_percent,
       not_before = CASE WHEN :keeps THEN not_before ELSE :not_before END, lease = CASE WHEN :keeps THEN lease END
 WHERE id = :id AND state = :before AND lease IS :lease
RETURNING id

-- next_copying --
-- When something is to be done with a copy: nothing is while credentials that don't work are left in peace.
SELECT MAX((SELECT MIN(not_before) FROM copies WHERE state IN ('wanted', 'calling', 'syncing', 'removing')),
           COALESCE((SELECT MAX(not_before) FROM incidents WHERE ended_at IS NULL), '')) AS at

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

-- ended_before --
-- Whether a request ended shares of another before.
SELECT EXISTS (
  SELECT 1 FROM grants WHERE request_id = :over AND ended_by = :request_id AND ended_at < :now
) AS ended

-- grants_ended --
-- Where and with whom shares of several requests ended.
SELECT request_id, account, region FROM grants
 WHERE request_id IN (SELECT value FROM json_each(:numbers)) AND ended_at IS NOT NULL

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

-- keepers --
-- The accounts that have what a request shared by other requests too, past a time; and by which.
SELECT DISTINCT mine.account, other.request_id
  FROM grants AS mine JOIN grants AS other
    ON other.ended_at IS NULL AND other.image_id = mine.image_id AND other.region = mine.region
       AND other.account = mine.account AND other.request_id <> mine.request_id
 WHERE mine.request_id = :over AND (other.until IS NULL OR other.until > :past)
 ORDER BY other.request_id

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
-- The shares that stand, by image, from a row on; those before it are passed over in the index alone.
SELECT g.*, json_extract(r.image, '$.name') AS image_name
  FROM (SELECT id FROM grants WHERE ended_at IS NULL
         ORDER BY image_id, region, account, id LIMIT :limit OFFSET :start) AS page
  JOIN grants AS g ON g.id = page.id JOIN requests AS r ON r.id = g.request_id
 ORDER BY g.image_id, g.region, g.account, g.id

-- shares_ending --
-- The shares that end before a time, the first to end first, from a row on; but for those whom a longer one outlasts.
SELECT g.*, json_extract(r.image, '$.name') AS image_name
  FROM (SELECT id FROM grants AS ends
         WHERE ended_at IS NULL AND due IS NOT NULL AND due <= :before AND until <= :before
           AND NOT EXISTS (SELECT 1 FROM grants AS longer
                            WHERE longer.ended_at IS NULL AND longer.image_id = ends.image_id
                              AND longer.region = ends.region AND longer.account = ends.account
                              AND (longer.until IS NULL OR longer.until > ends.until))
         ORDER BY due, id LIMIT :limit OFFSET :start) AS page
  JOIN grants AS g ON g.id = page.id JOIN requests AS r ON r.id = g.request_id
 ORDER BY g.due, g.id

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

-- images_with_drift --
-- The images of which differences stand.
SELECT DISTINCT region, image_id FROM drift WHERE settled_at IS NULL AND kind IN ('unapproved', 'gone')

-- drift_of_request --
-- The differences that stand and about which a request lets people decide.
SELECT * FROM drift WHERE settled_at IS NULL AND request_id = :request_id ORDER BY id

-- open_drift --
-- All differences that stand.
SELECT * FROM drift WHERE settled_at IS NULL
 ORDER BY kind, image_name, image_id, region, account LIMIT :limit OFFSET :start

-- accounts_changed --
-- Those of the accounts that got the image, or lost it, between two times.
SELECT DISTINCT account FROM grants
 WHERE account IN (SELECT value FROM json_each(:accounts)) AND image_id = :image_id AND region = :region
   AND ((since > :after AND since < :before) OR (ended_at > :after AND ended_at < :before))

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

-- bring_forward_drift_pass --
-- A comparison that ended later than now, by a clock that was ahead, ended now.
UPDATE drift_pass SET finished_at = :now WHERE finished_at > :now RETURNING id

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
