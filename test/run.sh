#!/bin/sh
# run.sh BUILD SUITE...: runs the suites one after another, each bounded in time, prints what Check prints and a summary line.
# With VALGRIND=1 each suite runs under valgrind's memcheck in one process. Suites find the programs through VELELLA_BUILD.
build=$1
shift
export VELELLA_BUILD="$build"
export ASAN_OPTIONS="detect_leaks=1:abort_on_error=0:${ASAN_OPTIONS}" UBSAN_OPTIONS="print_stacktrace=1"
export CK_DEFAULT_TIMEOUT="${CK_DEFAULT_TIMEOUT:-60}"
passed=0 failed=0 names=
start=$(date +%s)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for suite in "$@"; do
    began=$(date +%s)
    if [ -n "$VALGRIND" ]; then
        CK_FORK=no CK_TIMEOUT_MULTIPLIER=20 VELELLA_VALGRIND=1 timeout 900 valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect \
            --errors-for-leak-kinds=definite,indirect --suppressions=test/valgrind.supp "$suite" >"$log" 2>&1
    else
        timeout 600 "$suite" >"$log" 2>&1
    fi
    rc=$?
    line=$(grep -E '^[0-9]+%: Checks: ' "$log" | tail -n 1)
    printf '%-44s %3ss  %s\n' "${suite#"$build"/}" "$(($(date +%s) - began))" "$line"
    grep -i skipped "$log" | sed 's/^/    /'
    checks=$(echo "$line" | sed -n 's/.*Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p')
    [ -n "$checks" ] || checks="0 0 1"
    set -- "$@"
    n=${checks%% *} rest=${checks#* }
    bad=$((${rest% *} + ${rest#* }))
    if [ $rc -ne 0 ] && [ $bad -eq 0 ]; then bad=1; fi
    if [ $bad -ne 0 ]; then
        names="$names $suite"
        sed 's/^/    /' "$log" | tail -n 60
    fi
    failed=$((failed + bad))
    passed=$((passed + n - (bad < n ? bad : n)))
done
[ -z "$names" ] || echo "failed:$names"
echo "took $(($(date +%s) - start)) s"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
