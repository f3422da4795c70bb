# SPDX-License-Identifier: GPL-2.0-only
#
# make run      set-up, then the main job: build, boot and verify the default matrix
# make check    set-up, then all tests
# make fuzz     fuzz the readers, FUZZ_SECONDS=600 for each target; what is found is left in build/fuzz
# make check-debian   verify kernels that Debian built; fetches 1 GB for each
# make check-targets  verify over ssh a guest with Debian's own kernel; fetches 27 MB
# make check-slurm    submit on a Slurm cluster of the test's own; builds the default matrix
# make check-series   build and boot series of a user's on top of ours; compiles a kernel, needs 2 GB
# make check-bisect   bisect a real history of Linux; compiles three kernels, needs 8 GB
# make          build btfmatrix alone (needs what `make deps` installs)
# make mutate   damage the BTF of every kernel in the cache, of whatever architecture: each damage must be found
# make bench    how fast the verifier is, against bpftool and pahole; planning, the scheduler, a boot; a bisection, against git bisect
#               run (compiles two kernels); BENCH_ARCHES="x86_64 arm64 s390x" also a matrix against a plain loop (compiles six for each)
# make soak     the faults that make check takes a sample of: hundreds of kills, every tool broken in every way; an hour
# make deps     install the Debian packages of packages.list that are for neither tests nor wide matrices alone
# make deps-nightly   those of the wide matrices too: cross compilers, C libraries and emulators
# make install  PREFIX=/usr/local DESTDIR=; make uninstall
# make package  a Debian package, into build/package; make check-package: also what lintian says of it
#
# MATRIX=nightly picks a matrix, ARGS='--arch s390x' gives further options to `btfmatrix run`.

VERSION   := 0.1
BUILD     ?= build
PREFIX    ?= /usr/local
DATADIR    = $(PREFIX)/share/btfmatrix
DOCDIR     = $(PREFIX)/share/doc/btfmatrix
MANDIR     = $(PREFIX)/share/man
BASHDIR    = $(PREFIX)/share/bash-completion/completions
ZSHDIR     = $(PREFIX)/share/zsh/site-functions
MATRIX    ?= default
ARGS      ?=

CC        ?= gcc
CFLAGS    ?= -O2 -g
WARNINGS   = -Wall -Wextra -Wshadow -Wstrict-prototypes -Werror
LIBRARIES  = libbpf libelf libdw libuv libarchive jansson inih libmd sqlite3
# Expanded only in rules, after `make deps` has had its turn.
LIB_CFLAGS = $(shell pkg-config --cflags $(LIBRARIES))
LIB_LIBS   = $(shell pkg-config --libs $(LIBRARIES))
ALL_CFLAGS = -std=gnu17 -D_GNU_SOURCE $(WARNINGS) $(CPPFLAGS) $(CFLAGS) -Iharness -MMD -MP \
	     -DBTFMATRIX_VERSION='"$(VERSION)"' -DBTFMATRIX_DATADIR='"$(DATADIR)"'
