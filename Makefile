# velella. `make` builds, `make demo` shows it at work, `make test` proves it; `make help` lists the rest.
# Everything lands in $(BUILD). Variants: `make CC=clang SAN=1 BUILD=build-asan test`.

BUILD ?= build
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
CI_SECONDS ?= 60

# ---- what must be on the machine: installed through apt where that is permitted, else named in one line ----
PKGS := libevent_core libevent_extra libnghttp2 libssl libcrypto jansson yaml-0.1 libpcre2-8 zlib libzstd
DEBS := gcc make pkg-config libevent-dev libnghttp2-dev libssl-dev libjansson-dev libyaml-dev libpcre2-dev zlib1g-dev \
        libzstd-dev check python3
LINT_DEBS := clang libclang-rt-14-dev clang-format cppcheck valgrind libc6-dbg

ifneq ($(filter-out clean help,$(or $(MAKECMDGOALS),all)),)
-include $(BUILD)/flags.mk
endif

WARN := -Wall -Wextra -Werror $(if $(findstring clang,$(CC)),,-Wshadow=local) -Wstrict-prototypes -Wmissing-prototypes -Wvla
HARD := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -fstack-clash-protection
OPT := -O2 -g
LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack
ifdef SAN
OPT := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
HARD := -fPIE -fstack-protector-strong
LINK := -pie -fsanitize=address,undefined
endif
ifdef STATIC
LINK := -static-pie -Wl,-z,relro,-z,now
endif
CFLAGS = -std=gnu11 -D_GNU_SOURCE -I. -I$(BUILD) $(OPT) $(WARN) $(HARD) $(DEP_CFLAGS) $(EXTRA)

# V=1 shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),@:,@echo "  $(1)")

