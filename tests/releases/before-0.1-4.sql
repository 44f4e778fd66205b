BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'imagewarden','m0001_the_main_job','2026-11-25 18:51:50.740746+00:00');
CREATE TABLE audit (
      seq INTEGER PRIMARY KEY,
      at TEXT NOT NULL,
      event TEXT NOT NULL,
      request_id INTEGER,
      actor_id TEXT NOT NULL,
      actor_name TEXT NOT NULL,
      detail TEXT NOT NULL,
      previous TEXT NOT NULL,
      hash TEXT NOT NULL
    );
INSERT INTO "audit" VALUES(1,'2026-03-02T09:00:00.001000Z','asked',1,'U0MEI','U0MEI','{"accounts":["100012345678"],"action":"share","image":"base-2026","reason":"nightly build","regions":[]}','0000000000000000000000000000000000000000000000000000000000000000','664b4c750b246c86b0826a6a23f82a812ffff78667900872d5f27693c889eab3');
INSERT INTO "audit" VALUES(2,'2026-03-02T09:00:00.002000Z','checked',1,'imagewarden','Imagewarden','{"findings":["note:shares_used","note:first_share","note:share_endless","note:share_is_not_recall"],"image":"img-base0001"}','664b4c750b246c86b0826a6a23f82a812ffff78667900872d5f27693c889eab3','23c160741685ecc79984bf9594a0f879547a0b16f3497b1bc33e9213a109c476');
INSERT INTO "audit" VALUES(3,'2026-03-02T09:00:00.003000Z','approved',1,'U0LIN','lin','{"enough":true,"findings":["shares_used","first_share","share_endless","share_is_not_recall"],"roles":["owner"]}','23c160741685ecc79984bf9594a0f879547a0b16f3497b1bc33e9213a109c476','bc64967992e5140c2fec75f2afa832178f09339c9a71406df8c7fcd7c0c33b65');
INSERT INTO "audit" VALUES(4,'2026-03-02T09:00:00.004000Z','executing',1,'imagewarden','Imagewarden','{"attempt":1}','bc64967992e5140c2fec75f2afa832178f09339c9a71406df8c7fcd7c0c33b65','93be0ceeeb2800781f1864b2cbd4485ea0cc5f0d16aa0a989a6617e7a9ad9c4e');
INSERT INTO "audit" VALUES(5,'2026-03-02T09:00:00.004000Z','share_done',1,'imagewarden','Imagewarden','{"account":"100012345678","cloud_request_id":"req-1","code":"","image":"img-base0001","region":"ap-guangzhou","state":"done"}','93be0ceeeb2800781f1864b2cbd4485ea0cc5f0d16aa0a989a6617e7a9ad9c4e','a3aa1c8e6fd709efa58455e81a9a16bc1e338f6797db307459998efab3b59378');
INSERT INTO "audit" VALUES(6,'2026-03-02T09:00:00.004000Z','done',1,'imagewarden','Imagewarden','{}','a3aa1c8e6fd709efa58455e81a9a16bc1e338f6797db307459998efab3b59378','7bc939196a023b1bd586344c36fbda183e55365172171f2b547dfc9b9be31139');
INSERT INTO "audit" VALUES(7,'2026-03-02T09:00:00.005000Z','asked',2,'U0MEI','U0MEI','{"accounts":["100023456789"],"action":"share","image":"base-2026","reason":"nightly build","regions":[]}','7bc939196a023b1bd586344c36fbda183e55365172171f2b547dfc9b9be31139','d9df0d59dc38d2122fbfaf0c870be4fd58af4980400b0a5187455fc7c7ea15f6');
INSERT INTO "audit" VALUES(8,'2026-03-02T09:00:00.006000Z','checked',2,'imagewarden','Imagewarden','{"findings":["note:shares_used","note:first_share","note:share_endless","note:share_is_not_recall"],"image":"img-base0001"}','d9df0d59dc38d2122fbfaf0c870be4fd58af4980400b0a5187455fc7c7ea15f6','bba2466430e7171c3ba288e6cc9ffe477ecc30de5c801271360750b7e1c3c5cd');
INSERT INTO "audit" VALUES(9,'2026-03-02T09:00:00.007000Z','denied',2,'U0LIN','lin','{"reason":"not yet"}','bba2466430e7171c3ba288e6cc9ffe477ecc30de5c801271360750b7e1c3c5cd','c957b8ce40f3e70127ff3b45cc76498006d0428e3aeaea87d9ceadb8d2e31ec4');
INSERT INTO "audit" VALUES(10,'2026-03-02T09:00:00.008000Z','asked',3,'U0MEI','U0MEI','{"accounts":["100023456789"],"action":"share","image":"base-2026","reason":"nightly build","regions":[]}','c957b8ce40f3e70127ff3b45cc76498006d0428e3aeaea87d9ceadb8d2e31ec4','7ff0540de7eb579659701935915163eae709cfde48453401fbe0c82759a3ae71');
INSERT INTO "audit" VALUES(11,'2026-03-02T09:00:00.009000Z','checked',3,'imagewarden','Imagewarden','{"findings":["note:shares_used","note:first_share","note:share_endless","note:share_is_not_recall"],"image":"img-base0001"}','7ff0540de7eb579659701935915163eae709cfde48453401fbe0c82759a3ae71','33bebf50fae8f1db832e03644e93d0e6394d1cb87918d40bc05d5a2a8b410a71');
INSERT INTO "audit" VALUES(12,'2026-03-02T09:00:00.010000Z','asked',4,'U0MEI','U0MEI','{"accounts":["100099900001"],"action":"share","image":"base-2026","reason":"nightly build","regions":[]}','33bebf50fae8f1db832e03644e93d0e6394d1cb87918d40bc05d5a2a8b410a71','de2804debad020196e8f9ba63bac9e209ddb3ca7f108b82f8b1100ba799441f7');
INSERT INTO "audit" VALUES(13,'2026-03-02T09:00:00.011000Z','checked',4,'imagewarden','Imagewarden','{"findings":["warn:target_unknown","note:shares_used","note:first_share","note:share_endless","note:share_is_not_recall"],"image":"img-base0001"}','de2804debad020196e8f9ba63bac9e209ddb3ca7f108b82f8b1100ba799441f7','f6d0d044c6f096c2d99b31df0d20cda3ebfb095a880767de936f63a233899d3b');
INSERT INTO "audit" VALUES(14,'2026-03-02T09:00:00.012000Z','approved',4,'U0LIN','lin','{"enough":false,"findings":["target_unknown","shares_used","first_share","share_endless","share_is_not_recall"],"roles":["owner"]}','f6d0d044c6f096c2d99b31df0d20cda3ebfb095a880767de936f63a233899d3b','b3a65402c6522cd556f783ffc170dd5381d1fdcb2737d472b85d58dfb985005d');
INSERT INTO "audit" VALUES(15,'2026-03-02T09:00:00.013000Z','approved',4,'U0SARA','sara','{"enough":true,"findings":["target_unknown","shares_used","first_share","share_endless","share_is_not_recall"],"roles":["guardian"]}','b3a65402c6522cd556f783ffc170dd5381d1fdcb2737d472b85d58dfb985005d','807556bb45b429ed67ad2c9fe02a0fbaa380f5b62501d6a343a2d86b07e732b7');
INSERT INTO "audit" VALUES(16,'2026-03-02T09:00:00.014000Z','asked',5,'U0MEI','U0MEI','{"accounts":["100077700001"],"action":"share","image":"base-2026","reason":"nightly build","regions":[]}','807556bb45b429ed67ad2c9fe02a0fbaa380f5b62501d6a343a2d86b07e732b7','b904bb73b2c253c02b84a608114da2af8cde2ef70697f12c858e1f8938b4056e');
INSERT INTO "audit" VALUES(17,'2026-03-02T09:00:00.015000Z','press_refused',4,'U0GUS','gus','{"verb":"approve","why":"may_not_act"}','b904bb73b2c253c02b84a608114da2af8cde2ef70697f12c858e1f8938b4056e','17946f720622722807f0426f7158ef6d08f7d4f6b528bb9404f487bf6e3c69ab');
CREATE TABLE cards (
      request_id INTEGER NOT NULL REFERENCES requests (id),
      recipient TEXT NOT NULL,
      channel TEXT NOT NULL,
      ts TEXT NOT NULL,
      PRIMARY KEY (request_id, recipient)
    ) WITHOUT ROWID
    ;
