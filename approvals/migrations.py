"""The schema, as steps that go forward. Each is applied once, together with the note that it was.

Before the first release the schema grew in place; files of that time have the first step, and tables that look
otherwise. The second step makes them what a new file has. From the first release on each change is a step of its own.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from approvals.upgrading import bring_up

migrations = Migrations("imagewarden")


# Indexes are partial where a sweep looks for the few rows that wait among the many that are finished.
# No AUTOINCREMENT, which is one more page in every commit: no row is ever deleted, so no number comes twice anyhow.
SCHEMA = (
    """
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
    )
    """,
    "CREATE INDEX requests_to_check ON requests (not_before, id) WHERE state = 'checking'",
    "CREATE INDEX requests_pending ON requests (id) WHERE state = 'pending'",
    "CREATE INDEX requests_pending_image ON requests (image_id, image_region) WHERE state = 'pending'",
    "CREATE INDEX requests_attend_at ON requests (attend_at) WHERE state = 'pending'",
    "CREATE INDEX requests_approved ON requests (not_before, id) WHERE state = 'approved'",
    "CREATE INDEX requests_approved_image ON requests (image_id, image_region, not_before) WHERE state = 'approved'",
    "CREATE INDEX requests_executing ON requests (image_id, image_region) WHERE state = 'executing'",
    "CREATE INDEX requests_lease ON requests (lease_until) WHERE state = 'executing'",
    "CREATE INDEX requests_requester ON requests (requester_id, id)",
    "CREATE INDEX requests_deleted ON requests (image_id, id) WHERE action = 'delete' AND state = 'done'",
    """
    CREATE INDEX requests_deleted_name ON requests (json_extract(image, '$.name'), id)
     WHERE action = 'delete' AND state = 'done'
    """,
    "CREATE INDEX requests_ends ON requests (ends) WHERE ends IS NOT NULL",
    """
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
    )
    """,
    "CREATE INDEX items_request ON items (request_id)",
    """
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
    )
    """,
    """
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
    )
    """,
    "CREATE INDEX grants_active ON grants (image_id, region, account) WHERE ended_at IS NULL",
    "CREATE INDEX grants_account ON grants (account, image_id, region)",
    "CREATE INDEX grants_request ON grants (request_id)",
    "CREATE INDEX grants_due ON grants (due) WHERE ended_at IS NULL AND due IS NOT NULL",
    """
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
    )
    """,
    "CREATE INDEX copies_image ON copies (image_id, image_region, id)",
    "CREATE INDEX copies_copy ON copies (copy_id, region)",
    """
    CREATE UNIQUE INDEX copies_under_way ON copies (image_id, image_region, region)
     WHERE state IN ('wanted', 'calling', 'syncing', 'ready')
    """,
    """
    CREATE INDEX copies_due ON copies (not_before, id) WHERE state IN ('wanted', 'calling', 'syncing', 'removing')
    """,
    """
    CREATE TABLE sources (
      id INTEGER PRIMARY KEY,
      account TEXT NOT NULL,
      trusted INTEGER NOT NULL,
      request_id INTEGER NOT NULL REFERENCES requests (id),
      at TEXT NOT NULL
    )
    """,
    "CREATE INDEX sources_account ON sources (account, id)",
    """
    CREATE TABLE inbound (
      region TEXT NOT NULL,
      image_id TEXT NOT NULL,
      first_seen TEXT NOT NULL,
      PRIMARY KEY (image_id, region)
    ) WITHOUT ROWID
    """,
    """
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
    )
    """,
    "CREATE UNIQUE INDEX drift_open ON drift (image_id, region, kind, account) WHERE settled_at IS NULL",
    "CREATE INDEX drift_request ON drift (request_id) WHERE settled_at IS NULL",
    """
    CREATE TABLE drift_pass (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      started_at TEXT,
      finished_at TEXT,
      region TEXT NOT NULL,
      image_id TEXT NOT NULL,
      looked INTEGER NOT NULL,
      total INTEGER NOT NULL,
      cards INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE presses (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      request_id INTEGER NOT NULL,
      person_id TEXT NOT NULL,
      verb TEXT NOT NULL CHECK (verb IN ('approve', 'deny', 'cancel', 'retry', 'ask_again', 'remove_copy',
                                         'end_now', 'adopt', 'revoke', 'share_again', 'close')),
      reason TEXT NOT NULL DEFAULT '',
      reply_to TEXT NOT NULL DEFAULT '',
      at TEXT NOT NULL,
      not_before TEXT NOT NULL,
      judged_at TEXT,
      outcome TEXT
    )
    """,
    "CREATE INDEX presses_unjudged ON presses (id) WHERE judged_at IS NULL",
    """
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
    )
    """,
    "CREATE INDEX outbox_waiting ON outbox (id) WHERE sent_at IS NULL AND failed_at IS NULL",
    "CREATE INDEX outbox_lane ON outbox (lane, id) WHERE sent_at IS NULL AND failed_at IS NULL",
    "CREATE INDEX outbox_parked ON outbox (recipient) WHERE parked = 1",
    "CREATE INDEX outbox_lane_parked ON outbox (lane) WHERE parked = 1",
    """
    CREATE TABLE cards (
      request_id INTEGER NOT NULL REFERENCES requests (id),
      recipient TEXT NOT NULL,
      channel TEXT NOT NULL,
      ts TEXT NOT NULL,
      PRIMARY KEY (request_id, recipient)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX cards_place ON cards (ts, channel)",
    """
    CREATE TABLE incidents (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN ('auth', 'wrong_account')),
      call TEXT NOT NULL,
      error TEXT NOT NULL,
      since TEXT NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      not_before TEXT NOT NULL,
      ended_at TEXT
    )
    """,
    "CREATE UNIQUE INDEX incidents_open ON incidents (kind) WHERE ended_at IS NULL",
    """
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
    )
    """,
    "CREATE INDEX audit_request ON audit (request_id, seq)",
    "CREATE INDEX audit_heads ON audit (seq) WHERE event = 'head_posted'",
    "CREATE INDEX audit_policy ON audit (seq) WHERE event IN ('policy_loaded', 'policy_refused')",
    "CREATE INDEX audit_workspace ON audit (seq) WHERE event = 'workspace_known'",
    """
    CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
    """,
    """
    CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
    """,
    # A line that takes the place of another is no DELETE to SQLite, unless whoever opens the file asks for that.
    """
    CREATE TRIGGER audit_never_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
    """,
    # For whoever opens the file with a tool for SQLite.
    """
    CREATE VIEW active_grants AS
    SELECT g.image_id, json_extract(r.image, '$.name') AS image_name, g.region, g.account, g.account_name, g.since,
           g.until, g.request_id, r.requester_name AS asked_by, r.reason,
           (SELECT group_concat(d.person_name, ', ') FROM decisions AS d
             WHERE d.request_id = g.request_id AND d.verdict = 'approve') AS approved_by
      FROM grants AS g JOIN requests AS r ON r.id = g.request_id
     WHERE g.ended_at IS NULL
    """,
    """
    CREATE VIEW ended_grants AS
    SELECT g.image_id, g.region, g.account, g.account_name, g.since, g.until, g.ended_at, g.request_id, g.ended_by
      FROM grants AS g WHERE g.ended_at IS NOT NULL
    """,
    """
    CREATE VIEW requests_with_decisions AS
    SELECT r.id AS request_id, r.action, r.image_ref AS image, r.image_id, r.image_region, r.state, r.requester_id,
           r.requester_name, r.reason, r.asked_at, r.changed_at, r.until, d.person_id AS decided_by_id,
           d.person_name AS decided_by, d.roles, d.verdict, d.reason AS decision_reason, d.at AS decided_at
      FROM requests AS r LEFT JOIN decisions AS d ON d.request_id = r.id
    """,
    """
    CREATE VIEW request_outcomes AS
    SELECT i.request_id, r.action, i.account, i.account_name, i.region, i.image_id, i.state, i.code, i.message,
           i.cloud_request_id, i.changed_at
      FROM items AS i JOIN requests AS r ON r.id = i.request_id
    """,
    """
    CREATE VIEW waiting_requests AS
    SELECT id AS request_id, action, image_ref AS image, state, requester_name, asked_at, decide_by
      FROM requests WHERE state IN ('checking', 'pending', 'approved', 'executing')
    """,
)


