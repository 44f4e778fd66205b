BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'imagewarden','m0001_the_main_job','2026-11-30 17:02:33.226253+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'imagewarden','m0002_as_first_released','2026-11-30 17:02:33.226695+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'imagewarden','m0003_how_many_lines_there_were','2026-11-30 17:02:33.227109+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'imagewarden','m0004_the_images_of_an_account','2026-11-30 17:02:33.227403+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'imagewarden','m0005_deleted_images_by_name','2026-11-30 17:02:33.227674+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'imagewarden','m0006_no_line_in_the_place_of_another','2026-11-30 17:02:33.227929+00:00');
INSERT INTO "_sqlite_migrations" VALUES(7,'imagewarden','m0007_the_workspace','2026-11-30 17:02:33.228180+00:00');
CREATE TABLE audit (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      at TEXT NOT NULL,
      event TEXT NOT NULL,
      request_id INTEGER,
      actor_id TEXT NOT NULL,
      actor_name TEXT NOT NULL,
      detail TEXT NOT NULL,
      previous TEXT NOT NULL,
      hash TEXT NOT NULL
    );
INSERT INTO "audit" VALUES(1,'2026-03-02T09:00:00.001000Z','asked',1,'U0MEI','U0MEI','{"accounts":["100012345678"],"action":"share","image":"base-2026","reason":"nightly build","regions":[],"seconds":604800}','0000000000000000000000000000000000000000000000000000000000000000','8852ece5a433fb171a046d805cff87a14f2dabc2a6fd87c56c996db04ef05d20');
INSERT INTO "audit" VALUES(2,'2026-03-02T09:00:00.002000Z','checked',1,'imagewarden','Imagewarden','{"findings":["note:shares_used","note:first_share","note:share_is_not_recall"],"guardians":[],"image":"img-base0001","owners":["U0LIN","U0OMAR"]}','8852ece5a433fb171a046d805cff87a14f2dabc2a6fd87c56c996db04ef05d20','4f91e11a91b2f98080e50eb8054f6d34abc20dfad55811be23ee334a295db055');
INSERT INTO "audit" VALUES(3,'2026-03-02T09:00:00.003000Z','approved',1,'U0LIN','lin','{"enough":true,"findings":["note:shares_used","note:first_share","note:share_is_not_recall"],"roles":["owner"],"until":"2026-03-09T09:00:00.003000Z"}','4f91e11a91b2f98080e50eb8054f6d34abc20dfad55811be23ee334a295db055','76a0961561955cb1c2ec31bae9fe34388dffd48f531054d6b6bccf5a938a1ebf');
INSERT INTO "audit" VALUES(4,'2026-03-02T09:00:00.004000Z','executing',1,'imagewarden','Imagewarden','{"attempt":1}','76a0961561955cb1c2ec31bae9fe34388dffd48f531054d6b6bccf5a938a1ebf','2ad11b5b8461f77b82bbc83a61fd0636214cf991652baf952306bbc6b3796205');
INSERT INTO "audit" VALUES(5,'2026-03-02T09:00:00.004000Z','share_done',1,'imagewarden','Imagewarden','{"account":"100012345678","cloud_request_id":"req-1","code":"","image":"img-base0001","region":"ap-guangzhou","state":"done"}','2ad11b5b8461f77b82bbc83a61fd0636214cf991652baf952306bbc6b3796205','c2a5e39bf78e9524fbec85b58d480b34ab998e39ccd4f6b33d4ccfd7a7fad892');
INSERT INTO "audit" VALUES(6,'2026-03-02T09:00:00.004000Z','done',1,'imagewarden','Imagewarden','{}','c2a5e39bf78e9524fbec85b58d480b34ab998e39ccd4f6b33d4ccfd7a7fad892','caddb5bbc428a8700662cc1bca30a7ce59a1a7dbb684be60472f0f86ba6212d9');
INSERT INTO "audit" VALUES(7,'2026-03-02T09:00:00.005000Z','asked',2,'U0MEI','U0MEI','{"accounts":["100023456789"],"action":"share","image":"base-2026","reason":"nightly build","regions":[]}','caddb5bbc428a8700662cc1bca30a7ce59a1a7dbb684be60472f0f86ba6212d9','1be95d8268512cec9f30ff511273d6ff53c9f73b0f976961475c1d3aa9135f80');
INSERT INTO "audit" VALUES(8,'2026-03-02T09:00:00.006000Z','checked',2,'imagewarden','Imagewarden','{"findings":["note:shares_used","note:first_share","note:share_endless","note:share_is_not_recall"],"guardians":[],"image":"img-base0001","owners":["U0LIN","U0OMAR"]}','1be95d8268512cec9f30ff511273d6ff53c9f73b0f976961475c1d3aa9135f80','f34d22b02253cf62b4db94215f7e1c22bd18f8e2a1eba3b04ea20b40375ae84c');
INSERT INTO "audit" VALUES(9,'2026-03-02T09:00:00.007000Z','denied',2,'U0LIN','lin','{"reason":"not yet"}','f34d22b02253cf62b4db94215f7e1c22bd18f8e2a1eba3b04ea20b40375ae84c','7c89adc307dc9f0ed854daef53c69bd96c03bc161e3538dc779bda853d06139e');
INSERT INTO "audit" VALUES(10,'2026-03-02T09:00:00.008000Z','asked',3,'U0MEI','U0MEI','{"accounts":["100023456789"],"action":"share","image":"base-2026","reason":"nightly build","regions":[]}','7c89adc307dc9f0ed854daef53c69bd96c03bc161e3538dc779bda853d06139e','ac091fb50aca59e700a99afdd852086fb1b5eadc3475fd177797ddc12781e779');
INSERT INTO "audit" VALUES(11,'2026-03-02T09:00:00.009000Z','checked',3,'imagewarden','Imagewarden','{"findings":["note:shares_used","note:first_share","note:share_endless","note:share_is_not_recall"],"guardians":[],"image":"img-base0001","owners":["U0LIN","U0OMAR"]}','ac091fb50aca59e700a99afdd852086fb1b5eadc3475fd177797ddc12781e779','8257c9e6eebce333079f2fed1b28c31c6c8c74642bbe483b74731d1c6f57396e');
INSERT INTO "audit" VALUES(12,'2026-03-02T09:00:00.010000Z','asked',4,'U0MEI','U0MEI','{"accounts":["100099900001"],"action":"share","image":"base-2026","reason":"nightly build","regions":[]}','8257c9e6eebce333079f2fed1b28c31c6c8c74642bbe483b74731d1c6f57396e','78361108ea412c4b4340461560cf658b0dae38cf6e544e00c5e2e8c9b995cbd7');
INSERT INTO "audit" VALUES(13,'2026-03-02T09:00:00.011000Z','checked',4,'imagewarden','Imagewarden','{"findings":["warn:target_unknown:100099900001","note:shares_used","note:first_share","note:share_endless","note:share_is_not_recall"],"guardians":["U0SARA"],"image":"img-base0001","owners":["U0LIN","U0OMAR"]}','78361108ea412c4b4340461560cf658b0dae38cf6e544e00c5e2e8c9b995cbd7','f8c0ce6b78450300fd2cb49462d836b3791f403b991bdf9e58ac6eb5b03d80ec');
INSERT INTO "audit" VALUES(14,'2026-03-02T09:00:00.012000Z','approved',4,'U0LIN','lin','{"enough":false,"findings":["warn:target_unknown:100099900001","note:shares_used","note:first_share","note:share_endless","note:share_is_not_recall"],"roles":["owner"]}','f8c0ce6b78450300fd2cb49462d836b3791f403b991bdf9e58ac6eb5b03d80ec','9c32b8653ef2936c402809c0a1df5d64d3efca12633509abfb53c957d15cfdae');
INSERT INTO "audit" VALUES(15,'2026-03-02T09:00:00.013000Z','approved',4,'U0SARA','sara','{"enough":true,"findings":["warn:target_unknown:100099900001","note:shares_used","note:first_share","note:share_endless","note:share_is_not_recall"],"roles":["guardian"]}','9c32b8653ef2936c402809c0a1df5d64d3efca12633509abfb53c957d15cfdae','d71c849c22eae1392d62a0a5e1b04d0d251912b44905ddb352defd5609936253');
INSERT INTO "audit" VALUES(16,'2026-03-02T09:00:00.014000Z','asked',5,'U0MEI','U0MEI','{"accounts":["100077700001"],"action":"share","image":"base-2026","reason":"nightly build","regions":[]}','d71c849c22eae1392d62a0a5e1b04d0d251912b44905ddb352defd5609936253','304be7b489c7dab4a70f601a3e0d6565afe9c94b6f13c78752ba45d4f41a3296');
INSERT INTO "audit" VALUES(17,'2026-03-02T09:00:00.015000Z','press_refused',4,'U0GUS','gus','{"verb":"approve","why":"may_not_act"}','304be7b489c7dab4a70f601a3e0d6565afe9c94b6f13c78752ba45d4f41a3296','1c10c7bdfe45e97c5468aadbe7144c42f5a24ccdb03b20411c21b4b28ac433b3');
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
      message_of TEXT NOT NULL DEFAULT '',
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
CREATE TABLE drift (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN ('unapproved', 'gone', 'inbound')),
      image_id TEXT NOT NULL,
      image_name TEXT NOT NULL,
      region TEXT NOT NULL,
      account TEXT NOT NULL,
      account_name TEXT,
      found_at TEXT NOT NULL,
      told INTEGER NOT NULL DEFAULT 0,
      request_id INTEGER REFERENCES requests (id),
      settled_at TEXT,
      outcome TEXT
    );
