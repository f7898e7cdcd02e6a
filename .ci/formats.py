"""Reads the files of .ci/formats the way their readers do, and fails where a field is missing. Standard library only."""

import csv
import json
import re
import statistics
import sys
from pathlib import Path

folder = Path(sys.argv[1])
number = (int, float)


def read(run, name):
    return json.loads((folder / f"{run}.{name}").read_text(encoding="utf-8"))


def rows(run):
    with open(folder / f"{run}.csv", encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f, strict=True))


def check_csv(run):
    for row in rows(run):
        assert None not in row and None not in row.values(), f"a row of another length: {row}"
        if row["status"] == "ok":
            assert float(row["total_s"]) > 0 and int(row["workers"]) > 0, row
        assert not any(re.match(r"[=+@-]", text) for text in row.values()), row
    assert len({(r["cell"], r["block"], r["warmup"], r["control"]) for r in rows(run)}) == len(rows(run)), "two rows of one trial"


def check_gitlab(run):
    issues = read(run, "gitlab")
    assert len({i["fingerprint"] for i in issues}) == len(issues)
    for i in issues:
        assert i["description"] and i["check_name"] and i["severity"] in ("info", "minor", "major", "critical"), i
        assert i["location"]["path"].endswith(f"{run}.yaml") and i["location"]["lines"]["begin"] > 1, i


def check_github(run):
    for line in (folder / f"{run}.github").read_text(encoding="utf-8").splitlines():
        assert re.match(r"::(error|warning|notice) file=[^:,]+,line=\d+,col=\d+,endColumn=\d+,title=[^:,]+::.", line), line


def check_bmf(run):
    for name, measures in read(run, "bmf").items():
        assert name and measures
        for measure in measures.values():
            assert isinstance(measure["value"], number) and set(measure) <= {"value", "lower_value", "upper_value"}, measure
            assert measure.get("lower_value", measure["value"]) <= measure["value"] <= measure.get("upper_value", measure["value"]), measure


def check_action(run):
    benches = read(run, "action")
    assert len({b["name"] for b in benches}) == len(benches) > 0
    for b in benches:
        assert isinstance(b["value"], number) and b["unit"] in ("s", "B") and isinstance(b["extra"], str), b


def check_hyperfine(run):
    """What the scripts of hyperfine take from a result."""
    results = read(run, "hyperfine")["results"]
    assert results
    for r in results:
        assert isinstance(r["command"], str)
        for name in ("mean", "stddev", "median", "min", "max", "user", "system"):
            assert isinstance(r[name], number), (name, r)
        assert r["min"] <= r["median"] <= r["max"] and len(r["times"]) == len(r["exit_codes"]) >= 2
        assert abs(statistics.mean(r["times"]) - r["mean"]) < 1e-9 and abs(statistics.stdev(r["times"]) - r["stddev"]) < 1e-9, r
        assert len(r.get("memory_usage_byte", r["times"])) == len(r["times"]), r
        assert float(r["parameters"]["workers"]) > 0 and all(isinstance(v, str) for v in r["parameters"].values()), r


checks = {name.removeprefix("check_"): check for name, check in list(globals().items()) if name.startswith("check_")}
for name, check in checks.items():
    for run in ("real", "outcomes"):
        try:
            check(run)
        except Exception as problem:
            sys.exit(f"formats: {name} of {run}: {problem!r}")
outcomes = {i["severity"] for i in read("outcomes", "gitlab")}
if outcomes != {"info", "minor", "major", "critical"}:
    sys.exit(f"formats: only {outcomes} among the checks")
print(f"{', '.join(checks)}: ok")
