// SPDX-License-Identifier: MIT
//
// The content of a file on a simulated disk: what is in the page cache, and
// what of it a power cut may take back.
//
//   data    what reads and maps see
//   undo    of each sector that is not durable, what the disk has instead
//   shadow  while it is mapped writable, data as it was looked at last: a
//           difference is a store through the map
//
// A file costs what its bytes cost, once; a write costs its sectors; a sync
// costs the sectors that were not durable.
// Thread safety: none.

#ifndef SEATFIELD_TESTS_SUPPORT_SIMULATED_FILE_H_
#define SEATFIELD_TESTS_SUPPORT_SIMULATED_FILE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "support/cut_choices.h"
#include "support/split_mix.h"

namespace seatfield::test {

inline constexpr std::uint64_t kSectorBytes = 512;
inline constexpr std::uint64_t kBlockBytes = 4096;
inline constexpr std::uint64_t kFileBytesMax = std::uint64_t{64} << 20;

// Zeroed memory for the largest file, which never moves. Taken from a pool.
class FileMemory {
 public:
  FileMemory();
  ~FileMemory();
  FileMemory(const FileMemory&) = delete;
  FileMemory& operator=(const FileMemory&) = delete;

  std::byte* data() const { return data_; }
  // Says that the first `bytes` may be other than zero.
  void Use(std::uint64_t bytes) { used_ = bytes > used_ ? bytes : used_; }

 private:
  std::byte* data_;
  std::uint64_t used_ = 0;
};

class SimulatedFile {
 public:
  SimulatedFile() = default;
  // Of a file that nobody maps writable, or that was looked at just before.
  SimulatedFile(const SimulatedFile& other);
  SimulatedFile& operator=(const SimulatedFile&) = delete;

  std::uint64_t size() const { return size_; }
  std::span<std::byte> bytes();
  std::uint64_t blocks() const { return block_count_; }  // allocated
  // How many of `size` bytes can be written at `offset` if `blocks_free` blocks
  // are free.
  std::uint64_t RoomAt(std::uint64_t offset, std::uint64_t size,
                       std::uint64_t blocks_free) const;

  // A sector that was not durable becomes so at `early_write`, as it is before
  // the write: the system may write any time.
  void Write(std::uint64_t offset, std::span<const std::byte> from,
             double early_write, SplitMix& random);
  void Resize(std::uint64_t bytes);
  void Allocate(std::uint64_t bytes);

  // Makes all durable.
  void Sync();
  // A sync that failed: what was not durable counts as written, and is not.
  void ForgetUnsynced();
  // Takes over what was stored through maps.
  void Look();
  // How many blocks were stored to through a map before they were allocated.
  std::uint64_t holes_stored() const { return holes_stored_; }
  // Sectors, and the size; after Look().
  std::size_t unsynced() const;
  // Nobody maps it any more.
  void Cut(CutChoices& choices);

  std::shared_ptr<FileMemory> Map(std::uint64_t end, bool writable);
  void Unmap(bool writable);
  // Leaves the maps to what they have, and goes on without them.
  void Detach();

 private:
  struct Undo {
    std::uint32_t sector;
    bool lost;  // the system believes that it is durable
    std::array<std::byte, kSectorBytes> content;
  };

  std::byte* Sector(std::uint64_t sector) const {
    return memory_->data() + sector * kSectorBytes;
  }
  void Reach(std::uint64_t bytes);
  Undo& Touch(std::uint64_t sector, const std::byte* durable);
  void TouchAll(std::uint64_t from, std::uint64_t to);
  void TakeBlocks(std::uint64_t offset, std::uint64_t end);

  std::shared_ptr<FileMemory> memory_;
  std::uint64_t size_ = 0;
  std::uint64_t durable_size_ = 0;
  std::uint64_t block_count_ = 0;
  std::vector<bool> block_taken_;
  std::vector<Undo> undo_;
  std::vector<std::uint32_t> undo_of_;  // by sector, + 1; 0: durable
  std::vector<std::byte> shadow_;
  int writable_maps_ = 0;
  std::uint64_t holes_stored_ = 0;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_SIMULATED_FILE_H_
