#!/usr/bin/env bash
# Fuzzes every target, or the ones named, for SECONDS each (20 unless told): fuzz.sh [SECONDS [TARGET...]]
# For 0 seconds it is built and nothing more.
# Needs a C++ compiler for libFuzzer. What breaks a target is left in crates/fuzz/found/TARGET, to be committed with its repair.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-20}
shift $(($# > 0))
# Coverage of edges and of what is compared, as libFuzzer wants it; a target triple keeps it out of build scripts.
readonly COVERAGE="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
host=$(rustc -vV | sed -n 's/^host: //p')
readonly host
RUSTFLAGS="$COVERAGE --cfg fuzzing --cap-lints allow" \
  cargo build --quiet --locked -p fuzz --profile fuzz --target "$host"
[ "$seconds" -gt 0 ] || exit 0

# The program that writes the seeds is built as the tests of the whole are, lest all of it be built again for it alone.
cargo test --quiet --locked --no-run --test seeds
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  mapfile -t targets < <(target/debug/fuzz)
fi

for target in "${targets[@]}"; do
  corpus=target/fuzz/$target
  target/debug/fuzz "$target" "$corpus"
  mkdir -p "crates/fuzz/found/$target"
  log=$corpus.log
  if ! FUZZ_TARGET=$target "target/$host/fuzz/fuzz" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 \
    -max_len=65536 -artifact_prefix="crates/fuzz/found/$target/" -print_final_stats=1 "$corpus" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    exit 1
  fi
  rmdir --ignore-fail-on-non-empty "crates/fuzz/found/$target"
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  printf '%-24s %12s inputs, none broke it\n' "$target" "$inputs"
done
rmdir --ignore-fail-on-non-empty crates/fuzz/found 2>/dev/null || true
