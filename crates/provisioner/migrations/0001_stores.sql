-- One text for SQLite and PostgreSQL. Ids are TEXT, times are BIGINT milliseconds since the epoch by the database's own
-- clock, flags are BIGINT 0 or 1, structures are TEXT with JSON: the types that both databases and the driver share.

CREATE TABLE stores (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    engine TEXT NOT NULL,
    plan TEXT NOT NULL,
    host TEXT NOT NULL,
    title TEXT NOT NULL,
    admin_email TEXT NOT NULL,
    currency TEXT NOT NULL,
    country TEXT NOT NULL,
    sample_products BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    updated_at_ms BIGINT NOT NULL,

    -- What the owner wants. Only HTTP writes it, and counts `wish` up when it does: a worker that decided under an
    -- older wish finds its write refused.
    desired TEXT NOT NULL CHECK (desired IN ('present', 'absent')),
    wish BIGINT NOT NULL DEFAULT 0,
    -- Another try was asked for, and what is stuck has not been restarted since.
    retried BIGINT NOT NULL DEFAULT 0,

    -- How far it came. After creation only the holder of the claim writes these, or a new wish.
    phase TEXT NOT NULL,
    reason_code TEXT,
    reason_detail TEXT,
    attempts BIGINT NOT NULL DEFAULT 0,
    -- Failures in a row, whatever their cause: the back-off grows with it. `attempts` counts only what has an end.
    misses BIGINT NOT NULL DEFAULT 0,
    ready_at_ms BIGINT,
    proof TEXT,
    removed TEXT,
    -- Since when nothing moved: the deadline counts from here. NULL until a worker first takes up the wish, so that
    -- waiting for a free worker does not count.
    progress_at_ms BIGINT,
    restarted_at_ms BIGINT,

    -- The queue is this table. NULL: at rest until something wakes it.
    due_at_ms BIGINT,
    -- Counted up by each wake-up: whoever looked before it does not put the store to rest.
    wakes BIGINT NOT NULL DEFAULT 0,
    -- The claim. Whoever counted `fence` up last may write until the lease lapses and somebody else does.
    lease_until_ms BIGINT NOT NULL DEFAULT 0,
    fence BIGINT NOT NULL DEFAULT 0,
    claimed_by TEXT
);

-- A name and a host belong to one store until nothing of that store is left.
CREATE UNIQUE INDEX stores_name ON stores (name) WHERE phase <> 'deleted';
CREATE UNIQUE INDEX stores_host ON stores (host) WHERE phase <> 'deleted';
-- Lists show the newest first.
CREATE INDEX stores_created ON stores (created_at_ms, id);
-- Finding work costs as much as there is work, not as there are stores.
CREATE INDEX stores_due ON stores (due_at_ms) WHERE due_at_ms IS NOT NULL;

-- The stages an owner sees; a stage without a row has not begun.
CREATE TABLE stages (
    store_id TEXT NOT NULL REFERENCES stores (id) ON DELETE CASCADE,
    stage TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at_ms BIGINT,
    ended_at_ms BIGINT,
    detail TEXT NOT NULL,
    PRIMARY KEY (store_id, stage)
);

CREATE TABLE events (
    id BIGINT NOT NULL PRIMARY KEY,
    store_id TEXT NOT NULL REFERENCES stores (id) ON DELETE CASCADE,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    phase TEXT NOT NULL,
    stage TEXT,
    state TEXT,
    reason_code TEXT,
    detail TEXT NOT NULL
);
CREATE INDEX events_of_store ON events (store_id, id);

-- Event ids come from a row and not from a sequence: the row's lock is held until the commit, so ids become visible in
-- their order and a reader that remembers the last id it saw misses none.
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('event', 0);

-- The first answer to each Idempotency-Key. Written in the transaction of the store it made.
CREATE TABLE idempotency (
    owner TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    store_id TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (owner, idempotency_key)
);
CREATE INDEX idempotency_age ON idempotency (created_at_ms);
