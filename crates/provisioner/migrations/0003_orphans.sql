-- Of the namespace that was made for the store, learnt at the first sight of it and forgotten before another one is
-- made. A namespace with our labels and another UID is somebody else's.
ALTER TABLE stores ADD COLUMN namespace_uid TEXT;

-- What is in the cluster without a living store, and the other way round. A sweep writes what it saw; what it did not
-- see any more is no orphan, unless it was we who took it away: that stays as the trace of it.
CREATE TABLE orphans (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Empty where there is no namespace.
    uid TEXT NOT NULL,
    store_id TEXT NOT NULL,
    -- JSON: what it holds, in words.
    holds TEXT NOT NULL,
    -- Whether its row can be made again.
    adoptable BIGINT NOT NULL,
    -- Whether it will be taken away once it was seen for long enough.
    removable BIGINT NOT NULL,
    first_seen_ms BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL,
    sightings BIGINT NOT NULL,
    -- The last sweep that saw it, by its fence.
    swept BIGINT NOT NULL,
    -- When its deletion was begun, and when it was seen no more.
    removing_ms BIGINT,
    gone_ms BIGINT,
    PRIMARY KEY (kind, name, uid)
);
CREATE INDEX orphans_of_store ON orphans (store_id);

-- One row: the sweep is one replica's at a time, as a store is.
CREATE TABLE sweeps (
    name TEXT NOT NULL PRIMARY KEY,
    due_ms BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    swept_by TEXT,
    -- How often somebody asked for a sweep, and up to which of these the last one answers.
    asked BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    ended_ms BIGINT
);
INSERT INTO sweeps (name, due_ms, lease_until_ms, fence, asked, answered) VALUES ('orphans', 0, 0, 0, 0, 0);