CREATE TABLE copies (
      id INTEGER PRIMARY KEY,
      home TEXT NOT NULL,
      image_id TEXT NOT NULL,
      image_region TEXT NOT NULL,
      region TEXT NOT NULL,
      name TEXT NOT NULL UNIQUE,
      request_id INTEGER NOT NULL REFERENCES requests (id),
      state TEXT NOT NULL CHECK (state IN ('wanted', 'calling', 'syncing', 'ready', 'failed', 'gone',
                                           'removing', 'removed')),
      copy_id TEXT NOT NULL DEFAULT '',
      percent INTEGER NOT NULL DEFAULT 0,
      code TEXT NOT NULL DEFAULT '',
      message TEXT NOT NULL DEFAULT '',
      cloud_request_id TEXT NOT NULL DEFAULT '',
      calls INTEGER NOT NULL DEFAULT 0,
      looks INTEGER NOT NULL DEFAULT 0,
      polls INTEGER NOT NULL DEFAULT 0,
      seen INTEGER NOT NULL DEFAULT 0,
      stalled INTEGER NOT NULL DEFAULT 0,
      created_at TEXT NOT NULL,
      changed_at TEXT NOT NULL,
      moved_at TEXT NOT NULL,
      told_at TEXT,
      told_percent INTEGER NOT NULL DEFAULT 0,
      not_before TEXT NOT NULL,
      lease TEXT
    );