# ---- the rooms ----
room = $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/main.c,$(wildcard $(addsuffix /*.c,$(1)))))
BASE := $(BUILD)/libbase.a
REACTOR := $(BUILD)/libreactor.a
CONFIG := $(BUILD)/libconfig.a
CUE := $(BUILD)/libcue.a
KUBEAPI := $(BUILD)/libkubeapi.a
HANDLERS := $(BUILD)/libhandlers.a
APISERVER := $(BUILD)/libapiserver.a
ALL := $(HANDLERS) $(KUBEAPI) $(REACTOR) $(CUE) $(CONFIG) $(BASE)
SERVING := $(APISERVER) $(KUBEAPI) $(REACTOR) $(CONFIG) $(BASE)

PROGRAMS := $(BUILD)/velella $(BUILD)/velella-apiserver $(BUILD)/velella-demo $(BUILD)/watchbench
.PHONY: all help clean test unit integration demo bench bench-render cue fuzz static lint format valgrind deps
.DELETE_ON_ERROR:
.SECONDARY:
all: $(PROGRAMS)

$(BASE): $(call room,reactor/base)
$(REACTOR): $(call room,reactor)
$(CONFIG): $(call room,config config/json config/yaml)
$(CUE): $(call room,config/cue)
$(KUBEAPI): $(call room,kubeapi)
$(HANDLERS): $(call room,handlers) $(BUILD)/builtin_definitions.o
$(APISERVER): $(call room,contrib/apiserver)
$(BUILD)/%.a:
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags.mk
	@mkdir -p $(@D)
	$(call say,$(CC) $<)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@
$(BUILD)/%.o: $(BUILD)/%.c
	$(Q)$(CC) $(CFLAGS) -c $< -o $@

$(BUILD)/velella: $(BUILD)/handlers/main.o $(ALL)
	$(call say,link $@)
	$(Q)$(CC) $(LINK) $(OPT) -o $@ $^ $(DEP_LIBS) -lm
$(BUILD)/watchbench: $(BUILD)/test/bench/watchbench.o $(KUBEAPI) $(REACTOR) $(CONFIG) $(BASE)
	$(call say,link $@)
	$(Q)$(CC) $(LINK) $(OPT) -o $@ $^ $(DEP_LIBS) -lm
$(BUILD)/velella-apiserver: $(BUILD)/contrib/apiserver/main.o $(SERVING)
	$(call say,link $@)
	$(Q)$(CC) $(LINK) $(OPT) -o $@ $^ $(DEP_LIBS) -lm

$(BUILD)/velella-demo: $(BUILD)/contrib/demo/main.o $(BUILD)/contrib/demo/tree.o $(ALL)
	$(call say,link $@)
	$(Q)$(CC) $(LINK) $(OPT) -o $@ $^ $(DEP_LIBS) -lm

# The built-in definitions go into the binary as data, name and text.
$(BUILD)/builtin_definitions.c: contrib/embed.sh $(wildcard contrib/definitions/*)
	@mkdir -p $(@D)
	@sh contrib/embed.sh contrib/definitions > $@

# ---- tests: test/ROOM/test_*.c is a Check suite that links that room and what it stands on ----
tests = $(patsubst %.c,$(BUILD)/%,$(wildcard test/$(1)/test_*.c))
UNIT := $(foreach r,base reactor config cue kubeapi handlers apiserver,$(call tests,$(r)))
INTEGRATION := $(call tests,integration)
HELPERS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard test/*.c))
CLUSTER := $(patsubst %.c,$(BUILD)/%.o,$(filter-out test/integration/test_%,$(wildcard test/integration/*.c)))
BENCH := $(patsubst %.c,$(BUILD)/%,$(wildcard test/bench/bench_*.c))

$(call tests,base): $(BASE)
$(call tests,reactor): $(REACTOR) $(BASE)
$(call tests,config): $(CONFIG) $(BASE)
$(call tests,cue): $(CUE) $(CONFIG) $(BASE)
$(call tests,kubeapi): $(KUBEAPI) $(REACTOR) $(CONFIG) $(BASE)
$(call tests,handlers): $(ALL)
$(call tests,apiserver): $(SERVING)
$(INTEGRATION) $(BENCH): $(CLUSTER) $(ALL) | $(PROGRAMS)
$(BUILD)/test/%: $(BUILD)/test/%.o $(HELPERS)
	$(call say,link $@)
	$(Q)$(CC) $(LINK) $(OPT) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(DEP_LIBS) $(CHECK_LIBS) -lm

test: $(PROGRAMS) $(UNIT) $(INTEGRATION)
	@sh test/run.sh $(BUILD) $(UNIT) $(INTEGRATION)
unit: $(PROGRAMS) $(UNIT)
	@sh test/run.sh $(BUILD) $(UNIT)
integration: $(PROGRAMS) $(INTEGRATION)
	@sh test/run.sh $(BUILD) $(INTEGRATION)
valgrind: lint-deps $(PROGRAMS) $(UNIT)
	@VALGRIND=1 JOBS=$(shell nproc) sh test/run.sh $(BUILD) $(UNIT)

demo: $(PROGRAMS)
	@sh contrib/demo.sh $(BUILD)
bench: $(PROGRAMS) $(BENCH)
	@sh test/bench/run.sh $(BUILD)

# What a render costs beside the Go evaluator (where Go and ../shared are), and how cost grows with the input.
CUE_BENCH := $(addprefix $(BUILD)/test/bench/,cue_render cue_cold cue_linear)
$(CUE_BENCH): $(CUE) $(CONFIG) $(BASE)
bench-render: $(BUILD)/velella $(CUE_BENCH)
	@sh test/bench/cue_run.sh $(BUILD)

# The evaluator alone: no more libraries than these, and its suites.
CUE_LIBS = $(shell pkg-config --libs libpcre2-8 libcrypto yaml-0.1)
cue:
	@$(MAKE) --no-print-directory BUILD=$(BUILD) DEP_LIBS="$(CUE_LIBS)" $(call tests,cue)
	@sh test/run.sh $(BUILD) $(call tests,cue)

# ---- fuzzing: test/fuzz/fuzz_*.c are libFuzzer targets; FUZZ_SECONDS each ----
FUZZ_SECONDS ?= $(CI_SECONDS)
FUZZ := $(patsubst test/fuzz/%.c,%,$(wildcard test/fuzz/fuzz_*.c))
fuzz: lint-deps
	@$(MAKE) --no-print-directory CC=clang BUILD=build-fuzz SAN=1 EXTRA=-fsanitize=fuzzer-no-link fuzz-programs
	@sh test/fuzz/run.sh build-fuzz $(FUZZ_SECONDS) $(FUZZ)
fuzz-programs: $(addprefix $(BUILD)/fuzz/,$(FUZZ))
$(BUILD)/fuzz/%: $(BUILD)/test/fuzz/%.o $(APISERVER) $(ALL)
	@mkdir -p $(@D)
	$(call say,link $@)
	$(Q)$(CC) -fsanitize=fuzzer $(LINK) $(OPT) -o $@ $^ $(DEP_LIBS) -lm

static:
	@$(MAKE) --no-print-directory BUILD=build-static STATIC=1 all

# ---- style ----
# What git knows; where git is missing or does not trust the folder, what is there.
SOURCES = $(shell git ls-files '*.c' '*.h' 2>/dev/null || find . -path './build*' -prune -o -name '*.[ch]' -print)
lint: lint-deps
	@clang-format --dry-run -Werror $(SOURCES)
	@cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --suppressions-list=.cppcheck -I. -D__linux__ -D__x86_64__ \
	  -j $(shell nproc) --enable=warning,portability $(filter %.c,$(SOURCES))
format:
	clang-format -i $(SOURCES)

# ---- dependencies ----
$(BUILD)/flags.mk: Makefile
	@mkdir -p $(@D)
	@sh contrib/deps.sh "$(PKGS) check" "$(DEBS)"
	@{ echo "DEP_CFLAGS := $$(pkg-config --cflags $(PKGS))"; \
	   echo "DEP_LIBS := $$(pkg-config $(if $(STATIC),--static) --libs $(PKGS))"; \
	   echo "CHECK_LIBS := $$(pkg-config --libs check)"; } > $@
.PHONY: lint-deps fuzz-programs
lint-deps:
	@sh contrib/deps.sh "" "$(LINT_DEBS)"

clean:
	rm -rf build build-*
help:
	@echo "make              the programs, into build/"
	@echo "make demo         an Application from nothing to gone, as it happens (KEEP=1: stays)"
	@echo "make test         all suites (make unit, make integration: one half)"
	@echo "make bench        what it costs"
	@echo "make bench-render a render beside the Go evaluator, and how cost grows"
	@echo "make cue          the CUE evaluator and its suites alone"
	@echo "make fuzz         every parser against libFuzzer (FUZZ_SECONDS=60 each)"
	@echo "make lint         clang-format and cppcheck"
	@echo "make valgrind     the unit suites under memcheck"
	@echo "make static       programs without shared libraries, into build-static/"
	@echo "make clean"

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
