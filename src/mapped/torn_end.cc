// SPDX-License-Identifier: MIT

#include "mapped/torn_end.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>

#include "mapped/journal_format.h"

namespace seatfield::mapped {
namespace {

bool IsZero(std::span<const std::byte> page) {
  static constexpr Page kZeros{};
  return std::memcmp(page.data(), kZeros.data(), page.size()) == 0;
}

// Overlapping frames would take quadratic time to check.
bool IsCrowded(const SegmentReader& reader) {
  constexpr std::uint64_t kTimesHashedMax = 4;
  return reader.hashed() > kTimesHashedMax * reader.size();
}

}  // namespace

absl::StatusOr<TornEnd> JudgeEnd(SegmentReader& reader, std::uint64_t offset,
                                 std::uint64_t salt, std::uint64_t sequence) {
  TornEnd end;
  for (std::uint64_t at = offset; at < reader.size(); at += kPageBytes) {
    const std::uint64_t bytes = std::min(kPageBytes, reader.size() - at);
    const auto page = reader.View(at, bytes);
    if (!page.ok()) return page.status();
    if (IsZero(*page)) continue;
    end.bytes = at + bytes - offset;
    const auto frame = reader.ReadFrame(at, reader.size(), salt);
    if (!frame.ok()) return frame.status();
    const bool knew = at > offset && frame->has_value() &&
                      (*frame)->header.durable_sequence >= sequence;
    if (knew || IsCrowded(reader)) {
      end.damaged_by = at;
      break;
    }
  }
  return end;
}

}  // namespace seatfield::mapped