CREATE TABLE drift_pass (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      started_at TEXT,
      finished_at TEXT,
      region TEXT NOT NULL,
      image_id TEXT NOT NULL,
      looked INTEGER NOT NULL,
      total INTEGER NOT NULL,
      cards INTEGER NOT NULL
    );
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
      due TEXT,
      ended_at TEXT,
      ended_by INTEGER REFERENCES requests (id)
    );
INSERT INTO "grants" VALUES(1,'100000000001','img-base0001','ap-guangzhou','100012345678','data-team',1,'2026-03-02T09:00:00.004000Z','2026-03-09T09:00:00.003000Z','2026-03-08T09:00:00.003000Z',NULL,NULL);
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
      message_of TEXT NOT NULL DEFAULT '',
      cloud_request_id TEXT NOT NULL DEFAULT '',
      unseen INTEGER NOT NULL DEFAULT 0,
      image_id TEXT NOT NULL DEFAULT '',
      changed_at TEXT
    );
INSERT INTO "items" VALUES(1,1,'100012345678','data-team','ap-guangzhou','done','','','','req-1',0,'img-base0001','2026-03-02T09:00:00.004000Z');
INSERT INTO "items" VALUES(2,2,'100023456789','partner-lab','ap-guangzhou','waiting','','','','',0,'','2026-03-02T09:00:00.006000Z');
INSERT INTO "items" VALUES(3,3,'100023456789','partner-lab','ap-guangzhou','waiting','','','','',0,'','2026-03-02T09:00:00.009000Z');
INSERT INTO "items" VALUES(4,4,'100099900001',NULL,'ap-guangzhou','waiting','','','','',0,'','2026-03-02T09:00:00.011000Z');
INSERT INTO "items" VALUES(5,5,'100077700001',NULL,'','waiting','','','','',0,'',NULL);
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
      verb TEXT NOT NULL CHECK (verb IN ('approve', 'deny', 'cancel', 'retry', 'remove_copy', 'end_now',
                                         'adopt', 'revoke', 'share_again', 'close')),
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
      snapshots INTEGER NOT NULL DEFAULT 0,
      lasts INTEGER,
      day TEXT,
      until TEXT,
      ends INTEGER REFERENCES requests (id),
      attend_at TEXT,
      reminds INTEGER NOT NULL DEFAULT 0
    );
