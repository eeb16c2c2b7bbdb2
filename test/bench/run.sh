#!/bin/sh
# run.sh BUILD: measures what velella costs and prints a Markdown table, also into BUILD/bench.md. Under two minutes, loopback alone.
# Timings are medians where a row says so; the 200 Applications are made once; the last row is a mean. Counts and bytes are exact.
build=$1
export VELELLA_BUILD="$build" CK_DEFAULT_TIMEOUT=60
log=$(mktemp)
trap 'rm -f "$log"' EXIT
fail() {
    echo "bench: $1 failed:"
    cat "$log"
    exit 1
}
row() {
    printf '| %s | %s |\n' "$1" "$2"
}
# loop KEY: a figure of bench_loop's line.
loop() {
    sed -n "s/.*\"$1\": \([0-9.]*\).*/\1/p" "$log"
}

stripped=$(mktemp)
strip -o "$stripped" "$build/velella" 2>"$log" || fail strip
size=$(($(wc -c <"$stripped") / 1024))
rm -f "$stripped"

{
    echo '| | |'
    echo '|---|---|'
    row 'size of the binary, stripped' "$size kB"
    timeout 80 "$build/test/bench/bench_cluster" >"$log" 2>&1 || fail bench_cluster >&2
    grep '^|' "$log"
    timeout 20 "$build/test/bench/bench_render" >"$log" 2>&1 || fail bench_render >&2
    grep '^|' "$log"
    timeout 20 "$build/test/bench/bench_loop" >"$log" 2>&1 || fail bench_loop >&2
    row 'one switch of stacks; a task posted and run; a fiber started and ended' \
        "$(loop switch_ns); $(loop post_ns); $(loop fiber_ns) ns"
    echo
    echo '¹ With `--kube-api-qps=2000 --kube-api-burst=2000`: vela-core'"'"'s defaults, 50 and 100, would be what is measured.'
} >"$build/bench.md" || exit 1
cat "$build/bench.md"
