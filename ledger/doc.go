// Package ledger is the one append-only log that everything lasting in Fairlead is an entry of: consents, decisions,
// review cases, verdicts, erasures.
//
// Most callers make one ledger at start-up, pass it to the engines (consent.New, transparency.New, oversight.New) and
// never call it again:
//
//	log := ledger.Memory(nil) // tests and demos
//
// An engine keeps no tables. It follows the log: [Ledger.Follow] replays what is there through the engine's fold and
// then feeds it every later entry, in sequence order, so that all engines of all processes that follow one log reach
// the same state. Who was first is a matter of the sequence, never of locks.
//
// # Writing an engine
//
// A fold is a pure function of entries: it reads no clock (the time it is given is the latest entry time so far), does
// no I/O and appends nothing. What should happen in the world because of an entry belongs into [Follower.After]. A fold
// that returns an error or panics stops its own follower, and the engine then has to refuse: [Follower.Err] says why.
// A fold that meets an entry it does not know skips it, unless [Entry.Critical] is set: then it returns [ErrUpgrade].
//
// # What is never shown
//
// An [Entry] prints as its position, stream and kind under every verb and in slog. No error of this package holds a
// subject, a key or a payload.
package ledger