INSERT INTO "requests" VALUES(1,'100000000001','asked-1','share','base-2026','[]','img-base0001','ap-guangzhou','{"image_id": "img-base0001", "name": "base-2026", "region": "ap-guangzhou", "kind": "PRIVATE_IMAGE", "state": "NORMAL", "creator": "100000000001", "source": "CREATE_IMAGE", "size_gib": 50, "os_name": "", "platform": "", "architecture": "", "created_at": "2025-01-31T08:00:00.000000Z", "licence": "TencentCloud", "whole_machine": false, "deprecated": false, "sync_percent": 0, "snapshots": [], "tags": {}}','nightly build','U0MEI','mei','2026-03-02T09:00:00.001000Z','done','2026-03-02T09:00:00.004000Z','2026-03-05T09:00:00.002000Z','2026-03-02T09:00:00.003000Z',1,NULL,NULL,'{"owner_ids": ["U0LIN", "U0OMAR"], "guardian_ids": [], "guardian_names": [], "guardian_needed": false, "approvals": 1, "backup_ids": [], "escalated": false}','[{"code": "shares_used", "level": "note", "text": "0 of 500 shares used.", "remedy": "Take it back from accounts that no longer need it.", "about": "", "text_of": "{\"say\": \"{used} of {max_shares} shares used.\", \"words\": {\"used\": 0, \"max_shares\": 500}}", "remedy_of": "{\"say\": \"Take it back from accounts that no longer need it.\", \"words\": {}}"}, {"code": "first_share", "level": "note", "text": "It would be the first image that we share with data-team.", "remedy": "Make sure that the account id is the right one.", "about": "", "text_of": "{\"say\": \"It would be the first image that we share with {labels}.\", \"words\": {\"labels\": \"data-team\"}}", "remedy_of": "{\"say\": \"Make sure that the account id is the right one.\", \"words\": {}}"}, {"code": "share_is_not_recall", "level": "note", "text": "They can start machines from it and copy it; taking it back doesn''t recall copies.", "remedy": "Ask whether the receiver needs the whole image.", "about": "", "text_of": "{\"say\": \"They can start machines from it and copy it; taking it back doesn''t recall copies.\", \"words\": {}}", "remedy_of": "{\"say\": \"Ask whether the receiver needs the whole image.\", \"words\": {}}"}]','reply:U0MEI',0,0,604800,NULL,'2026-03-09T09:00:00.003000Z',NULL,'2026-03-05T09:00:00.002000Z',0);
INSERT INTO "requests" VALUES(2,'100000000001','asked-3','share','base-2026','[]','img-base0001','ap-guangzhou','{"image_id": "img-base0001", "name": "base-2026", "region": "ap-guangzhou", "kind": "PRIVATE_IMAGE", "state": "NORMAL", "creator": "100000000001", "source": "CREATE_IMAGE", "size_gib": 50, "os_name": "", "platform": "", "architecture": "", "created_at": "2025-01-31T08:00:00.000000Z", "licence": "TencentCloud", "whole_machine": false, "deprecated": false, "sync_percent": 0, "snapshots": [], "tags": {}}','nightly build','U0MEI','mei','2026-03-02T09:00:00.005000Z','denied','2026-03-02T09:00:00.007000Z','2026-03-05T09:00:00.006000Z','2026-03-02T09:00:00.007000Z',0,NULL,NULL,'{"owner_ids": ["U0LIN", "U0OMAR"], "guardian_ids": [], "guardian_names": [], "guardian_needed": false, "approvals": 1, "backup_ids": [], "escalated": false}','[{"code": "shares_used", "level": "note", "text": "1 of 500 shares used.", "remedy": "Take it back from accounts that no longer need it.", "about": "", "text_of": "{\"say\": \"{used} of {max_shares} shares used.\", \"words\": {\"used\": 1, \"max_shares\": 500}}", "remedy_of": "{\"say\": \"Take it back from accounts that no longer need it.\", \"words\": {}}"}, {"code": "first_share", "level": "note", "text": "It would be the first image that we share with partner-lab.", "remedy": "Make sure that the account id is the right one.", "about": "", "text_of": "{\"say\": \"It would be the first image that we share with {labels}.\", \"words\": {\"labels\": \"partner-lab\"}}", "remedy_of": "{\"say\": \"Make sure that the account id is the right one.\", \"words\": {}}"}, {"code": "share_endless", "level": "note", "text": "The share has no end: it stays until somebody takes it back.", "remedy": "Say how long it is needed: add for 30d to the command.", "about": "", "text_of": "{\"say\": \"The share has no end: it stays until somebody takes it back.\", \"words\": {}}", "remedy_of": "{\"say\": \"Say how long it is needed: add for 30d to the command.\", \"words\": {}}"}, {"code": "share_is_not_recall", "level": "note", "text": "They can start machines from it and copy it; taking it back doesn''t recall copies.", "remedy": "Ask whether the receiver needs the whole image.", "about": "", "text_of": "{\"say\": \"They can start machines from it and copy it; taking it back doesn''t recall copies.\", \"words\": {}}", "remedy_of": "{\"say\": \"Ask whether the receiver needs the whole image.\", \"words\": {}}"}]','reply:U0MEI',0,0,NULL,NULL,NULL,NULL,'2026-03-05T09:00:00.006000Z',0);
INSERT INTO "requests" VALUES(3,'100000000001','asked-5','share','base-2026','[]','img-base0001','ap-guangzhou','{"image_id": "img-base0001", "name": "base-2026", "region": "ap-guangzhou", "kind": "PRIVATE_IMAGE", "state": "NORMAL", "creator": "100000000001", "source": "CREATE_IMAGE", "size_gib": 50, "os_name": "", "platform": "", "architecture": "", "created_at": "2025-01-31T08:00:00.000000Z", "licence": "TencentCloud", "whole_machine": false, "deprecated": false, "sync_percent": 0, "snapshots": [], "tags": {}}','nightly build','U0MEI','mei','2026-03-02T09:00:00.008000Z','pending','2026-03-02T09:00:00.009000Z','2026-03-05T09:00:00.009000Z','2026-03-02T09:00:00.009000Z',0,NULL,NULL,'{"owner_ids": ["U0LIN", "U0OMAR"], "guardian_ids": [], "guardian_names": [], "guardian_needed": false, "approvals": 1, "backup_ids": [], "escalated": false}','[{"code": "shares_used", "level": "note", "text": "1 of 500 shares used.", "remedy": "Take it back from accounts that no longer need it.", "about": "", "text_of": "{\"say\": \"{used} of {max_shares} shares used.\", \"words\": {\"used\": 1, \"max_shares\": 500}}", "remedy_of": "{\"say\": \"Take it back from accounts that no longer need it.\", \"words\": {}}"}, {"code": "first_share", "level": "note", "text": "It would be the first image that we share with partner-lab.", "remedy": "Make sure that the account id is the right one.", "about": "", "text_of": "{\"say\": \"It would be the first image that we share with {labels}.\", \"words\": {\"labels\": \"partner-lab\"}}", "remedy_of": "{\"say\": \"Make sure that the account id is the right one.\", \"words\": {}}"}, {"code": "share_endless", "level": "note", "text": "The share has no end: it stays until somebody takes it back.", "remedy": "Say how long it is needed: add for 30d to the command.", "about": "", "text_of": "{\"say\": \"The share has no end: it stays until somebody takes it back.\", \"words\": {}}", "remedy_of": "{\"say\": \"Say how long it is needed: add for 30d to the command.\", \"words\": {}}"}, {"code": "share_is_not_recall", "level": "note", "text": "They can start machines from it and copy it; taking it back doesn''t recall copies.", "remedy": "Ask whether the receiver needs the whole image.", "about": "", "text_of": "{\"say\": \"They can start machines from it and copy it; taking it back doesn''t recall copies.\", \"words\": {}}", "remedy_of": "{\"say\": \"Ask whether the receiver needs the whole image.\", \"words\": {}}"}]','reply:U0MEI',0,0,NULL,NULL,NULL,NULL,'2026-03-05T09:00:00.009000Z',0);
INSERT INTO "requests" VALUES(4,'100000000001','asked-6','share','base-2026','[]','img-base0001','ap-guangzhou','{"image_id": "img-base0001", "name": "base-2026", "region": "ap-guangzhou", "kind": "PRIVATE_IMAGE", "state": "NORMAL", "creator": "100000000001", "source": "CREATE_IMAGE", "size_gib": 50, "os_name": "", "platform": "", "architecture": "", "created_at": "2025-01-31T08:00:00.000000Z", "licence": "TencentCloud", "whole_machine": false, "deprecated": false, "sync_percent": 0, "snapshots": [], "tags": {}}','nightly build','U0MEI','mei','2026-03-02T09:00:00.010000Z','approved','2026-03-02T09:00:00.013000Z','2026-03-05T09:00:00.011000Z','2026-03-02T09:00:00.013000Z',0,NULL,NULL,'{"owner_ids": ["U0LIN", "U0OMAR"], "guardian_ids": ["U0SARA"], "guardian_names": ["S0SECURITY"], "guardian_needed": true, "approvals": 1, "backup_ids": [], "escalated": false}','[{"code": "target_unknown", "level": "warn", "text": "100099900001 is not a known account.", "remedy": "An admin can add it to the policy with trusted_as = [\"target\"].", "about": "100099900001", "text_of": "{\"say\": \"{text}{refused}.\", \"words\": {\"text\": {\"say\": \"{account} is not a known account\", \"words\": {\"account\": \"100099900001\"}}, \"refused\": \"\"}}", "remedy_of": "{\"say\": \"An admin can add it to the policy with trusted_as = [\\\"target\\\"].\", \"words\": {}}"}, {"code": "shares_used", "level": "note", "text": "1 of 500 shares used.", "remedy": "Take it back from accounts that no longer need it.", "about": "", "text_of": "{\"say\": \"{used} of {max_shares} shares used.\", \"words\": {\"used\": 1, \"max_shares\": 500}}", "remedy_of": "{\"say\": \"Take it back from accounts that no longer need it.\", \"words\": {}}"}, {"code": "first_share", "level": "note", "text": "It would be the first image that we share with 100099900001.", "remedy": "Make sure that the account id is the right one.", "about": "", "text_of": "{\"say\": \"It would be the first image that we share with {labels}.\", \"words\": {\"labels\": \"100099900001\"}}", "remedy_of": "{\"say\": \"Make sure that the account id is the right one.\", \"words\": {}}"}, {"code": "share_endless", "level": "note", "text": "The share has no end: it stays until somebody takes it back.", "remedy": "Say how long it is needed: add for 30d to the command.", "about": "", "text_of": "{\"say\": \"The share has no end: it stays until somebody takes it back.\", \"words\": {}}", "remedy_of": "{\"say\": \"Say how long it is needed: add for 30d to the command.\", \"words\": {}}"}, {"code": "share_is_not_recall", "level": "note", "text": "They can start machines from it and copy it; taking it back doesn''t recall copies.", "remedy": "Ask whether the receiver needs the whole image.", "about": "", "text_of": "{\"say\": \"They can start machines from it and copy it; taking it back doesn''t recall copies.\", \"words\": {}}", "remedy_of": "{\"say\": \"Ask whether the receiver needs the whole image.\", \"words\": {}}"}]','reply:U0MEI',0,0,NULL,NULL,NULL,NULL,'2026-03-05T09:00:00.011000Z',0);
INSERT INTO "requests" VALUES(5,'','asked-9','share','base-2026','[]',NULL,NULL,NULL,'nightly build','U0MEI','U0MEI','2026-03-02T09:00:00.014000Z','checking','2026-03-02T09:00:00.014000Z',NULL,'2026-03-02T09:00:00.014000Z',0,NULL,NULL,NULL,'[]','reply:U0MEI',0,0,NULL,NULL,NULL,NULL,NULL,0);
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
CREATE INDEX requests_attend_at ON requests (attend_at) WHERE state = 'pending';
CREATE INDEX requests_approved ON requests (not_before, id) WHERE state = 'approved';
CREATE INDEX requests_approved_image ON requests (image_id, image_region, not_before) WHERE state = 'approved';
CREATE INDEX requests_executing ON requests (image_id, image_region) WHERE state = 'executing';
CREATE INDEX requests_lease ON requests (lease_until) WHERE state = 'executing';
CREATE INDEX requests_requester ON requests (requester_id, id);
CREATE INDEX requests_deleted ON requests (image_id, id) WHERE action = 'delete' AND state = 'done';
CREATE INDEX requests_deleted_name ON requests (json_extract(image, '$.name'), id)
     WHERE action = 'delete' AND state = 'done'
    ;
