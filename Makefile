SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Pinned, so that the same commit gets the same answer everywhere. They are
# built from source: nothing is needed but Go and its module proxy.
STATICCHECK   := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK   := golang.org/x/vuln/cmd/govulncheck@v1.8.0

FUZZTIME ?= 30s
# Arguments for the targets that run a program.
ARGS ?=

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: test
test: deps ## Run all tests, after installing what they need
	go test -race -timeout 10m ./...
	npm --prefix client-js test

.PHONY: check
check: node-modules ## Check format, vet, lint, types and known vulnerabilities
	scripts/check-gofmt.sh
	go vet ./...
	go run $(STATICCHECK) ./...
	go run $(GOLANGCI_LINT) run
	npm --prefix client-js run check
	scripts/audit.sh "go run $(GOVULNCHECK) ./..." vuln.go.dev
	scripts/audit.sh "npm --prefix client-js audit" "audit endpoint"

.PHONY: build
build: ## Build the server: bin/coscribe, static
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/coscribe ./cmd/server

.PHONY: run
run: ## Run the server with ARGS
	go run ./cmd/server $(ARGS)

.PHONY: fuzz
fuzz: ## Run each fuzz target of Go for FUZZTIME (30s)
	scripts/fuzz.sh $(FUZZTIME)

.PHONY: bench
bench: ## Run the benchmarks of Go
	go test -run='^$$' -bench=. -benchmem ./...

.PHONY: bench-server
bench-server: deps ## Measure the server under load; ARGS='--only hot' and such
	go run ./bench/load $(ARGS)

.PHONY: deps
deps: node-modules
	scripts/ensure-cc.sh
	scripts/ensure-postgres.sh
# A browser is big: only for tests that use it.
ifneq ($(wildcard client-js/test/browser/*),)
	scripts/ensure-chromium.sh
endif

.PHONY: node-modules
node-modules:
	scripts/ensure-node-modules.sh client-js
