#!/bin/bash
set -e
cargo build --release
# two versions, in turn
LC_ALL=C hyperfine -w3 -m 20 \
  -n 'new version' "./target/release/tool --mode=\"fast\" input.txt" \
  -n "old version" './old/tool input.txt' \
  --setup './generate.sh > input.txt' --cleanup 'rm -f input.txt' \
  --export-json=results.json --style basic > summary.txt
