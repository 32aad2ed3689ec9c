# What one command each does. `make help` lists them.
GO ?= go
BIN := $(CURDIR)/bin

# The tools, pinned. They are built from their modules into bin/.
GOFUMPT := mvdan.cc/gofumpt@v0.12.0
LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
BENCHSTAT := golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

# The packages that are used by several goroutines at once: all but the examples.
CONCURRENT = $$($(GO) list ./... | grep -v /examples/)

.PHONY: help test check fmt lint race bench browser run exam-hold exam-exclusive exam-desk exam-load exam-pages screenshots exam-kill exam-snapshot exam-estimate exam-breaker exam-fairness exam-privacy exam-sdk exam-consent exam-revocation exam-false-alarms exam-pii-fuzz exam-tampering
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

test: ## the tests, as the README runs them
	$(GO) test ./...

check: test fmt lint race browser run ## all that CI runs

fmt: $(BIN)/gofumpt ## says which files gofumpt would change
	@out=$$($(BIN)/gofumpt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "gofumpt would change:"; echo "$$out"; exit 1; }

lint: $(BIN)/golangci-lint ## go vet and golangci-lint
	$(GO) vet ./...
	$(BIN)/golangci-lint run ./...

race: ## the tests of the concurrent packages under the race detector, without the longest
	$(GO) test -race -short -timeout 15m $(CONCURRENT)

browser: ## the pages in a real Chromium, with axe-core; it must be installed
	internal/browser/axe.sh
	cd internal/browser && FAIRLEAD_BROWSER=required $(GO) test -timeout 30m ./...

screenshots: ## the README's pictures, of the real pages
	cd internal/browser && $(GO) test -count=1 -run TestScreenshots . -screenshots $(CURDIR)/docs/screenshots

bench: ## the benchmarks, with allocations; the ledger's beside the machine's own fdatasync rate
	$(GO) test -run '^$$' -bench . -benchmem $$($(GO) list ./... | grep -v -e /examples/ -e /ledger)
	cd internal/bench && $(GO) run ./pii && $(GO) run ./pii -hostile && $(GO) run ./consent
	$(GO) test -run '^$$' -bench 'Append|Processes|Replay|Verify|Prove|Staleness' -benchtime 2s ./ledger

# The exams: the long versions of tests that go test runs in short.
EXAM = FAIRLEAD_EXAM=1 $(GO) test -count=1 -timeout 60m -v

exam-kill: ## the ledger killed 1,000 times on each database, the server 100 times, 1,000 commits cut on the wire
	$(EXAM) -run 'TestKill|TestCommitCut' ./ledger
exam-snapshot: ## the ledger's rate beside a snapshot held open for a minute
	$(EXAM) -run TestSnapshotHeldOpen ./ledger
exam-estimate: ## 20,000 simulated override estimates: bias and coverage
	$(EXAM) -run 'EstimateIs' ./oversight
exam-breaker: ## 10,000 streams of 20,000 reviews at the breaker's limit
	$(EXAM) -run 'Breaker|VerdictsAreRead' ./oversight
exam-hold: ## a verdict to its waiter, a stop to all processes, 100,000 held cases
	$(EXAM) -run 'VerdictReachesTheWaiter|StopReachesOtherProcesses|ManyHeldCases' ./oversight
exam-exclusive: ## 32 claimers of 10,000 cases on three stores; 1,000 processes killed
	$(EXAM) -run 'ClaimersNeverShareACase|KilledOn' ./oversight
exam-desk: ## claims from four processes, a past of 1,000,000 cases, drawing and opening
	$(EXAM) -run 'ClaimsFromFourProcesses|DeskOpensOnALongPast' ./oversight
	$(GO) test -run '^$$' -bench 'Draw$$|BenchmarkOpen' -benchmem -benchtime 2s ./oversight
exam-load: ## the lender: 200 customers at once for a minute, on SQLite
	cd internal/browser && FAIRLEAD_EXAM=1 $(GO) test -count=1 -v -timeout 15m -run TestLoad .
exam-pages: ## 10,000 hostile strings in every page of the lender
	cd internal/browser && FAIRLEAD_EXAM=1 $(GO) test -count=1 -v -timeout 30m -run HostileStringsInEveryPage .
exam-fairness: ## the false alarms and delays of the live tests, at full size
	$(EXAM) -run 'Simulation|SequentialFalse|Betting|Change|Directed' ./internal/stats
	$(GO) test -count=1 -v -run 'Reference|LL144|Rerank|Period|Bets|Probe|Fleet|Shards|History|Cells|Suppression|Bootstrap|WrapOr' ./fairness/... ./internal/stats
exam-privacy: ## a million JSON bodies, every cut of every wire format, FF1, the known bypasses, 1,000 talks under the race detector, fuzzing
	$(EXAM) -run 'TestOtherBytesStay|TestValidIs|TestEverySplit|TestEveryStreamHoldsBack|TestBypass|TestWhatAToolGets|FF1|WrongKeys|TestFPE' ./privacy
	$(GO) test -race -count=1 -v -run 'TestConversationsDoNotMix|TestManyTalkAtOnce|TestShowIsTheInverse' ./privacy
	for f in FuzzShowIsTheInverseOfHide FuzzEdit FuzzFrames; do $(GO) test -run '^$$' -fuzz $$f -fuzztime 60s ./privacy || exit 1; done
exam-consent: ## consent: 1,000,000 checks against a slow model, live and replayed histories
	$(GO) test -count=1 -run 'TestAgainstTheModel|TestLiveIsReplayed' -v ./consent
exam-revocation: ## consent: 100,000 withdrawals raced across processes and partitions
	FAIRLEAD_EXAM_REVOCATION=100000 $(GO) test -count=1 -run TestRevocation -v -timeout 40m ./consent
exam-false-alarms: ## pii: hits per MB in Go's source and the module cache's READMEs
	$(GO) run ./privacy/pii/internal/falsealarms -readmes "$$($(GO) env GOMODCACHE)" "$$($(GO) env GOROOT)"
exam-pii-fuzz: ## pii: a minute of fuzzing
	$(GO) test -run '^$$' -fuzz FuzzScan -fuzztime 60s ./privacy/pii
exam-tampering: ## the ledger: twelve ways of tampering, a thousand places each
	$(EXAM) -run TestTamper ./ledger
exam-sdk: ## the real SDKs against servers on loopback that speak their formats
	cd examples/sdk && $(GO) vet ./... && $(GO) test -v ./...
	cd examples/sdk && GOFLAGS=-modfile=older.mod $(GO) test -v ./openai ./anthropic
	cd examples/sdk/genkit && $(GO) test -v ./...
	cd privacy/otelexport && $(GO) test ./...
	cd transparency/otellog && $(GO) test ./...

run: ## the quickstart
	$(GO) run ./examples/quickstart

$(BIN)/gofumpt:
	GOBIN=$(BIN) $(GO) install $(GOFUMPT)
$(BIN)/golangci-lint:
	GOBIN=$(BIN) $(GO) install $(LINT)
$(BIN)/benchstat:
	GOBIN=$(BIN) $(GO) install $(BENCHSTAT)