CREATE TABLE decisions (
      id INTEGER PRIMARY KEY,
      request_id INTEGER NOT NULL REFERENCES requests (id),
      person_id TEXT NOT NULL,
      person_name TEXT NOT NULL,
      roles TEXT NOT NULL,
      verdict TEXT NOT NULL CHECK (verdict IN ('approve', 'deny')),
      reason TEXT NOT NULL DEFAULT '',
      at TEXT NOT NULL,
      UNIQUE (request_id, person_id)
    );
INSERT INTO "decisions" VALUES(1,1,'U0LIN','lin','["owner"]','approve','','2026-03-02T09:00:00.003000Z');
INSERT INTO "decisions" VALUES(2,2,'U0LIN','lin','["owner"]','deny','not yet','2026-03-02T09:00:00.007000Z');
INSERT INTO "decisions" VALUES(3,4,'U0LIN','lin','["owner"]','approve','','2026-03-02T09:00:00.012000Z');
INSERT INTO "decisions" VALUES(4,4,'U0SARA','sara','["guardian"]','approve','','2026-03-02T09:00:00.013000Z');
CREATE TABLE grants (
      id INTEGER PRIMARY KEY,
      home TEXT NOT NULL,
      image_id TEXT NOT NULL,
      region TEXT NOT NULL,
      account TEXT NOT NULL,
      account_name TEXT,
      request_id INTEGER NOT NULL REFERENCES requests (id),
      since TEXT NOT NULL,
      until TEXT,
      ended_at TEXT,
      ended_by INTEGER REFERENCES requests (id)
    );
INSERT INTO "grants" VALUES(1,'100000000001','img-base0001','ap-guangzhou','100012345678','data-team',1,'2026-03-02T09:00:00.004000Z',NULL,NULL,NULL);
CREATE TABLE inbound (
      region TEXT NOT NULL,
      image_id TEXT NOT NULL,
      first_seen TEXT NOT NULL,
      PRIMARY KEY (image_id, region)
    ) WITHOUT ROWID
    ;
CREATE TABLE incidents (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN ('auth', 'wrong_account')),
      call TEXT NOT NULL,
      error TEXT NOT NULL,
      since TEXT NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      not_before TEXT NOT NULL,
      ended_at TEXT
    );
