BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'imagewarden','m0001_the_main_job','2026-11-25 18:51:47.405363+00:00');
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
INSERT INTO "audit" VALUES(1,'2026-03-02T09:00:00.001000Z','asked',1,'U0MEI','U0MEI','{"accounts":["100012345678"],"action":"share","image":"base-2026","reason":"nightly build","region":""}','0000000000000000000000000000000000000000000000000000000000000000','21f821a02dc8ec5e81ceb55f94bc15c0d4b01330c5b791dc1bf41b89c13daaba');
INSERT INTO "audit" VALUES(2,'2026-03-02T09:00:00.002000Z','checked',1,'imagewarden','Imagewarden','{"findings":["note:shares_used","note:share_is_not_recall"],"image":"img-base0001"}','21f821a02dc8ec5e81ceb55f94bc15c0d4b01330c5b791dc1bf41b89c13daaba','6229135ec98433977655ce5d48c343d5538cd74872fc8f51465325f1ce9516cd');
INSERT INTO "audit" VALUES(3,'2026-03-02T09:00:00.003000Z','approved',1,'U0LIN','lin','{"enough":true,"findings":["shares_used","share_is_not_recall"],"roles":["owner"]}','6229135ec98433977655ce5d48c343d5538cd74872fc8f51465325f1ce9516cd','5c92edae3a8ad48fbeb289c1f28273e3ef59ace5174f6b85679a2721cf6abf83');
INSERT INTO "audit" VALUES(4,'2026-03-02T09:00:00.004000Z','executing',1,'imagewarden','Imagewarden','{"attempt":1}','5c92edae3a8ad48fbeb289c1f28273e3ef59ace5174f6b85679a2721cf6abf83','f1ecd62035333f97dcfd09a7f262abd8b0bf8a9feccfa6c543736c1d1776d161');
INSERT INTO "audit" VALUES(5,'2026-03-02T09:00:00.004000Z','share_done',1,'imagewarden','Imagewarden','{"account":"100012345678","cloud_request_id":"req-1","code":"","region":"ap-guangzhou","state":"done"}','f1ecd62035333f97dcfd09a7f262abd8b0bf8a9feccfa6c543736c1d1776d161','4591977f087cbb8fd9ef1bb7ad48ceb82e9fe68714e8ff26fb5682169745c07d');
INSERT INTO "audit" VALUES(6,'2026-03-02T09:00:00.004000Z','done',1,'imagewarden','Imagewarden','{}','4591977f087cbb8fd9ef1bb7ad48ceb82e9fe68714e8ff26fb5682169745c07d','d0fb5342d1549ccc40631f07900875c9a3d82665aa4bbfa55a7a7061369af277');
INSERT INTO "audit" VALUES(7,'2026-03-02T09:00:00.005000Z','asked',2,'U0MEI','U0MEI','{"accounts":["100023456789"],"action":"share","image":"base-2026","reason":"nightly build","region":""}','d0fb5342d1549ccc40631f07900875c9a3d82665aa4bbfa55a7a7061369af277','e1bd39ee8aafde1f46198513798edecbe56523024350c7d24f440f35b7510b1a');
INSERT INTO "audit" VALUES(8,'2026-03-02T09:00:00.006000Z','checked',2,'imagewarden','Imagewarden','{"findings":["note:shares_used","note:share_is_not_recall"],"image":"img-base0001"}','e1bd39ee8aafde1f46198513798edecbe56523024350c7d24f440f35b7510b1a','a6948cc5499a7dc9f03d5cd1e9721aff21a98ae4208e3cda5fa920a10840c040');
INSERT INTO "audit" VALUES(9,'2026-03-02T09:00:00.007000Z','denied',2,'U0LIN','lin','{"reason":"not yet"}','a6948cc5499a7dc9f03d5cd1e9721aff21a98ae4208e3cda5fa920a10840c040','57d641c1163d8393811c7dd3042b3d3a85dbd9d99170fa60e139ac00e4d73eaf');
INSERT INTO "audit" VALUES(10,'2026-03-02T09:00:00.008000Z','asked',3,'U0MEI','U0MEI','{"accounts":["100023456789"],"action":"share","image":"base-2026","reason":"nightly build","region":""}','57d641c1163d8393811c7dd3042b3d3a85dbd9d99170fa60e139ac00e4d73eaf','d05728c53f8c9cbd2e15573623287cbb909648704f53a9e12c88d1619ced558b');
INSERT INTO "audit" VALUES(11,'2026-03-02T09:00:00.009000Z','checked',3,'imagewarden','Imagewarden','{"findings":["note:shares_used","note:share_is_not_recall"],"image":"img-base0001"}','d05728c53f8c9cbd2e15573623287cbb909648704f53a9e12c88d1619ced558b','beb718b2261a388312c7bea7b25db79fae33267dd4ce8e04fcd1524aca0eed41');
INSERT INTO "audit" VALUES(12,'2026-03-02T09:00:00.010000Z','asked',4,'U0MEI','U0MEI','{"accounts":["100099900001"],"action":"share","image":"base-2026","reason":"nightly build","region":""}','beb718b2261a388312c7bea7b25db79fae33267dd4ce8e04fcd1524aca0eed41','36383c406e6f1949f06471c5dd56ce4eb2996ff430880a7a2fd9650a0c65121a');
INSERT INTO "audit" VALUES(13,'2026-03-02T09:00:00.011000Z','checked',4,'imagewarden','Imagewarden','{"findings":["warn:target_unknown","note:shares_used","note:share_is_not_recall"],"image":"img-base0001"}','36383c406e6f1949f06471c5dd56ce4eb2996ff430880a7a2fd9650a0c65121a','faf513c8cced777f65e4aed4a78eb388e3eba61bada6fdedeb6ce5ef38971190');
INSERT INTO "audit" VALUES(14,'2026-03-02T09:00:00.012000Z','approved',4,'U0LIN','lin','{"enough":false,"findings":["target_unknown","shares_used","share_is_not_recall"],"roles":["owner"]}','faf513c8cced777f65e4aed4a78eb388e3eba61bada6fdedeb6ce5ef38971190','06bb20c1477f75b25714994d098360105fa235f909449fcb1ebd4ec3bfcfd7c5');
INSERT INTO "audit" VALUES(15,'2026-03-02T09:00:00.013000Z','approved',4,'U0SARA','sara','{"enough":true,"findings":["target_unknown","shares_used","share_is_not_recall"],"roles":["guardian"]}','06bb20c1477f75b25714994d098360105fa235f909449fcb1ebd4ec3bfcfd7c5','deec6215dbaf2fefe4dbdfc48727cba3f3471e890e2c299e0f339281d9902129');
INSERT INTO "audit" VALUES(16,'2026-03-02T09:00:00.014000Z','asked',5,'U0MEI','U0MEI','{"accounts":["100077700001"],"action":"share","image":"base-2026","reason":"nightly build","region":""}','deec6215dbaf2fefe4dbdfc48727cba3f3471e890e2c299e0f339281d9902129','ed90647f4381b59b330c486523735f2e20c2693f33a5111978b578c13135e8e7');
INSERT INTO "audit" VALUES(17,'2026-03-02T09:00:00.015000Z','press_refused',4,'U0GUS','gus','{"verb":"approve","why":"may_not_act"}','ed90647f4381b59b330c486523735f2e20c2693f33a5111978b578c13135e8e7','20ab46181bda16f09dcd94d08d7ebea4c671de41d76f954ff0a377b26da5672b');
CREATE TABLE cards (
      request_id INTEGER NOT NULL REFERENCES requests (id),
      recipient TEXT NOT NULL,
      channel TEXT NOT NULL,
      ts TEXT NOT NULL,
      PRIMARY KEY (request_id, recipient)
    ) WITHOUT ROWID
    ;
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
      changed_at TEXT
    );
