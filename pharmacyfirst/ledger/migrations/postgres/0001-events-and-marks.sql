-- Events are only ever added to; marks are by what their streams are found; ledger_ever is how far the events once had come.
-- Statements stand apart by an empty line. Text compares by its bytes, as in SQLite, whatever the language of the server.

CREATE TABLE ledger_event (
    position bigint PRIMARY KEY, stream text COLLATE "C" NOT NULL, number bigint NOT NULL, kind text NOT NULL,
    at text NOT NULL, body text NOT NULL, attached bytea NOT NULL, digest text NOT NULL, UNIQUE (stream, number))

CREATE TABLE ledger_mark (
    name text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL, stream text COLLATE "C" NOT NULL,
    PRIMARY KEY (name, value, stream))

CREATE INDEX ledger_mark_stream ON ledger_mark (stream)

CREATE TABLE ledger_ever (alone boolean PRIMARY KEY DEFAULT true CHECK (alone), position bigint NOT NULL)

INSERT INTO ledger_ever (position) VALUES (0)

CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what happened is never changed'; END $$

-- A schema may be renamed, so the function looks where the event was written.
CREATE FUNCTION ledger_came_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN EXECUTE format('UPDATE %I.ledger_ever SET position = greatest(position, $1)', TG_TABLE_SCHEMA) USING NEW.position; RETURN NULL; END $$

CREATE TRIGGER ledger_event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_event
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses()

CREATE TRIGGER ledger_event_came_to AFTER INSERT ON ledger_event FOR EACH ROW EXECUTE FUNCTION ledger_came_to()

CREATE TRIGGER ledger_ever_no_way_back BEFORE UPDATE ON ledger_ever
    FOR EACH ROW WHEN (NEW.position < OLD.position) EXECUTE FUNCTION ledger_refuses()

CREATE TRIGGER ledger_ever_no_end BEFORE DELETE OR TRUNCATE ON ledger_ever
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses()

-- Also in a session that says it replays what another server did, in which other triggers are silent.
ALTER TABLE ledger_event ENABLE ALWAYS TRIGGER ledger_event_no_change

ALTER TABLE ledger_event ENABLE ALWAYS TRIGGER ledger_event_came_to

ALTER TABLE ledger_ever ENABLE ALWAYS TRIGGER ledger_ever_no_way_back

ALTER TABLE ledger_ever ENABLE ALWAYS TRIGGER ledger_ever_no_end