CREATE TABLE items (
      id INTEGER PRIMARY KEY,
      request_id INTEGER NOT NULL REFERENCES requests (id),
      account TEXT NOT NULL,
      account_name TEXT,
      region TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'already', 'failed')),
      code TEXT NOT NULL DEFAULT '',
      message TEXT NOT NULL DEFAULT '',
      cloud_request_id TEXT NOT NULL DEFAULT '',
      unseen INTEGER NOT NULL DEFAULT 0,
      image_id TEXT NOT NULL DEFAULT '',
      changed_at TEXT
    );
INSERT INTO "items" VALUES(1,1,'100012345678','data-team','ap-guangzhou','done','','','req-1',0,'img-base0001','2026-03-02T09:00:00.004000Z');
INSERT INTO "items" VALUES(2,2,'100023456789','partner-lab','ap-guangzhou','waiting','','','',0,'','2026-03-02T09:00:00.006000Z');
INSERT INTO "items" VALUES(3,3,'100023456789','partner-lab','ap-guangzhou','waiting','','','',0,'','2026-03-02T09:00:00.009000Z');
INSERT INTO "items" VALUES(4,4,'100099900001',NULL,'ap-guangzhou','waiting','','','',0,'','2026-03-02T09:00:00.011000Z');
INSERT INTO "items" VALUES(5,5,'100077700001',NULL,'','waiting','','','',0,'',NULL);
CREATE TABLE outbox (
      id INTEGER PRIMARY KEY,
      request_id INTEGER REFERENCES requests (id),
      lane TEXT NOT NULL,
      kind TEXT NOT NULL,
      recipient TEXT NOT NULL,
      facts TEXT NOT NULL DEFAULT '{}',
      created_at TEXT NOT NULL,
      not_before TEXT NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      told INTEGER NOT NULL DEFAULT 0,
      lease TEXT,
      sent_at TEXT,
      failed_at TEXT,
      parked INTEGER NOT NULL DEFAULT 0,
      error TEXT
    );