CREATE INDEX requests_ends ON requests (ends) WHERE ends IS NOT NULL;
CREATE INDEX items_request ON items (request_id);
CREATE INDEX grants_active ON grants (image_id, region, account) WHERE ended_at IS NULL;
CREATE INDEX grants_account ON grants (account, image_id, region);
CREATE INDEX grants_request ON grants (request_id);
CREATE INDEX grants_due ON grants (due) WHERE ended_at IS NULL AND due IS NOT NULL;
CREATE INDEX copies_image ON copies (image_id, image_region, id);
CREATE INDEX copies_copy ON copies (copy_id, region);
CREATE UNIQUE INDEX copies_under_way ON copies (image_id, image_region, region)
     WHERE state IN ('wanted', 'calling', 'syncing', 'ready')
    ;
CREATE INDEX copies_due ON copies (not_before, id) WHERE state IN ('wanted', 'calling', 'syncing', 'removing')
    ;
CREATE INDEX sources_account ON sources (account, id);
CREATE UNIQUE INDEX drift_open ON drift (image_id, region, kind, account) WHERE settled_at IS NULL;
CREATE INDEX drift_request ON drift (request_id) WHERE settled_at IS NULL;
CREATE INDEX presses_unjudged ON presses (id) WHERE judged_at IS NULL;
CREATE INDEX outbox_waiting ON outbox (id) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_lane ON outbox (lane, id) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_parked ON outbox (recipient) WHERE parked = 1;
CREATE INDEX outbox_lane_parked ON outbox (lane) WHERE parked = 1;
CREATE INDEX cards_place ON cards (ts, channel);
CREATE UNIQUE INDEX incidents_open ON incidents (kind) WHERE ended_at IS NULL;
CREATE INDEX audit_request ON audit (request_id, seq);
CREATE INDEX audit_heads ON audit (seq) WHERE event = 'head_posted';
CREATE INDEX audit_policy ON audit (seq) WHERE event IN ('policy_loaded', 'policy_refused');
CREATE INDEX audit_workspace ON audit (seq) WHERE event = 'workspace_known';
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_never_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE VIEW active_grants AS
    SELECT g.image_id, json_extract(r.image, '$.name') AS image_name, g.region, g.account, g.account_name, g.since,
           g.until, g.request_id, r.requester_name AS asked_by, r.reason,
           (SELECT group_concat(d.person_name, ', ') FROM decisions AS d
             WHERE d.request_id = g.request_id AND d.verdict = 'approve') AS approved_by
      FROM grants AS g JOIN requests AS r ON r.id = g.request_id
     WHERE g.ended_at IS NULL;
