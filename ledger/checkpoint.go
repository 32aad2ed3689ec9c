package ledger

func (l *Ledger) signAll() {}