INSERT INTO "outbox" VALUES(1,1,'1:C0IMAGES','card','C0IMAGES','{}','2026-03-02T09:00:00.002000Z','2026-03-02T09:00:00.002000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(2,1,'1:U0LIN','card','U0LIN','{}','2026-03-02T09:00:00.002000Z','2026-03-02T09:00:00.002000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(3,1,'1:U0OMAR','card','U0OMAR','{}','2026-03-02T09:00:00.002000Z','2026-03-02T09:00:00.002000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(4,1,'1:C0IMAGES','thread','C0IMAGES','{"event": "asked"}','2026-03-02T09:00:00.002000Z','2026-03-02T09:00:00.002000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(5,1,'1:C0IMAGES','reply','reply:U0MEI','{"code": "asked", "person": "U0MEI"}','2026-03-02T09:00:00.002000Z','2026-03-02T09:00:00.002000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(6,1,'1:C0IMAGES','thread','C0IMAGES','{"event": "approved", "person": "U0LIN", "roles": "owner"}','2026-03-02T09:00:00.003000Z','2026-03-02T09:00:00.003000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(7,1,'1:C0IMAGES','thread','C0IMAGES','{"event": "ended", "state": "done"}','2026-03-02T09:00:00.004000Z','2026-03-02T09:00:00.004000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(8,1,'1:U0MEI','end','U0MEI','{}','2026-03-02T09:00:00.004000Z','2026-03-02T09:00:00.004000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(9,2,'2:C0IMAGES','card','C0IMAGES','{}','2026-03-02T09:00:00.006000Z','2026-03-02T09:00:00.006000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(10,2,'2:U0LIN','card','U0LIN','{}','2026-03-02T09:00:00.006000Z','2026-03-02T09:00:00.006000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(11,2,'2:U0OMAR','card','U0OMAR','{}','2026-03-02T09:00:00.006000Z','2026-03-02T09:00:00.006000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(12,2,'2:C0IMAGES','thread','C0IMAGES','{"event": "asked"}','2026-03-02T09:00:00.006000Z','2026-03-02T09:00:00.006000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(13,2,'2:C0IMAGES','reply','reply:U0MEI','{"code": "asked", "person": "U0MEI"}','2026-03-02T09:00:00.006000Z','2026-03-02T09:00:00.006000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(14,2,'2:C0IMAGES','thread','C0IMAGES','{"event": "denied", "person": "U0LIN", "reason": "not yet"}','2026-03-02T09:00:00.007000Z','2026-03-02T09:00:00.007000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(15,2,'2:U0MEI','end','U0MEI','{}','2026-03-02T09:00:00.007000Z','2026-03-02T09:00:00.007000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(16,3,'3:C0IMAGES','card','C0IMAGES','{}','2026-03-02T09:00:00.009000Z','2026-03-02T09:00:00.009000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(17,3,'3:U0LIN','card','U0LIN','{}','2026-03-02T09:00:00.009000Z','2026-03-02T09:00:00.009000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(18,3,'3:U0OMAR','card','U0OMAR','{}','2026-03-02T09:00:00.009000Z','2026-03-02T09:00:00.009000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(19,3,'3:C0IMAGES','thread','C0IMAGES','{"event": "asked"}','2026-03-02T09:00:00.009000Z','2026-03-02T09:00:00.009000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(20,3,'3:C0IMAGES','reply','reply:U0MEI','{"code": "asked", "person": "U0MEI"}','2026-03-02T09:00:00.009000Z','2026-03-02T09:00:00.009000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(21,4,'4:C0IMAGES','card','C0IMAGES','{}','2026-03-02T09:00:00.011000Z','2026-03-02T09:00:00.011000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(22,4,'4:U0LIN','card','U0LIN','{}','2026-03-02T09:00:00.011000Z','2026-03-02T09:00:00.011000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(23,4,'4:U0OMAR','card','U0OMAR','{}','2026-03-02T09:00:00.011000Z','2026-03-02T09:00:00.011000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(24,4,'4:U0SARA','card','U0SARA','{}','2026-03-02T09:00:00.011000Z','2026-03-02T09:00:00.011000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(25,4,'4:C0IMAGES','thread','C0IMAGES','{"event": "asked"}','2026-03-02T09:00:00.011000Z','2026-03-02T09:00:00.011000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(26,4,'4:C0IMAGES','reply','reply:U0MEI','{"code": "asked", "person": "U0MEI"}','2026-03-02T09:00:00.011000Z','2026-03-02T09:00:00.011000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(27,4,'4:C0IMAGES','thread','C0IMAGES','{"event": "approved", "person": "U0LIN", "roles": "owner"}','2026-03-02T09:00:00.012000Z','2026-03-02T09:00:00.012000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(28,4,'4:C0IMAGES','thread','C0IMAGES','{"event": "approved", "person": "U0SARA", "roles": "guardian"}','2026-03-02T09:00:00.013000Z','2026-03-02T09:00:00.013000Z',0,0,NULL,NULL,NULL,0,NULL);
INSERT INTO "outbox" VALUES(29,4,'4:C0IMAGES','reply','reply:U0GUS','{"code": "may_not_act", "person": "U0GUS", "verb": "approve"}','2026-03-02T09:00:00.015000Z','2026-03-02T09:00:00.015000Z',0,0,NULL,NULL,NULL,0,NULL);
CREATE TABLE presses (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      request_id INTEGER NOT NULL,
      person_id TEXT NOT NULL,
      verb TEXT NOT NULL CHECK (verb IN ('approve', 'deny', 'cancel', 'retry', 'remove_copy')),
      reason TEXT NOT NULL DEFAULT '',
      reply_to TEXT NOT NULL DEFAULT '',
      at TEXT NOT NULL,
      not_before TEXT NOT NULL,
      judged_at TEXT,
      outcome TEXT
    );
INSERT INTO "presses" VALUES(1,'pressed-2',1,'U0LIN','approve','','reply:U0LIN','2026-03-02T09:00:00.003000Z','2026-03-02T09:00:00.003000Z','2026-03-02T09:00:00.003000Z','approve');
INSERT INTO "presses" VALUES(2,'pressed-4',2,'U0LIN','deny','not yet','reply:U0LIN','2026-03-02T09:00:00.007000Z','2026-03-02T09:00:00.007000Z','2026-03-02T09:00:00.007000Z','deny');
INSERT INTO "presses" VALUES(3,'pressed-7',4,'U0LIN','approve','','reply:U0LIN','2026-03-02T09:00:00.012000Z','2026-03-02T09:00:00.012000Z','2026-03-02T09:00:00.012000Z','approve');
INSERT INTO "presses" VALUES(4,'pressed-8',4,'U0SARA','approve','','reply:U0SARA','2026-03-02T09:00:00.013000Z','2026-03-02T09:00:00.013000Z','2026-03-02T09:00:00.013000Z','approve');
INSERT INTO "presses" VALUES(5,'pressed-10',4,'U0GUS','approve','','reply:U0GUS','2026-03-02T09:00:00.015000Z','2026-03-02T09:00:00.015000Z','2026-03-02T09:00:00.015000Z','may_not_act');
CREATE TABLE requests (
      id INTEGER PRIMARY KEY,
      home TEXT NOT NULL DEFAULT '',
      key TEXT NOT NULL UNIQUE,
      action TEXT NOT NULL,
      image_ref TEXT NOT NULL,
      regions TEXT NOT NULL,
      image_id TEXT,
      image_region TEXT,
      image TEXT,
      reason TEXT NOT NULL,
      requester_id TEXT NOT NULL,
      requester_name TEXT NOT NULL,
      asked_at TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('checking', 'refused', 'pending', 'denied', 'cancelled', 'expired',
                                           'approved', 'executing', 'done', 'partial', 'failed')),
      changed_at TEXT NOT NULL,
      decide_by TEXT,
      not_before TEXT,
      attempts INTEGER NOT NULL DEFAULT 0,
      lease TEXT,
      lease_until TEXT,
      deciders TEXT,
      findings TEXT NOT NULL DEFAULT '[]',
      reply_to TEXT NOT NULL DEFAULT '',
      everyone INTEGER NOT NULL DEFAULT 0,
      snapshots INTEGER NOT NULL DEFAULT 0
    );
INSERT INTO "requests" VALUES(1,'100000000001','asked-1','share','base-2026','[]','img-base0001','ap-guangzhou','{"image_id": "img-base0001", "name": "base-2026", "region": "ap-guangzhou", "kind": "PRIVATE_IMAGE", "state": "NORMAL", "creator": "100000000001", "source": "CREATE_IMAGE", "size_gib": 50, "os_name": "", "platform": "", "architecture": "", "created_at": "2025-01-31T08:00:00.000000Z", "licence": "TencentCloud", "whole_machine": false, "deprecated": false, "sync_percent": 0, "snapshots": [], "tags": {}}','nightly build','U0MEI','mei','2026-03-02T09:00:00.001000Z','done','2026-03-02T09:00:00.004000Z','2026-03-05T09:00:00.002000Z','2026-03-02T09:00:00.003000Z',1,NULL,NULL,'{"owner_ids": ["U0LIN", "U0OMAR"], "guardian_ids": [], "guardian_names": [], "guardian_needed": false, "approvals": 1}','[{"code": "shares_used", "level": "note", "text": "0 of 500 shares used.", "remedy": "Take it back from accounts that no longer need it.", "about": ""}, {"code": "first_share", "level": "note", "text": "It would be the first image that we share with data-team.", "remedy": "Make sure that the account id is the right one.", "about": ""}, {"code": "share_endless", "level": "note", "text": "The share has no end: it stays until somebody takes it back.", "remedy": "Shares can''t end by themselves yet: an admin can lower the level of share_endless.", "about": ""}, {"code": "share_is_not_recall", "level": "note", "text": "They can start machines from it and copy it; taking it back doesn''t recall copies.", "remedy": "Ask whether the receiver needs the whole image.", "about": ""}]','reply:U0MEI',0,0);
INSERT INTO "requests" VALUES(2,'100000000001','asked-3','share','base-2026','[]','img-base0001','ap-guangzhou','{"image_id": "img-base0001", "name": "base-2026", "region": "ap-guangzhou", "kind": "PRIVATE_IMAGE", "state": "NORMAL", "creator": "100000000001", "source": "CREATE_IMAGE", "size_gib": 50, "os_name": "", "platform": "", "architecture": "", "created_at": "2025-01-31T08:00:00.000000Z", "licence": "TencentCloud", "whole_machine": false, "deprecated": false, "sync_percent": 0, "snapshots": [], "tags": {}}','nightly build','U0MEI','mei','2026-03-02T09:00:00.005000Z','denied','2026-03-02T09:00:00.007000Z','2026-03-05T09:00:00.006000Z','2026-03-02T09:00:00.007000Z',0,NULL,NULL,'{"owner_ids": ["U0LIN", "U0OMAR"], "guardian_ids": [], "guardian_names": [], "guardian_needed": false, "approvals": 1}','[{"code": "shares_used", "level": "note", "text": "1 of 500 shares used.", "remedy": "Take it back from accounts that no longer need it.", "about": ""}, {"code": "first_share", "level": "note", "text": "It would be the first image that we share with partner-lab.", "remedy": "Make sure that the account id is the right one.", "about": ""}, {"code": "share_endless", "level": "note", "text": "The share has no end: it stays until somebody takes it back.", "remedy": "Shares can''t end by themselves yet: an admin can lower the level of share_endless.", "about": ""}, {"code": "share_is_not_recall", "level": "note", "text": "They can start machines from it and copy it; taking it back doesn''t recall copies.", "remedy": "Ask whether the receiver needs the whole image.", "about": ""}]','reply:U0MEI',0,0);
INSERT INTO "requests" VALUES(3,'100000000001','asked-5','share','base-2026','[]','img-base0001','ap-guangzhou','{"image_id": "img-base0001", "name": "base-2026", "region": "ap-guangzhou", "kind": "PRIVATE_IMAGE", "state": "NORMAL", "creator": "100000000001", "source": "CREATE_IMAGE", "size_gib": 50, "os_name": "", "platform": "", "architecture": "", "created_at": "2025-01-31T08:00:00.000000Z", "licence": "TencentCloud", "whole_machine": false, "deprecated": false, "sync_percent": 0, "snapshots": [], "tags": {}}','nightly build','U0MEI','mei','2026-03-02T09:00:00.008000Z','pending','2026-03-02T09:00:00.009000Z','2026-03-05T09:00:00.009000Z','2026-03-02T09:00:00.009000Z',0,NULL,NULL,'{"owner_ids": ["U0LIN", "U0OMAR"], "guardian_ids": [], "guardian_names": [], "guardian_needed": false, "approvals": 1}','[{"code": "shares_used", "level": "note", "text": "1 of 500 shares used.", "remedy": "Take it back from accounts that no longer need it.", "about": ""}, {"code": "first_share", "level": "note", "text": "It would be the first image that we share with partner-lab.", "remedy": "Make sure that the account id is the right one.", "about": ""}, {"code": "share_endless", "level": "note", "text": "The share has no end: it stays until somebody takes it back.", "remedy": "Shares can''t end by themselves yet: an admin can lower the level of share_endless.", "about": ""}, {"code": "share_is_not_recall", "level": "note", "text": "They can start machines from it and copy it; taking it back doesn''t recall copies.", "remedy": "Ask whether the receiver needs the whole image.", "about": ""}]','reply:U0MEI',0,0);
INSERT INTO "requests" VALUES(4,'100000000001','asked-6','share','base-2026','[]','img-base0001','ap-guangzhou','{"image_id": "img-base0001", "name": "base-2026", "region": "ap-guangzhou", "kind": "PRIVATE_IMAGE", "state": "NORMAL", "creator": "100000000001", "source": "CREATE_IMAGE", "size_gib": 50, "os_name": "", "platform": "", "architecture": "", "created_at": "2025-01-31T08:00:00.000000Z", "licence": "TencentCloud", "whole_machine": false, "deprecated": false, "sync_percent": 0, "snapshots": [], "tags": {}}','nightly build','U0MEI','mei','2026-03-02T09:00:00.010000Z','approved','2026-03-02T09:00:00.013000Z','2026-03-05T09:00:00.011000Z','2026-03-02T09:00:00.013000Z',0,NULL,NULL,'{"owner_ids": ["U0LIN", "U0OMAR"], "guardian_ids": ["U0SARA"], "guardian_names": ["S0SECURITY"], "guardian_needed": true, "approvals": 1}','[{"code": "target_unknown", "level": "warn", "text": "100099900001 is not a known account.", "remedy": "An admin can add it to the policy with trusted_as = [\"target\"].", "about": "100099900001"}, {"code": "shares_used", "level": "note", "text": "1 of 500 shares used.", "remedy": "Take it back from accounts that no longer need it.", "about": ""}, {"code": "first_share", "level": "note", "text": "It would be the first image that we share with 100099900001.", "remedy": "Make sure that the account id is the right one.", "about": ""}, {"code": "share_endless", "level": "note", "text": "The share has no end: it stays until somebody takes it back.", "remedy": "Shares can''t end by themselves yet: an admin can lower the level of share_endless.", "about": ""}, {"code": "share_is_not_recall", "level": "note", "text": "They can start machines from it and copy it; taking it back doesn''t recall copies.", "remedy": "Ask whether the receiver needs the whole image.", "about": ""}]','reply:U0MEI',0,0);
INSERT INTO "requests" VALUES(5,'','asked-9','share','base-2026','[]',NULL,NULL,NULL,'nightly build','U0MEI','U0MEI','2026-03-02T09:00:00.014000Z','checking','2026-03-02T09:00:00.014000Z',NULL,'2026-03-02T09:00:00.014000Z',0,NULL,NULL,NULL,'[]','reply:U0MEI',0,0);
CREATE TABLE sources (
      id INTEGER PRIMARY KEY,
      account TEXT NOT NULL,
      trusted INTEGER NOT NULL,
      request_id INTEGER NOT NULL REFERENCES requests (id),
      at TEXT NOT NULL
    );
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX requests_to_check ON requests (not_before, id) WHERE state = 'checking';
CREATE INDEX requests_pending ON requests (id) WHERE state = 'pending';
CREATE INDEX requests_pending_image ON requests (image_id, image_region) WHERE state = 'pending';
CREATE INDEX requests_decide_by ON requests (decide_by) WHERE state = 'pending';
CREATE INDEX requests_approved ON requests (not_before, id) WHERE state = 'approved';
CREATE INDEX requests_approved_image ON requests (image_id, image_region, not_before) WHERE state = 'approved';
CREATE INDEX requests_executing ON requests (image_id, image_region) WHERE state = 'executing';
CREATE INDEX requests_lease ON requests (lease_until) WHERE state = 'executing';
CREATE INDEX requests_requester ON requests (requester_id, id);
CREATE INDEX requests_deleted ON requests (id) WHERE action = 'delete' AND state = 'done';
CREATE INDEX items_request ON items (request_id);
CREATE INDEX grants_active ON grants (image_id, region, account) WHERE ended_at IS NULL;
CREATE INDEX grants_account ON grants (account);
CREATE INDEX copies_image ON copies (image_id, image_region, id);
CREATE UNIQUE INDEX copies_under_way ON copies (image_id, image_region, region)
     WHERE state IN ('wanted', 'calling', 'syncing', 'ready')
    ;
CREATE INDEX copies_due ON copies (not_before, id) WHERE state IN ('wanted', 'calling', 'syncing', 'removing')
    ;
CREATE INDEX sources_account ON sources (account, id);
CREATE INDEX presses_unjudged ON presses (id) WHERE judged_at IS NULL;
CREATE INDEX outbox_waiting ON outbox (id) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_lane ON outbox (lane, id) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_parked ON outbox (recipient) WHERE parked = 1;
CREATE INDEX outbox_lane_parked ON outbox (lane) WHERE parked = 1;
CREATE INDEX cards_place ON cards (ts, channel);
CREATE UNIQUE INDEX incidents_open ON incidents (kind) WHERE ended_at IS NULL;
CREATE INDEX audit_request ON audit (request_id, seq);
CREATE INDEX audit_policy ON audit (seq) WHERE event IN ('policy_loaded', 'policy_refused');
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
COMMIT;
