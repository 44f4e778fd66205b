-- Statements about presses, messages, cards, incidents and the record.

-- renew_delivery --
-- Whoever delivers is still at it.
UPDATE outbox SET not_before = :until WHERE sent_at IS NULL AND failed_at IS NULL AND lease = :lease

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

-- bring_forward_presses --
-- A press that is put off for longer than any is, by a clock that was ahead, is due.
UPDATE presses SET not_before = :now WHERE judged_at IS NULL AND not_before > :latest RETURNING id

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
-- Pictures to be delivered, also to where one stands, if none waits that nobody took: it is drawn as things are then.
INSERT INTO outbox (request_id, lane, kind, recipient, created_at, not_before)
SELECT :request_id, :request_id || ':' || new.value, :kind, new.value, :now, :now
  FROM (SELECT value FROM json_each(:recipients)
        UNION ALL SELECT recipient FROM cards
         WHERE request_id = :request_id AND recipient NOT IN (SELECT value FROM json_each(:recipients))) AS new
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

-- take_pictures --
-- All pictures of a request that wait in one lane are taken: the next one shows what each of them was to show.
UPDATE outbox SET lease = :lease, not_before = :lease_until
 WHERE lane = :lane AND kind = :kind AND sent_at IS NULL AND failed_at IS NULL

-- newest_taken --
-- The newest message of one kind in one lane that was taken. One that waits may be to show what is yet to come.
SELECT MAX(id) AS id FROM outbox
 WHERE lane = :lane AND kind = :kind AND sent_at IS NULL AND failed_at IS NULL AND lease IS NOT NULL

-- leave_taken --
-- What was taken together with a message that came to nothing is due.
UPDATE outbox SET lease = NULL, not_before = :now
 WHERE lane = :lane AND sent_at IS NULL AND failed_at IS NULL AND lease IS NOT NULL

-- notices_sent --
-- A message was delivered, and with it every one of its kind and lane up to a number.
UPDATE outbox SET sent_at = :now, attempts = attempts + 1
 WHERE lane = :lane AND kind = :kind AND id <= :newest AND sent_at IS NULL AND failed_at IS NULL

-- notice_failed --
-- A message can't be delivered, ever; unless somebody else has, while whoever tells it stood still.
UPDATE outbox SET failed_at = :now, error = :error, attempts = attempts + 1
 WHERE id = :id AND sent_at IS NULL AND failed_at IS NULL

-- notice_told --
-- So many parts of a message that is longer than one were delivered.
UPDATE outbox SET told = :told WHERE id = :id

-- park_notice --
-- A message can't be delivered until somebody opens the place that it is for; it holds up no other meanwhile.
UPDATE outbox SET failed_at = :now, parked = 1, error = :error, attempts = attempts + 1, lease = NULL
 WHERE id = :id AND sent_at IS NULL AND failed_at IS NULL

-- is_lane_parked --
-- Whether messages of a lane are parked.
SELECT EXISTS (SELECT 1 FROM outbox WHERE parked = 1 AND lane = :lane) AS parked

-- is_any_parked --
-- Whether any message is parked.
SELECT EXISTS (SELECT 1 FROM outbox WHERE parked = 1) AS parked

-- drop_parked --
-- What is parked for too long to be of use stays undelivered; a card is of use that stands there, or waits for people.
UPDATE outbox SET parked = 0
 WHERE parked = 1 AND created_at < :since
   AND NOT (kind = :card AND (
     EXISTS (SELECT 1 FROM cards AS c WHERE c.request_id = outbox.request_id AND c.recipient = outbox.recipient)
     OR EXISTS (SELECT 1 FROM requests AS r WHERE r.id = outbox.request_id AND r.state = 'pending')))
RETURNING id

-- first_parked_lane --
-- The lane of what is parked for a recipient the longest.
SELECT lane FROM outbox WHERE parked = 1 AND recipient = :recipient ORDER BY id LIMIT 1

-- unpark_notices --
-- The place is open again: what is parked for it is to be delivered.
UPDATE outbox SET failed_at = NULL, parked = 0, attempts = 0, not_before = :now
 WHERE parked = 1 AND recipient = :recipient AND (lane = :lane OR :lane = '')

-- notices_elsewhere --
-- What waits or is parked for another channel than this one, but for pictures that take the place of one there.
SELECT id FROM outbox WHERE parked = 1 AND lane GLOB '*:[CG]*' AND lane NOT GLOB '*:' || :channel
 UNION ALL SELECT id FROM outbox AS o WHERE sent_at IS NULL AND failed_at IS NULL
   AND lane GLOB '*:[CG]*' AND lane NOT GLOB '*:' || :channel
   AND NOT (kind = :kind AND EXISTS (SELECT 1 FROM cards AS c
                                      WHERE c.request_id = o.request_id AND c.recipient = o.recipient))

-- move_notice --
-- A message, and what is private in its lane, is for another channel.
UPDATE outbox SET lane = substr(lane, 1, instr(lane, ':')) || :channel,
       recipient = CASE WHEN recipient GLOB '[CG]*' THEN :channel ELSE recipient END
 WHERE id = :id

-- hasten_notices --
-- What was put off is tried at once: what kept it from being delivered may be over.
UPDATE outbox SET not_before = :now
 WHERE sent_at IS NULL AND failed_at IS NULL AND lease IS NULL AND not_before > :now

-- bring_forward_notices --
-- A message that is put off for longer than any is, or in hand, by a clock that was ahead, is due.
UPDATE outbox SET not_before = :now WHERE sent_at IS NULL AND failed_at IS NULL AND not_before > :latest RETURNING id

-- postpone_notice --
-- A message is tried again later.
UPDATE outbox SET not_before = :not_before, error = :error, attempts = attempts + 1, lease = NULL
 WHERE id = :id AND sent_at IS NULL AND failed_at IS NULL

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

-- bring_forward_incidents --
-- Faults that are left in peace for longer than any is, by a clock that was ahead, are looked at.
UPDATE incidents SET not_before = :now WHERE ended_at IS NULL AND not_before > :latest RETURNING id

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

-- record_began --
-- When the first line of the record was written.
SELECT MIN(at) AS at FROM audit WHERE seq = 1

-- last_head_posted --
-- When the newest hash of the record was last told to everybody; before that, when the record began.
SELECT COALESCE((SELECT at FROM audit WHERE event = 'head_posted' ORDER BY seq DESC LIMIT 1),
                (SELECT at FROM audit WHERE seq = 1)) AS at

-- audit_of_policy --
-- What the record says last about the policy file.
SELECT event, detail FROM audit WHERE event IN ('policy_loaded', 'policy_refused') ORDER BY seq DESC LIMIT 1

-- audit_of_workspace --
-- What the record says last about the workspace in which the bot is.
SELECT detail FROM audit WHERE event = 'workspace_known' ORDER BY seq DESC LIMIT 1

-- audit_of --
-- The record of one request.
SELECT * FROM audit WHERE request_id = :request_id ORDER BY seq
