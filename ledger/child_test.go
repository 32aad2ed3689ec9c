package ledger_test

// childEnv makes the test binary run one job of child instead of the tests: how tests get a process to kill.
const childEnv = "FAIRLEAD_LEDGER_CHILD"

func child(string) int { return 2 }
