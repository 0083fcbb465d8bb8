-- What holds when processes die, clocks step and one owner asks for a hundred stores at once.

-- Whether the store came to rest by itself, to be looked at again by the slow poll alone: 0 no, 1 yes, 2 it was claimed
-- out of that rest. Work that is found then was missed by every watch and bell.
ALTER TABLE stores ADD COLUMN resting BIGINT NOT NULL DEFAULT 0;

-- Each owner is a queue of its own.
CREATE INDEX stores_due_of_owner ON stores (created_by, due_at_ms) WHERE due_at_ms IS NOT NULL;
-- How many hands an owner has at work; as many rows as there are hands.
CREATE INDEX stores_claimed ON stores (created_by) WHERE claimed_by IS NOT NULL;

-- Who did what, written in the transaction that did it. Each row holds the hash of the one before: one that is changed,
-- taken out or put in between breaks the chain from there on.
CREATE TABLE audit (
    id BIGINT NOT NULL PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    store_id TEXT NOT NULL,
    phase TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_of_store ON audit (store_id, id);
INSERT INTO counters (name, value) VALUES ('audit', 0);