# libFuzzer is clang's
FUZZ_CC   ?= clang
FUZZ_SECONDS ?= 600
SANITIZE   = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# harness/probe/ is compiled for each guest at run time, not into btfmatrix.
sources    := $(filter-out harness/main.c harness/probe/%,$(sort $(wildcard harness/*/*.c)))
objects    := $(sources:harness/%.c=$(BUILD)/obj/%.o)
unit       := $(sort $(wildcard tests/unit/test_*.c))
unit_help  := $(filter-out $(unit),$(wildcard tests/unit/*.c))
golden     := $(wildcard tests/golden/*.c tests/encode/*.c) tests/fuzz/seeds.c tests/fault/flip_bits.c tests/fault/hostile.c
fuzz       := $(sort $(wildcard tests/fuzz/fuzz_*.c))
fuzz_progs := $(fuzz:tests/%.c=$(BUILD)/tests/%)
unit_progs := $(unit:tests/%.c=$(BUILD)/tests/%)
mutate     := $(BUILD)/tests/mutate/mutate
generate   := $(BUILD)/tests/bench/generate
history    := $(BUILD)/tests/history/edit_btf
make_record := $(BUILD)/tests/report/make_record
test_progs := $(unit_progs) $(golden:tests/%.c=$(BUILD)/tests/%)
# In this order: the end-to-end tests leave the kernels that are mutated.
test_scripts = $(sort $(wildcard tests/golden/run tests/fault/*.t tests/fuzz/*.t tests/history/*.t tests/target/*.t tests/e2e/*.t tests/mutate/*.t)) \
	$(sort $(wildcard tests/report/*.t))
test_scripts += $(sort $(wildcard tests/bisect/*.t tests/encode/*.t tests/ci/*.t tests/install/*.t))
# Last: they need the kernels that the end-to-end tests leave. Tools that are ill are of `make soak` alone.
test_scripts += $(sort $(filter-out tests/sched/tools.t,$(wildcard tests/sched/*.t)))

all: $(BUILD)/btfmatrix

$(BUILD)/btfmatrix: $(BUILD)/obj/main.o $(BUILD)/libbtfmatrix.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS)

$(BUILD)/libbtfmatrix.a: $(objects)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/obj/%.o: harness/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LIB_CFLAGS) -c -o $@ $<

# What `btfmatrix pahole` is made of, and what decides what a guest reports: see harness/config/parts.h.
part_pahole := $(sort $(wildcard harness/btf/*.[ch] harness/elf/*.[ch] harness/encode/*.[ch] harness/core/*.[ch] \
	harness/cli/*pahole*.[ch] harness/verify/dwarf_*.[ch] harness/verify/type_loops.[ch]))
part_boot := $(sort $(wildcard harness/boot/*.[ch] harness/probe/*.[ch] harness/probe/freestanding/*.[ch] harness/run/wanted.[ch] harness/config/values.[ch]))
$(BUILD)/obj/config/parts.o: ALL_CFLAGS += -DBTFMATRIX_PART_PAHOLE='"$(shell cat $(part_pahole) | sha256sum | cut -c1-16)"' \
	-DBTFMATRIX_PART_BOOT='"$(shell cat $(part_boot) | sha256sum | cut -c1-16)"'
$(BUILD)/obj/config/parts.o: $(part_pahole) $(part_boot)

# which the assembler takes in
$(BUILD)/obj/report/page_files.o: $(wildcard harness/report/page/*.* harness/report/page/vendor/*)

$(BUILD)/obj/tests/%.o: tests/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LIB_CFLAGS) -Itests/unit -c -o $@ $<

$(test_progs): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(unit_help:%.c=$(BUILD)/obj/%.o) $(BUILD)/libbtfmatrix.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS) $(shell pkg-config --libs cmocka)

$(mutate): $(patsubst tests/%.c,$(BUILD)/obj/tests/%.o,$(wildcard tests/mutate/*.c)) $(BUILD)/libbtfmatrix.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS)

$(history): $(BUILD)/obj/tests/history/edit_btf.o $(BUILD)/obj/tests/mutate/blob.o $(BUILD)/libbtfmatrix.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS)

# With BUILD=build/fuzz and CC=$(FUZZ_CC): see fuzz-build.
$(fuzz_progs): $(BUILD)/tests/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/fuzz/fuzz.o $(BUILD)/libbtfmatrix.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LIB_LIBS)

fuzz-programs: $(fuzz_progs)

fuzz-build:
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" BUILD=$(BUILD)/fuzz CC='$(FUZZ_CC)' \
		CFLAGS='$(SANITIZE) -fsanitize=fuzzer-no-link' fuzz-programs

fuzz: deps-tests fuzz-build
	@BTFMATRIX_FUZZ=$(abspath $(BUILD))/fuzz sh tests/fuzz/at-length.sh $(FUZZ_SECONDS)

$(make_record): $(BUILD)/obj/tests/report/make_record.o $(BUILD)/libbtfmatrix.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS)

$(generate): $(BUILD)/obj/tests/bench/generate.o $(unit_help:%.c=$(BUILD)/obj/%.o) $(BUILD)/libbtfmatrix.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LIBS) $(shell pkg-config --libs cmocka)

# Figures, no verdicts: set BTFMATRIX_PAHOLE for another pahole to be measured against.
bench: deps
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" all $(generate)
	@BTFMATRIX=$(abspath $(BUILD))/btfmatrix BTFMATRIX_BENCH=$(abspath $(BUILD))/tests/bench \
	BTFMATRIX_PAHOLE=$${BTFMATRIX_PAHOLE:-$$($(BUILD)/btfmatrix fetch pahole)} tests/bench/verify
	@export BTFMATRIX=$(abspath $(BUILD))/btfmatrix; tests/bench/plan; tests/bench/boot; tests/bench/sched; \
	tests/bench/family; tests/bench/matrix; tests/bench/bisect

# Needs the kernels that the end-to-end tests leave.
soak: deps-tests all
	@SOAK=1 BTFMATRIX=$(abspath $(BUILD))/btfmatrix BTFMATRIX_PAHOLE=$$($(BUILD)/btfmatrix fetch pahole) \
	prove --timer --merge -v --exec '' $(sort $(wildcard tests/sched/*.t))

test-programs: $(test_progs) $(mutate) $(history) $(make_record) $(BUILD)/btfmatrix

# Matrices that need more packages than the default one
wide_matrices := nightly full

deps:
	@sh scripts/deps.sh $(if $(filter $(wide_matrices),$(MATRIX)),--nightly)

deps-nightly:
	@sh scripts/deps.sh --nightly

# what tests need beside that
deps-tests:
	@sh scripts/deps.sh --tests

run: deps
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" all
	@$(BUILD)/btfmatrix run --matrix $(MATRIX) $(ARGS)

# Unit and golden tests run under the sanitizers; fault and end-to-end tests use the program users get.
check: deps-tests
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" all
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" BUILD=$(BUILD)/sanitized CFLAGS='$(SANITIZE)' test-programs
	@$(MAKE) --no-print-directory -s fuzz-build
	@BTFMATRIX=$(abspath $(BUILD))/btfmatrix BTFMATRIX_BUILD=$(abspath $(BUILD))/sanitized \
	BTFMATRIX_FUZZ=$(abspath $(BUILD))/fuzz \
	BTFMATRIX_PAHOLE=$$($(BUILD)/btfmatrix fetch pahole) CMOCKA_MESSAGE_OUTPUT=TAP \
	prove --timer --merge --exec '' \
		$(unit:tests/%.c=$(BUILD)/sanitized/tests/%) $(test_scripts)

# Damages the BTF of every kernel in the cache: what a run of a wide matrix left. `make check` does it to three.
mutate: all
	@$(MAKE) --no-print-directory -s -j"$$(nproc)" $(BUILD)/tests/mutate/mutate
	@BTFMATRIX_MUTATE=all BTFMATRIX_BUILD=$(abspath $(BUILD)) sh tests/mutate/run.t

# Kernels that Debian built, fetched into the cache: see tests/debian/run.
check-debian: all
	@BTFMATRIX=$(abspath $(BUILD))/btfmatrix sh tests/debian/run

# A guest with a network and a real sshd: see tests/target/guest.
check-targets: deps-tests all
	@BTFMATRIX=$(abspath $(BUILD))/btfmatrix prove --timer --merge --exec '' tests/target/guest/*.t

# A cluster on loopback, in a private folder: see tests/slurm/cluster.sh.
check-slurm: all
	@sh scripts/deps.sh --slurm
	@BTFMATRIX=$(abspath $(BUILD))/btfmatrix prove --timer --merge --exec '' tests/slurm/*.t

# Builds and boots series of a user's: see tests/e2e/user-series.
check-series: all
	@BTFMATRIX=$(abspath $(BUILD))/btfmatrix BTFMATRIX_BUILD=$(abspath $(BUILD)) prove --timer --merge --exec '' tests/e2e/user-series

# Bisects a real history of Linux for planted culprits: see tests/bisect/real.
check-bisect: all
	@BTFMATRIX=$(abspath $(BUILD))/btfmatrix sh tests/bisect/real

# What the installed program reads; it finds it beside bin/, wherever PREFIX is moved to.
INSTALLED  = arches configs patches harness/probe
DOCS       = README.md $(wildcard docs/*.md) docs/ci docs/nightly docs/schema docs/screenshots

install: all
	install -D -m 755 $(BUILD)/btfmatrix $(DESTDIR)$(PREFIX)/bin/btfmatrix
	install -D -m 644 docs/btfmatrix.1 $(DESTDIR)$(MANDIR)/man1/btfmatrix.1
	install -D -m 644 scripts/completion/btfmatrix.bash $(DESTDIR)$(BASHDIR)/btfmatrix
	install -D -m 644 scripts/completion/_btfmatrix $(DESTDIR)$(ZSHDIR)/_btfmatrix
	@set -e; copy() { find "$$1" -type f | while read -r file; do \
		install -D -m 644 "$$file" "$$2/$${file#$$3}" || exit; done; }; \
	for dir in $(INSTALLED); do copy $$dir $(DESTDIR)$(DATADIR); done; \
	for doc in $(wildcard $(DOCS)); do copy $$doc $(DESTDIR)$(DOCDIR) docs/; done

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/btfmatrix $(DESTDIR)$(MANDIR)/man1/btfmatrix.1 \
		$(DESTDIR)$(BASHDIR)/btfmatrix $(DESTDIR)$(ZSHDIR)/_btfmatrix
	rm -rf $(DESTDIR)$(DATADIR) $(DESTDIR)$(DOCDIR)

# From a copy of what git has, as it is now: dpkg-buildpackage cleans where it builds.
package: deps-package
	rm -rf $(BUILD)/package
	mkdir -p $(BUILD)/package/btfmatrix
	git ls-files -z | xargs -0 cp --parents -t $(BUILD)/package/btfmatrix
	cd $(BUILD)/package/btfmatrix && env -u MAKEFLAGS -u MAKELEVEL dpkg-buildpackage -us -uc -b

deps-package:
	@sh scripts/deps.sh --package

check-package: package
	prove -v --exec '' tests/package/package.t :: $(abspath $(BUILD))/package

clean:
	rm -rf $(BUILD)

.PHONY: all bench soak test-programs fuzz-programs fuzz-build fuzz deps deps-nightly deps-tests run check mutate check-debian check-targets check-slurm check-series check-bisect install uninstall package deps-package check-package clean
.SECONDARY:
-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
