# Every target is one line of what it does; `make check` is exactly what CI runs.
GO ?= go
FUZZTIME ?= 1000x
STATIC = CGO_ENABLED=0

.PHONY: build test lint race fuzz bench chaos simulate golden experiments looks gallery claims check
build: ; $(STATIC) $(GO) build -trimpath -o runner ./cmd/runner
test: ; $(GO) test ./...
lint: ; @.ci/lint
race: ; $(GO) test -race -short $(addprefix ./internal/,cli engine fixtures host runtimes serve stage chaos) ./executors ./workloads ./results/...
fuzz: ; @.ci/fuzz $(FUZZTIME)
bench: ; $(GO) run ./internal/bench -o docs/benchmarks.md
chaos: ; $(GO) run ./internal/chaos -v
simulate: ; $(GO) test -count=1 -timeout 60m -run '^TestErrorRates$$' -v ./gates -simulate
golden: ; @.ci/golden
experiments: build ; @.ci/experiments && .ci/once
looks: build ; @.ci/formats && .ci/page
gallery: build ; @.ci/gallery
claims: build ; ./runner run -q experiments/articles && ./runner claims experiments/articles -o docs/claims.md
check: ; @$(MAKE) -j3 test lint fuzz && $(MAKE) -j2 race looks && $(MAKE) experiments && .ci/chaos
