// SPDX-License-Identifier: MIT
//
// RescueRecords() of journal_scan.h.

#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "mapped/journal_format.h"
#include "mapped/journal_scan.h"
#include "mapped/no_memory.h"

namespace seatfield::mapped {
namespace {

struct Half {
  std::uint64_t sequence = 0;
  std::span<const std::byte> records;
};

absl::Status Damage(std::uint64_t sequence) {
  return StatusOf(absl::StatusCode::kDataLoss,
                  "the journal's buffers: the record of sequence ", sequence,
                  " is damaged or missing");
}

// Empty: it was never begun.
absl::StatusOr<Half> ReadHalf(std::span<const std::byte> memory,
                              const StoreId& id) {
  if (memory.size() < sizeof(BufferHeader)) return Half{};
  BufferHeader header;
  std::memcpy(&header, memory.data(), sizeof header);
  if (header.magic != kBufferMagic || header.id != id) return Half{};
  const auto room = memory.subspan(sizeof header);
  if (header.bytes > room.size()) return Damage(header.sequence);
  return Half{.sequence = header.sequence, .records = room.first(header.bytes)};
}

// Those of one half from `next` on.
absl::Status RescueHalf(const Half& half, std::uint64_t seed,
                        std::uint64_t& next, const RecordFn& fn) {
  auto rest = half.records;
  for (std::uint64_t sequence = half.sequence; !rest.empty(); ++sequence) {
    const std::optional<Record> record = TakeRecord(rest);
    if (!record.has_value() || sequence > next) return Damage(next);
    if (sequence < next) continue;
    if (!record->IsWhole(seed, sequence)) return Damage(next);
    absl::Status status = fn(sequence, record->says);
    if (!status.ok()) return status;
    ++next;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::uint64_t> RescueRecords(std::span<const std::byte> buffers,
                                            const StoreId& id,
                                            std::uint64_t after,
                                            const RecordFn& fn) {
  const std::size_t half_bytes = buffers.size() / 2;
  auto older = ReadHalf(buffers.first(half_bytes), id);
  auto newer = ReadHalf(buffers.last(half_bytes), id);
  if (!older.ok()) return older.status();
  if (!newer.ok()) return newer.status();
  if (newer->sequence < older->sequence) std::swap(older, newer);
  std::uint64_t next = after + 1;
  for (const Half& half : {*older, *newer}) {
    absl::Status status = RescueHalf(half, RecordSeed(id), next, fn);
    if (!status.ok()) return status;
  }
  return next - after - 1;
}

}  // namespace seatfield::mapped
