// SPDX-License-Identifier: MIT
//
// The two buffers of a journal: records are appended to one while the other,
// the batch, is written. They lie in memory that outlives a killed process and
// are readable after a kill at any instruction: a record counts once the
// header's `bytes` covers it, and that is stored last.
//
// Groups: everything appended between two swaps is a group, numbered from 1;
//   the first who joins the group that is being filled leads it.
// Thread safety: every member from any thread, except that only one thread at a
//   time may swap and use the batch.
// Errors: none.
// Cost: a record is one hash, one spinlock and one copy; no allocation.

#ifndef SEATFIELD_MAPPED_JOURNAL_BUFFERS_H_
#define SEATFIELD_MAPPED_JOURNAL_BUFFERS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "mapped/journal_format.h"
#include "seatfield/internal/shared.h"

namespace seatfield::mapped {

// Records that follow each other.
struct Batch {
  std::uint64_t sequence = 0;  // of the first
  std::uint64_t count = 0;
  std::span<const std::byte> records;
};

class JournalBuffers {
 public:
  // Where a sequence is, for who waits until it is durable.
  struct Place {
    std::uint64_t group = 0;
    bool leads = false;
  };

  // Empties the buffers. `sequence` is the last one given. Requires
  // memory.size() == JournalBufferBytes(), aligned to 64 bytes.
  JournalBuffers(std::span<std::byte> memory, const StoreId& id,
                 std::uint64_t sequence);

  // Returns its sequence; none: there is no room. Once stopped, gives sequences
  // and keeps nothing.
  std::optional<std::uint64_t> Append(std::span<const std::byte> record);

  Place Join(std::uint64_t sequence);

  // Notes that `sequence` was acknowledged at `time` before it is durable.
  // Returns oldest().
  std::int64_t Acknowledge(std::uint64_t sequence, std::int64_t time);
  // When the first one was that is not durable yet; 0: none was.
  std::int64_t oldest() const { return Look().oldest; }
  // The same, if to acknowledge `sequence` as well would change nothing; else
  // 0.
  std::int64_t oldest_with(std::uint64_t sequence) const {
    const Acknowledged now = Look();
    return sequence < now.first || now.filling ? now.oldest : 0;
  }

  // Takes the group that is being filled as the batch, and begins the next one.
  Batch Swap();
  // The batch is durable.
  void EndBatch();

  // What stands in the buffers stays as it is, or is written; nothing comes to
  // it.
  void Stop();

  std::uint64_t capacity() const { return capacity_; }  // bytes of one
  // Of the last record that was kept.
  std::uint64_t sequence() const { return internal::SharedLoad(sequence_); }
  // Bytes of the group that is being filled.
  std::uint64_t filled() const { return internal::SharedLoad(used_); }
  // How many joined the group that is being filled, and the batch.
  std::uint64_t joined() const { return internal::SharedLoad(joined_); }
  std::uint64_t joined_batch() const {
    return internal::SharedLoad(joined_batch_);
  }

 private:
  struct Buffer {
    BufferHeader* header = nullptr;
    std::byte* records = nullptr;
  };

  // What is acknowledged and not durable, all of one moment.
  struct Acknowledged {
    std::uint64_t first = 0;  // of the group that is being filled
    bool filling = false;     // some of that group
    std::int64_t oldest = 0;
  };
  Acknowledged Look() const;

  std::int64_t OldestLocked() const {
    return oldest_batch_ != 0 ? oldest_batch_ : oldest_filling_;
  }
  static void Begin(BufferHeader& header, std::uint64_t sequence);

  const std::uint64_t seed_;
  const std::uint64_t capacity_;
  std::array<Buffer, 2> buffers_;

  // Guards what follows, and the buffer that is being filled.
  alignas(64) internal::SeqLock lock_;
  Buffer fill_;
  std::uint64_t used_ = 0;
  std::uint64_t sequence_;
  std::uint64_t first_;  // of the buffer
  std::uint64_t group_ = 1;
  std::uint64_t joined_ = 0;
  std::uint64_t joined_batch_ = 0;
  std::uint64_t lost_ = 0;  // given since it was stopped
  std::int64_t oldest_filling_ = 0;
  std::int64_t oldest_batch_ = 0;
  bool led_ = false;
  bool stopped_ = false;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_JOURNAL_BUFFERS_H_
