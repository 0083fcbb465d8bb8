-- Who may ask. Passwords, sessions, tokens and codes are here as hashes alone: this table read by a stranger lets nobody in.

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    -- In lower case.
    email TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'admin')),
    -- Argon2id with its parameters, as a PHC string.
    password_hash TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    last_sign_in_ms BIGINT
);
CREATE UNIQUE INDEX accounts_email ON accounts (email);

CREATE TABLE sessions (
    -- SHA-256 of a random cookie of 256 bits: nothing slower is needed for what cannot be guessed.
    token_hash TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at_ms BIGINT NOT NULL,
    -- Moved on by use, up to a month after the sign-in.
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX sessions_of_account ON sessions (account_id);

CREATE TABLE api_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'admin')),
    -- NULL: made with the platform's own token. A token goes with its account.
    account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
    created_by TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    last_used_ms BIGINT
);
CREATE INDEX api_tokens_of_account ON api_tokens (account_id);

-- One row: the code that makes the first administrator. A newer one takes the place of the older.
CREATE TABLE setup_codes (
    name TEXT NOT NULL PRIMARY KEY,
    code_hash TEXT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
