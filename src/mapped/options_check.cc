// SPDX-License-Identifier: MIT

#include "mapped/options_check.h"

#include <chrono>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "mapped/journal_format.h"
#include "seatfield/commit_options.h"
#include "seatfield/internal/text.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/time.h"

namespace seatfield::mapped {
namespace {

constexpr std::uint64_t kKilo = std::uint64_t{1} << 10;
constexpr std::uint64_t kMega = kKilo << 10;
constexpr std::uint64_t kGiga = kMega << 10;

absl::Status CheckBytes(std::string_view name, std::uint64_t value,
                        std::uint64_t min, std::uint64_t max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return internal::InvalidArgument("option ", name, " must be ", min, " to ",
                                   max, " bytes; got ", value);
}

}  // namespace

absl::Status CheckOptions(const MappedOptions& options) {
  if (options.durability == Durability::kMemory) {
    return internal::InvalidArgument(
        "option durability must be none, interval or group; got memory");
  }
  if (options.interval < std::chrono::milliseconds(1) ||
      options.interval > std::chrono::hours(1)) {
    return internal::InvalidArgument("option interval must be 1ms to 1h; got ",
                                     options.interval.count(), "us");
  }
  absl::Status status =
      CheckBytes("segment_bytes", options.segment_bytes, 16 * kKilo, kGiga);
  if (status.ok() && options.segment_bytes % kPageBytes != 0) {
    status =
        internal::InvalidArgument("option segment_bytes must be a multiple of ",
                                  kPageBytes, "; got ", options.segment_bytes);
  }
  if (status.ok()) {
    status = CheckBytes("checkpoint_bytes", options.checkpoint_bytes,
                        16 * kKilo, UINT64_MAX);
  }
  if (status.ok()) {
    status = CheckBytes("buffer_bytes", options.buffer_bytes, 64 * kKilo,
                        256 * kMega);
  }
  if (status.ok() && options.clock_skew_max < Duration::zero()) {
    status = internal::InvalidArgument(
        "option clock_skew_max must not be negative; got ",
        options.clock_skew_max.count(), "us");
  }
  return status;
}

}  // namespace seatfield::mapped
