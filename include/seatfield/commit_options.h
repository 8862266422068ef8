// SPDX-License-Identifier: MIT
//
// How durable an acknowledgement is, and how a commit asks for it.
//
// Thread safety: plain values.

#ifndef SEATFIELD_COMMIT_OPTIONS_H_
#define SEATFIELD_COMMIT_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// What an acknowledged commit survives. Later values survive more.
enum class Durability : std::uint8_t {
  kMemory,    // nothing: it lives as long as the process
  kNone,      // a killed process; a power cut may take an unbounded tail
  kInterval,  // also a power cut, but for the last moments before it
  kGroup,     // also a power cut
};

constexpr std::string_view DurabilityName(Durability level) {
  constexpr std::string_view kNames[] = {"memory", "none", "interval", "group"};
  return kNames[static_cast<int>(level)];
}

struct CommitOptions {
  // Acknowledge no earlier than this; the storage's own default when absent.
  // A storage that cannot reach the level acknowledges at the highest one it
  // has: Outcome::durability says which.
  std::optional<Durability> durability;
};

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_COMMIT_OPTIONS_H_
