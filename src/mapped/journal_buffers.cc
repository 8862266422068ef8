// SPDX-License-Identifier: MIT

#include "mapped/journal_buffers.h"

#include <cassert>
#include <utility>

namespace seatfield::mapped {

using internal::SeqLockGuard;
using internal::SharedLoad;
using internal::SharedStore;

JournalBuffers::JournalBuffers(std::span<std::byte> memory, const StoreId& id,
                               std::uint64_t sequence)
    : seed_(RecordSeed(id)),
      capacity_(memory.size() / 2 - sizeof(BufferHeader)),
      sequence_(sequence),
      first_(sequence + 1) {
  for (std::size_t i = 0; i < 2; ++i) {
    std::byte* const half = memory.data() + i * (memory.size() / 2);
    auto* const header = reinterpret_cast<BufferHeader*>(half);
    buffers_[i] = {.header = header, .records = half + sizeof(BufferHeader)};
    Begin(*header, first_);
    header->id = id;
    SharedStore(header->magic, kBufferMagic);
  }
  fill_ = buffers_[0];
}

// Empty before it has another sequence.
void JournalBuffers::Begin(BufferHeader& header, std::uint64_t sequence) {
  SharedStore(header.bytes, std::uint64_t{0});
  SharedStore(header.sequence, sequence);
}

std::optional<std::uint64_t> JournalBuffers::Append(
    std::span<const std::byte> record) {
  const std::uint32_t sum = RecordSum(record, seed_);
  const std::uint64_t bytes = RecordBytes(record.size());
  assert(bytes <= capacity_);
  const SeqLockGuard guard(lock_);
  if (stopped_) return sequence_ + ++lost_;
  if (used_ + bytes > capacity_) return std::nullopt;
  StoreRecord(fill_.records + used_, record, sum, sequence_ + 1);
  SharedStore(used_, used_ + bytes);
  SharedStore(fill_.header->bytes, used_);
  SharedStore(sequence_, sequence_ + 1);
  return sequence_;
}

JournalBuffers::Acknowledged JournalBuffers::Look() const {
  for (;;) {
    const std::uint64_t seen = lock_.BeginRead();
    const std::uint64_t first = SharedLoad(first_);
    const std::int64_t batch = SharedLoad(oldest_batch_);
    const std::int64_t filling = SharedLoad(oldest_filling_);
    if (lock_.StillAt(seen)) {
      return {first, filling != 0, batch != 0 ? batch : filling};
    }
  }
}

JournalBuffers::Place JournalBuffers::Join(std::uint64_t sequence) {
  const SeqLockGuard guard(lock_);
  if (sequence < first_) {
    SharedStore(joined_batch_, joined_batch_ + 1);
    return {.group = group_ - 1, .leads = false};
  }
  SharedStore(joined_, joined_ + 1);
  return {.group = group_, .leads = !std::exchange(led_, true)};
}

std::int64_t JournalBuffers::Acknowledge(std::uint64_t sequence,
                                         std::int64_t time) {
  const SeqLockGuard guard(lock_);
  if (sequence >= first_ && oldest_filling_ == 0) {
    SharedStore(oldest_filling_, time);
  }
  return OldestLocked();
}

Batch JournalBuffers::Swap() {
  const SeqLockGuard guard(lock_);
  const Batch batch{.sequence = first_,
                    .count = sequence_ - first_ + 1,
                    .records = {fill_.records, used_}};
  fill_ = buffers_[group_ % 2];
  ++group_;
  SharedStore(first_, sequence_ + 1);
  led_ = false;
  SharedStore(oldest_batch_, oldest_filling_);
  SharedStore(oldest_filling_, std::int64_t{0});
  SharedStore(used_, std::uint64_t{0});
  SharedStore(joined_batch_, joined_);
  SharedStore(joined_, std::uint64_t{0});
  Begin(*fill_.header, first_);
  return batch;
}

void JournalBuffers::EndBatch() {
  const SeqLockGuard guard(lock_);
  SharedStore(oldest_batch_, std::int64_t{0});
}

void JournalBuffers::Stop() {
  const SeqLockGuard guard(lock_);
  stopped_ = true;
}

}  // namespace seatfield::mapped
