#!/bin/sh
# run.sh BUILD SECONDS TARGET...: runs each fuzz target for so many seconds, two at a time, on a corpus folder in the build that
# starts from test/fuzz/seeds/TARGET where there is one. Exit 1, and the input that did it, when one finds something.
# FUZZ_SEED repeats a sequence of inputs: CI sets one, so that what it finds is due to the change and not to chance; without it
# each run goes another way.
build=$1 seconds=$2 seed=${FUZZ_SEED:-0}
shift 2
[ $# -gt 0 ] || { echo "no fuzz targets"; exit 1; }
export ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1"
one() {
    corpus="$build/corpus/$1"
    mkdir -p "$corpus"
    seeds=
    [ -d "test/fuzz/seeds/$1" ] && seeds="test/fuzz/seeds/$1"
    log="$build/$1.log"
    if "$build/fuzz/$1" -seed="$seed" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 -artifact_prefix="$build/$1-" "$corpus" $seeds >"$log" 2>&1; then
        echo "$1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s, nothing found"
    else
        echo "$1: FOUND"; tail -n 40 "$log"; touch "$build/fuzz-failed"
    fi
}
rm -f "$build/fuzz-failed"
while [ $# -gt 0 ]; do
    one "$1" & a=$!
    shift
    if [ $# -gt 0 ]; then one "$1" & b=$!; shift; wait $b; fi
    wait $a
done
[ ! -e "$build/fuzz-failed" ]