INSERT INTO "items" VALUES(1,1,'100012345678','data-team','ap-guangzhou','done','','','req-1',0,'2026-03-02T09:00:00.004000Z');
INSERT INTO "items" VALUES(2,2,'100023456789','partner-lab','ap-guangzhou','waiting','','','',0,'2026-03-02T09:00:00.006000Z');
INSERT INTO "items" VALUES(3,3,'100023456789','partner-lab','ap-guangzhou','waiting','','','',0,'2026-03-02T09:00:00.009000Z');
INSERT INTO "items" VALUES(4,4,'100099900001',NULL,'ap-guangzhou','waiting','','','',0,'2026-03-02T09:00:00.011000Z');
INSERT INTO "items" VALUES(5,5,'100077700001',NULL,'','waiting','','','',0,NULL);
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
      verb TEXT NOT NULL CHECK (verb IN ('approve', 'deny', 'cancel', 'retry')),
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
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      home TEXT NOT NULL DEFAULT '',
      key TEXT NOT NULL UNIQUE,
      action TEXT NOT NULL,
      image_ref TEXT NOT NULL,
      region TEXT NOT NULL,
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
      reply_to TEXT NOT NULL DEFAULT ''
    );
INSERT INTO "requests" VALUES(1,'100000000001','asked-1','share','base-2026','','img-base0001','ap-guangzhou','{"image_id": "img-base0001", "name": "base-2026", "region": "ap-guangzhou", "kind": "PRIVATE_IMAGE", "state": "NORMAL", "creator": "100000000001", "source": "CREATE_IMAGE", "size_gib": 50, "os_name": "", "platform": "", "architecture": "", "created_at": "2025-01-31T08:00:00.000000Z", "licence": "TencentCloud", "whole_machine": false, "deprecated": false, "tags": {}}','nightly build','U0MEI','mei','2026-03-02T09:00:00.001000Z','done','2026-03-02T09:00:00.004000Z','2026-03-05T09:00:00.002000Z','2026-03-02T09:00:00.003000Z',1,NULL,NULL,'{"owner_ids": ["U0LIN", "U0OMAR"], "guardian_ids": [], "guardian_names": [], "guardian_needed": false, "approvals": 1}','[{"code": "shares_used", "level": "note", "text": "0 of 500 shares used.", "remedy": ""}, {"code": "share_is_not_recall", "level": "note", "text": "They can start machines from it and copy it; taking it back doesn''t recall copies.", "remedy": ""}]','reply:U0MEI');
INSERT INTO "requests" VALUES(2,'100000000001','asked-3','share','base-2026','','img-base0001','ap-guangzhou','{"image_id": "img-base0001", "name": "base-2026", "region": "ap-guangzhou", "kind": "PRIVATE_IMAGE", "state": "NORMAL", "creator": "100000000001", "source": "CREATE_IMAGE", "size_gib": 50, "os_name": "", "platform": "", "architecture": "", "created_at": "2025-01-31T08:00:00.000000Z", "licence": "TencentCloud", "whole_machine": false, "deprecated": false, "tags": {}}','nightly build','U0MEI','mei','2026-03-02T09:00:00.005000Z','denied','2026-03-02T09:00:00.007000Z','2026-03-05T09:00:00.006000Z','2026-03-02T09:00:00.007000Z',0,NULL,NULL,'{"owner_ids": ["U0LIN", "U0OMAR"], "guardian_ids": [], "guardian_names": [], "guardian_needed": false, "approvals": 1}','[{"code": "shares_used", "level": "note", "text": "1 of 500 shares used.", "remedy": ""}, {"code": "share_is_not_recall", "level": "note", "text": "They can start machines from it and copy it; taking it back doesn''t recall copies.", "remedy": ""}]','reply:U0MEI');
INSERT INTO "requests" VALUES(3,'100000000001','asked-5','share','base-2026','','img-base0001','ap-guangzhou','{"image_id": "img-base0001", "name": "base-2026", "region": "ap-guangzhou", "kind": "PRIVATE_IMAGE", "state": "NORMAL", "creator": "100000000001", "source": "CREATE_IMAGE", "size_gib": 50, "os_name": "", "platform": "", "architecture": "", "created_at": "2025-01-31T08:00:00.000000Z", "licence": "TencentCloud", "whole_machine": false, "deprecated": false, "tags": {}}','nightly build','U0MEI','mei','2026-03-02T09:00:00.008000Z','pending','2026-03-02T09:00:00.009000Z','2026-03-05T09:00:00.009000Z','2026-03-02T09:00:00.009000Z',0,NULL,NULL,'{"owner_ids": ["U0LIN", "U0OMAR"], "guardian_ids": [], "guardian_names": [], "guardian_needed": false, "approvals": 1}','[{"code": "shares_used", "level": "note", "text": "1 of 500 shares used.", "remedy": ""}, {"code": "share_is_not_recall", "level": "note", "text": "They can start machines from it and copy it; taking it back doesn''t recall copies.", "remedy": ""}]','reply:U0MEI');
INSERT INTO "requests" VALUES(4,'100000000001','asked-6','share','base-2026','','img-base0001','ap-guangzhou','{"image_id": "img-base0001", "name": "base-2026", "region": "ap-guangzhou", "kind": "PRIVATE_IMAGE", "state": "NORMAL", "creator": "100000000001", "source": "CREATE_IMAGE", "size_gib": 50, "os_name": "", "platform": "", "architecture": "", "created_at": "2025-01-31T08:00:00.000000Z", "licence": "TencentCloud", "whole_machine": false, "deprecated": false, "tags": {}}','nightly build','U0MEI','mei','2026-03-02T09:00:00.010000Z','approved','2026-03-02T09:00:00.013000Z','2026-03-05T09:00:00.011000Z','2026-03-02T09:00:00.013000Z',0,NULL,NULL,'{"owner_ids": ["U0LIN", "U0OMAR"], "guardian_ids": ["U0SARA"], "guardian_names": ["S0SECURITY"], "guardian_needed": true, "approvals": 1}','[{"code": "target_unknown", "level": "warn", "text": "100099900001 is not a known account.", "remedy": ""}, {"code": "shares_used", "level": "note", "text": "1 of 500 shares used.", "remedy": ""}, {"code": "share_is_not_recall", "level": "note", "text": "They can start machines from it and copy it; taking it back doesn''t recall copies.", "remedy": ""}]','reply:U0MEI');
INSERT INTO "requests" VALUES(5,'','asked-9','share','base-2026','',NULL,NULL,NULL,'nightly build','U0MEI','U0MEI','2026-03-02T09:00:00.014000Z','checking','2026-03-02T09:00:00.014000Z',NULL,'2026-03-02T09:00:00.014000Z',0,NULL,NULL,NULL,'[]','reply:U0MEI');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX requests_to_check ON requests (not_before, id) WHERE state = 'checking';
CREATE INDEX requests_pending ON requests (id) WHERE state = 'pending';
CREATE INDEX requests_decide_by ON requests (decide_by) WHERE state = 'pending';
CREATE INDEX requests_approved ON requests (not_before, id) WHERE state = 'approved';
CREATE INDEX requests_approved_image ON requests (image_id, image_region, not_before) WHERE state = 'approved';
CREATE INDEX requests_executing ON requests (image_id, image_region) WHERE state = 'executing';
CREATE INDEX requests_lease ON requests (lease_until) WHERE state = 'executing';
CREATE INDEX requests_requester ON requests (requester_id, id);
CREATE INDEX items_request ON items (request_id);
CREATE INDEX grants_active ON grants (image_id, region, account) WHERE ended_at IS NULL;
CREATE INDEX presses_unjudged ON presses (id) WHERE judged_at IS NULL;
CREATE INDEX outbox_waiting ON outbox (id) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_lane ON outbox (lane, id) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_parked ON outbox (recipient) WHERE parked = 1;
CREATE INDEX outbox_lane_parked ON outbox (lane) WHERE parked = 1;
CREATE INDEX cards_place ON cards (ts, channel);
CREATE UNIQUE INDEX incidents_open ON incidents (kind) WHERE ended_at IS NULL;
CREATE INDEX audit_request ON audit (request_id, seq);
CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('requests',5);
INSERT INTO "sqlite_sequence" VALUES('audit',17);
COMMIT;
