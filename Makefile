SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Pinned, so that the same commit gets the same answer everywhere. They are
# built from source: nothing is needed but Go and its module proxy.
STATICCHECK   := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK   := golang.org/x/vuln/cmd/govulncheck@v1.8.0

FUZZTIME ?= 30s
CASES ?= 1000000
SEED ?= 1
# Arguments for the targets that run a program.
ARGS ?=

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: test
test: deps ## Run all tests, after installing what they need
	go test -race -timeout 20m ./...
	npm --prefix client-js run build
	npm --prefix client-js test
	npm --prefix client-js run e2e
	npm --prefix e2e test

.PHONY: check
check: node-modules ## Check format, vet, lint, types, built files and known vulnerabilities
	scripts/check-gofmt.sh
	go vet ./...
	go run $(STATICCHECK) ./...
	go run $(GOLANGCI_LINT) run
	npm --prefix client-js run check
	npm --prefix web run check
	npm --prefix e2e run check
	scripts/audit.sh "go run $(GOVULNCHECK) ./..." vuln.go.dev
	for package in client-js web e2e; do scripts/audit.sh "npm --prefix $$package audit" "audit endpoint"; done

.PHONY: build
build: ## Build the server: bin/coscribe, static
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/coscribe ./cmd/server

.PHONY: run
run: ## Run the server with ARGS
	go run ./cmd/server $(ARGS)

.PHONY: fuzz
fuzz: ## Run each fuzz target of Go for FUZZTIME (30s)
	scripts/fuzz.sh $(FUZZTIME)

.PHONY: fuzz-js
fuzz-js: node-modules ## Ask quill-delta itself: CASES (1000000) random cases for each of the two engines
	FUZZ_CASES=$(CASES) FUZZ_SEED=$(SEED) npm --prefix client-js run fuzz
	go run ./bench/deltas --cases $(CASES) --seed $(SEED) | node client-js/scripts/ask-quill-delta.mjs

.PHONY: bench
bench: ## Run the benchmarks of Go
	go test -run='^$$' -bench=. -benchmem ./...

.PHONY: bench-server
bench-server: deps ## Measure the server under load; ARGS='--only hot' and such
	go run ./bench/load $(ARGS)

.PHONY: bench-peers
bench-peers: deps ## Measure the server beside others, about half an hour; ARGS='--with hocuspocus'
	scripts/ensure-node-modules.sh bench/load/peers
	go run ./bench/load compare --for 3s $(ARGS)
	go run ./bench/load report

.PHONY: chaos
chaos: deps ## Let stores and processes fail under people who type, 200 rounds, and all mutants live
	go test -race -count=1 -v -timeout 60m ./internal/chaos -rounds 200 -mutants $(ARGS)

.PHONY: soak
soak: deps ## Keep a server busy for an hour and see whether it grows; ARGS='--for 5m'
	go run ./bench/soak steady $(ARGS)

.PHONY: siege
siege: ## Attack a server while two people write; ARGS='--p99 50ms'
	go run ./bench/siege $(ARGS)

.PHONY: screenshot
screenshot: deps ## Make the README's picture again
	npm --prefix e2e run screenshot

.PHONY: web
web: node-modules ## Build the client and the demo page that the server embeds
	npm --prefix web run build

.PHONY: deps
deps: node-modules
	scripts/ensure-cc.sh
	scripts/ensure-postgres.sh
	scripts/ensure-chromium.sh

.PHONY: node-modules
node-modules:
	scripts/ensure-node-modules.sh client-js
	scripts/ensure-node-modules.sh web
	scripts/ensure-node-modules.sh e2e
