# Every target is one line of what it does; `make check` is exactly what CI runs.
GO ?= go
FUZZTIME ?= 1000x
# One way to compile, so that it is done once: without cgo, as the command is given to users. The race detector needs cgo.
export CGO_ENABLED = 0

.PHONY: build test lint race fuzz bench chaos chaos-short fleet costs simulate golden experiments looks gallery claims check
build: ; $(GO) build -o runner ./cmd/runner
test: ; $(GO) test -vet=off -timeout 14m ./executors/shims ./cmd/runner ./gates ./...
lint: ; @.ci/lint
race: ; @.ci/race
fuzz: ; @.ci/fuzz $(FUZZTIME)
bench: ; $(GO) run ./internal/bench -o docs/benchmarks.md
chaos: ; $(GO) run ./internal/chaos -v
chaos-short: ; @.ci/chaos
fleet: ; @.ci/fleet
costs: ; @.ci/costs
simulate: ; $(GO) test -count=1 -timeout 90m -run '^Test(ErrorRates|ErrorRatesOfChange|FalseShifts|FoundShifts|Choices|NoiseThatRemembers|RandIndices)$$' -v ./gates ./internal/stats -simulate
golden: ; @.ci/golden
experiments: build ; @.ci/experiments
looks: build ; @.ci/formats && .ci/page
gallery: build ; @.ci/gallery
claims: build ; ./runner run -q experiments/articles && ./runner claims experiments/articles -o docs/claims.md
check: ; @PATH=$$(.ci/path) $(MAKE) -j3 lint test race looks experiments fleet fuzz costs chaos-short # costs long after looks: both may ask apt
