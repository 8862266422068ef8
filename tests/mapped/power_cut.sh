#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Cuts the power of a real file system under a program that sells seats: a file
# system in a loop device is shut down without writing anything more, mounted
# again, and what was acknowledged at level group must be there.
#
#   power_cut.sh SELLER [ROUNDS]
#
# Needs root, loop devices and xfs_io. Exit: 0 passed, 1 failed, 77 it cannot
# run here.

set -uo pipefail

seller=$1
rounds=${2:-50}

skip() {
  printf '%s\n' "power_cut: skipped: $*" >&2
  exit 77
}
fail() {
  printf '%s\n' "power_cut: $*" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || skip "it needs root, to mount a file system"
command -v xfs_io >/dev/null || skip "there is no xfs_io (apt: xfsprogs)"
losetup -f >/dev/null 2>&1 || skip "there are no loop devices"

scratch=$(mktemp -d)
at=$scratch/mounted
log=$scratch/log
mkdir "$at"
selling=
tidy() {
  [ -z "$selling" ] || kill -KILL "$selling" 2>/dev/null
  umount "$at" 2>/dev/null
  rm -rf "$scratch"
}
trap tidy EXIT

# Whoever looks at a process in /proc while it ends keeps its files open until it
# has looked.
unmount() {
  local attempt
  for ((attempt = 1; attempt <= 100; ++attempt)); do
    umount "$at" 2>"$scratch/why" && return
    sleep 0.1
  done
  fail "cannot unmount $1: $(cat "$scratch/why")"
}

# cut_rounds <file system> <make it>...
cut_rounds() {
  local kind=$1 round
  shift
  rm -f "$scratch/image" "$log"
  truncate -s 512M "$scratch/image"
  "$@" "$scratch/image" >/dev/null 2>&1 || skip "cannot make $kind"
  for ((round = 1; round <= rounds; ++round)); do
    mount -t "$kind" -o loop "$scratch/image" "$at" ||
      skip "cannot mount $kind in a loop device"
    if [ "$round" != 1 ]; then
      "$seller" check "$at/store" "$log" power ||
        fail "$kind, after $((round - 1)) power cuts"
    fi
    "$seller" sell "$at/store" "$log" "$round" 2>/dev/null &
    selling=$!
    sleep "0.$((RANDOM % 4 + 1))$((RANDOM % 10))"
    xfs_io -x -c shutdown "$at" || skip "$kind cannot be shut down"
    kill -KILL "$selling" 2>/dev/null
    { wait "$selling"; } 2>/dev/null
    selling=
    unmount "$kind"
  done
  [ -s "$log" ] || fail "$kind: nothing was sold"
  printf '%s\n' "power_cut: $kind, $rounds power cuts, nothing lost"
}

cut_rounds ext4 mkfs.ext4 -q
if command -v mkfs.xfs >/dev/null; then
  cut_rounds xfs mkfs.xfs -q
fi