@migrations()
def m0001_the_main_job(db: Database) -> None:
    for statement in SCHEMA:
        db.execute(statement)


@migrations()
def m0002_as_first_released(db: Database) -> None:
    bring_up(db, SCHEMA)


@migrations()
def m0003_how_many_lines_there_were(db: Database) -> None:
    """SQLite remembers the number of the record's last line: a tail that is cut is missed."""
    bring_up(db, SCHEMA)


@migrations()
def m0004_the_images_of_an_account(db: Database) -> None:
    """Who lost an image lately is found however many others they have had."""
    bring_up(db, SCHEMA)


@migrations()
def m0005_deleted_images_by_name(db: Database) -> None:
    """By which request an image went is found however many were deleted."""
    bring_up(db, SCHEMA)


@migrations()
def m0006_no_line_in_the_place_of_another(db: Database) -> None:
    """Also REPLACE is refused."""
    bring_up(db, SCHEMA)


@migrations()
def m0007_the_workspace(db: Database) -> None:
    """In which workspace the bot is is found however long the record is."""
    bring_up(db, SCHEMA)


@migrations()
def m0008_asking_again_is_a_press(db: Database) -> None:
    """Whoever asks again is judged like whoever decides."""
    bring_up(db, SCHEMA)


STEPS = (
    m0001_the_main_job.__name__,
    m0002_as_first_released.__name__,
    m0003_how_many_lines_there_were.__name__,
    m0004_the_images_of_an_account.__name__,
    m0005_deleted_images_by_name.__name__,
    m0006_no_line_in_the_place_of_another.__name__,
    m0007_the_workspace.__name__,
    m0008_asking_again_is_a_press.__name__,
)
"""The steps that this version knows: a file with another one is from a newer version."""
