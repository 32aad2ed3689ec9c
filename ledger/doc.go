// Package ledger is the one append-only log that everything lasting in Fairlead is an entry of: consents, decisions,
// review cases, verdicts, erasures.
//
// Most callers open one ledger at start-up, pass it to the engines (consent.New, transparency.New, oversight.New) and
// never call it again:
//
//	l, err := ledger.Open(ctx, db, &ledger.Options{Secret: secret}) // db: your *sql.DB, SQLite or PostgreSQL
//	l := ledger.Memory(nil)                                         // tests and demos
//
// Four calls are for you all the same: [Ledger.Erase] when a person asks to be forgotten, [Ledger.Checkpoint] to give
// somebody else the means to prove that you changed nothing, [Ledger.Export] for an auditor, and [Ledger.Rekey].
//
// An engine keeps no tables. It follows the log: [Ledger.Follow] replays what is there through the engine's fold and
// then feeds it every later entry, in sequence order, so that all engines of all processes that follow one log reach
// the same state. Who was first is a matter of the sequence, never of locks.
//
// # Writing an engine
//
// A fold is a pure function of entries: it reads no clock (the time it is given is the latest entry time so far), does
// no I/O and appends nothing. What should happen in the world because of an entry belongs into [Follower.After]; it
// happens at least once, with [Entry.ID] to recognise a repetition. A fold that returns an error or panics stops its own
// follower, and the engine then has to refuse: [Follower.Err] says why, [Follower.Fresh] how old its state is. A fold
// that meets an entry it does not know skips it, unless [Entry.Critical] is set: then it returns [ErrUpgrade].
//
// A fold that remembers people also follows the stream "ledger", keeps each entry's [Entry.Mark] beside what it
// remembers, and forgets by [AsErasure]. Then the state after living through an erasure is the state that a replay
// reaches.
//
// # What is proved
//
// Every entry is a leaf of a Merkle tree (RFC 6962) over what never changes: time, stream, kind, Public and a salted
// commitment to the rest. A checkpoint is the signed root. [Ledger.Verify] and [VerifyExport] find every change to
// entries that a checkpoint covers. Two things they cannot find: that the entries after the last checkpoint (at most
// about a second of them) were cut off or replaced; and that the owner of the database and the signing key rewrote the
// whole log, unless a checkpoint was kept where the owner cannot reach it ([Options.Witness]). The triggers in the
// database stop accidents, not owners.
//
// # What is erased
//
// Subject, Key, ID and Body lie in a second table, sealed with AES-256-GCM under a random key for each subject, itself
// wrapped by Options.Secret. Erase deletes them together with the key. What remains is the envelope, which leads to
// nobody, and the entry that accounts for the removal, so that a deleted body can be told from an erased one.
//
// Where traces stay, and until when: on PostgreSQL the deleted rows lie in the table files until VACUUM (or VACUUM FULL,
// to give the pages back) has run, and in the write-ahead log, its archive and on standbys until those are recycled; on
// SQLite in the -wal file until its next checkpoint (PRAGMA wal_checkpoint(TRUNCATE)), in the database not at all. In
// all of them the payload is sealed, and the key beside it is wrapped. A backup holds both: it is readable with the
// secret of its time until that secret is destroyed. So after erasures that matter call [Ledger.Rekey], keep the new
// secret, and destroy the old one when the backups you still need have been made anew. Only you can do that.
//
// # What is never shown
//
// An [Entry] prints as its position, stream and kind under every verb and in slog. No error of this package holds a
// subject, a key or a payload.
//
// # How large
//
// One ledger takes some ten thousand entries a second. A busy system gives decisions a ledger of their own and keeps
// consent and oversight on another; past one PostgreSQL, have one ledger for each service or tenant ([Options.Origin]).
package ledger