CREATE VIEW ended_grants AS
    SELECT g.image_id, g.region, g.account, g.account_name, g.since, g.until, g.ended_at, g.request_id, g.ended_by
      FROM grants AS g WHERE g.ended_at IS NOT NULL;
CREATE VIEW requests_with_decisions AS
    SELECT r.id AS request_id, r.action, r.image_ref AS image, r.image_id, r.image_region, r.state, r.requester_id,
           r.requester_name, r.reason, r.asked_at, r.changed_at, r.until, d.person_id AS decided_by_id,
           d.person_name AS decided_by, d.roles, d.verdict, d.reason AS decision_reason, d.at AS decided_at
      FROM requests AS r LEFT JOIN decisions AS d ON d.request_id = r.id;
CREATE VIEW request_outcomes AS
    SELECT i.request_id, r.action, i.account, i.account_name, i.region, i.image_id, i.state, i.code, i.message,
           i.cloud_request_id, i.changed_at
      FROM items AS i JOIN requests AS r ON r.id = i.request_id;
CREATE VIEW waiting_requests AS
    SELECT id AS request_id, action, image_ref AS image, state, requester_name, asked_at, decide_by
      FROM requests WHERE state IN ('checking', 'pending', 'approved', 'executing');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit',17);
COMMIT;
