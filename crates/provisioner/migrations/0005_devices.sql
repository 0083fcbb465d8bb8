-- Browsers that have signed in. Their tries to sign in are counted by themselves: else whoever knows an address could keep its owner
-- out by guessing (OWASP's device cookies).
CREATE TABLE devices (
    -- SHA-256 of a random cookie of 256 bits, as a session's.
    token_hash TEXT NOT NULL PRIMARY KEY,
    -- It says so of one account; another one that signs in there gets another cookie.
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at_ms BIGINT NOT NULL,
    -- Moved on by each sign-in.
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX devices_of_account ON devices (account_id);
