// SPDX-License-Identifier: MIT
//
// The version of seatfield: the one place that states it. While the major
// version is 0, a new minor version may change any signature.

#ifndef SEATFIELD_VERSION_H_
#define SEATFIELD_VERSION_H_

#define SEATFIELD_VERSION_MAJOR 0
#define SEATFIELD_VERSION_MINOR 1
#define SEATFIELD_VERSION_PATCH 0

// Every declaration stands in an inline namespace named after the ABI, so that
// a program that mixes two versions gets a link error and not a corrupted
// inventory. Users write `seatfield::SeatMap` and never see it.
#define SEATFIELD_ABI_BEGIN inline namespace v0_1 {
#define SEATFIELD_ABI_END }

namespace seatfield {
SEATFIELD_ABI_BEGIN

inline constexpr int kVersionMajor = SEATFIELD_VERSION_MAJOR;
inline constexpr int kVersionMinor = SEATFIELD_VERSION_MINOR;
inline constexpr int kVersionPatch = SEATFIELD_VERSION_PATCH;
inline constexpr const char* kVersionText = "0.1.0";

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_VERSION_H_
