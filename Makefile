# What one command each does. `make help` lists them.
GO ?= go
BIN := $(CURDIR)/bin

# The tools, pinned. They are built from their modules into bin/.
GOFUMPT := mvdan.cc/gofumpt@v0.12.0
LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
BENCHSTAT := golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

# The packages that are used by several goroutines at once: all but the examples.
CONCURRENT = $$($(GO) list ./... | grep -v /examples/)

.PHONY: help test check fmt lint race bench run
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

test: ## the tests, as the README runs them
	$(GO) test ./...

check: test fmt lint race run ## all that CI runs

fmt: $(BIN)/gofumpt ## says which files gofumpt would change
	@out=$$($(BIN)/gofumpt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "gofumpt would change:"; echo "$$out"; exit 1; }

lint: $(BIN)/golangci-lint ## go vet and golangci-lint
	$(GO) vet ./...
	$(BIN)/golangci-lint run ./...

race: ## the tests of the concurrent packages under the race detector
	$(GO) test -race $(CONCURRENT)

bench: ## the benchmarks, with allocations
	$(GO) test -run '^$$' -bench . -benchmem $(CONCURRENT)

run: ## the quickstart
	$(GO) run ./examples/quickstart

$(BIN)/gofumpt:
	GOBIN=$(BIN) $(GO) install $(GOFUMPT)
$(BIN)/golangci-lint:
	GOBIN=$(BIN) $(GO) install $(LINT)
$(BIN)/benchstat:
	GOBIN=$(BIN) $(GO) install $(BENCHSTAT)
