-- Events are only ever added to; marks are by what their streams are found.
-- Statements stand apart by an empty line. A file made before migrations were recorded has all of this already.

CREATE TABLE IF NOT EXISTS ledger_event (
    position INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL,
    at TEXT NOT NULL, body TEXT NOT NULL, attached BLOB NOT NULL, digest TEXT NOT NULL, UNIQUE (stream, number))

CREATE TABLE IF NOT EXISTS ledger_mark (
    name TEXT NOT NULL, value TEXT NOT NULL, stream TEXT NOT NULL, PRIMARY KEY (name, value, stream)) WITHOUT ROWID

CREATE INDEX IF NOT EXISTS ledger_mark_stream ON ledger_mark (stream)

CREATE TRIGGER IF NOT EXISTS ledger_event_no_update BEFORE UPDATE ON ledger_event
BEGIN SELECT RAISE(ABORT, 'what happened is never changed'); END

CREATE TRIGGER IF NOT EXISTS ledger_event_no_delete BEFORE DELETE ON ledger_event
BEGIN SELECT RAISE(ABORT, 'what happened is never changed'); END

-- INSERT OR REPLACE would take the old row away without asking the trigger above.
CREATE TRIGGER IF NOT EXISTS ledger_event_no_replace BEFORE INSERT ON ledger_event WHEN EXISTS (
    SELECT 1 FROM ledger_event WHERE position = NEW.position OR (stream = NEW.stream AND number = NEW.number))
BEGIN SELECT RAISE(ABORT, 'what happened is never changed'); END
