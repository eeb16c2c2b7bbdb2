#!/bin/sh
# run.sh BUILD SUITE...: runs the suites one after another, each bounded in time, prints what Check prints and a summary line.
# With VALGRIND=1 each suite runs under valgrind's memcheck in one process. Suites find the programs through VELELLA_BUILD.
# JOBS=N runs N suites at a time, for those that measure no time; each is told of in the order given.
build=$1
shift
export VELELLA_BUILD="$build"
export ASAN_OPTIONS="detect_leaks=1:abort_on_error=0:${ASAN_OPTIONS}" UBSAN_OPTIONS="print_stacktrace=1"
export CK_DEFAULT_TIMEOUT="${CK_DEFAULT_TIMEOUT:-60}"
passed=0 failed=0 names=
start=$(date +%s)
dir=$(mktemp -d)
pid=
trap 'rm -rf "$dir"' EXIT
trap '[ -z "$pid" ] || kill $pid 2>/dev/null; exit 130' INT TERM

# one N SUITE: leaves N.log, N.seconds and, last of all, N.rc.
cat >"$dir/one" <<'ONE'
dir=$1 n=$2 suite=$3 began=$(date +%s)
if [ -n "$VALGRIND" ]; then
    CK_FORK=no CK_TIMEOUT_MULTIPLIER=20 VELELLA_VALGRIND=1 timeout 900 valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
        --errors-for-leak-kinds=definite,indirect --suppressions=test/valgrind.supp "$suite" >"$dir/$n.log" 2>&1
else
    timeout 600 "$suite" >"$dir/$n.log" 2>&1
fi
rc=$?
echo $(($(date +%s) - began)) >"$dir/$n.seconds"
echo $rc >"$dir/$n.rc.part" && mv "$dir/$n.rc.part" "$dir/$n.rc"
ONE
n=0
for suite in "$@"; do
    n=$((n + 1))
    echo "$dir $n $suite"
done >"$dir/all"
xargs -P "${JOBS:-1}" -L 1 sh "$dir/one" <"$dir/all" &
pid=$!

n=0
for suite in "$@"; do
    n=$((n + 1))
    log="$dir/$n.log"
    while [ ! -e "$dir/$n.rc" ] && kill -0 $pid 2>/dev/null; do sleep 0.1; done
    # A suite that left no result is one that failed.
    rc=$(cat "$dir/$n.rc" 2>/dev/null || echo 1)
    [ -e "$log" ] || echo "did not run" >"$log"
    line=$(grep -E '^[0-9]+%: Checks: ' "$log" | tail -n 1)
    printf '%-32s %3ss %s\n' "${suite#"$build"/}" "$(cat "$dir/$n.seconds" 2>/dev/null)" "$line"
    grep -i skipped "$log" | sed 's/^/    /'
    checks=$(echo "$line" | sed -n 's/.*Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p')
    [ -n "$checks" ] || checks="0 0 1"
    count=${checks%% *} rest=${checks#* }
    bad=$((${rest% *} + ${rest#* }))
    if [ "$rc" -ne 0 ] && [ $bad -eq 0 ]; then bad=1; fi
    if [ $bad -ne 0 ]; then
        names="$names $suite"
        # What failed, then the end of what was said.
        grep -E ':[FE]:' "$log" | sed 's/^/    /'
        sed 's/^/    /' "$log" | tail -n 60
    fi
    failed=$((failed + bad))
    passed=$((passed + count - (bad < count ? bad : count)))
done
wait $pid
[ -z "$names" ] || echo "failed:$names"
echo "took $(($(date +%s) - start)) s"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
