# Every target is one line of what it does; `make check` is exactly what CI runs.
GO ?= go
FUZZTIME ?= 1000x
STATIC = CGO_ENABLED=0

.PHONY: build test lint race fuzz bench chaos chaos-short fleet costs simulate golden experiments looks gallery claims check
build: ; $(STATIC) $(GO) build -trimpath -o runner ./cmd/runner
test: ; $(STATIC) $(GO) test -vet=off -timeout 14m ./executors/shims ./cmd/runner ./gates ./...
lint: ; @$(STATIC) .ci/lint
race: ; @.ci/race
fuzz: ; @$(STATIC) .ci/fuzz $(FUZZTIME)
bench: ; $(GO) run ./internal/bench -o docs/benchmarks.md
chaos: ; $(GO) run ./internal/chaos -v
chaos-short: ; @$(STATIC) .ci/chaos
fleet: ; @$(STATIC) .ci/fleet
costs: ; @.ci/costs
simulate: ; $(STATIC) $(GO) test -count=1 -timeout 90m -run '^Test(ErrorRates|ErrorRatesOfChange|FalseShifts|FoundShifts|Choices|NoiseThatRemembers|RandIndices)$$' -v ./gates ./internal/stats -simulate
golden: ; @.ci/golden
experiments: build ; @.ci/experiments
looks: build ; @.ci/formats && .ci/page
gallery: build ; @.ci/gallery
claims: build ; ./runner run -q experiments/articles && ./runner claims experiments/articles -o docs/claims.md
check: ; @$(MAKE) -j3 lint test race looks experiments fleet fuzz costs chaos-short # costs long after looks: both may ask apt
