// SPDX-License-Identifier: MIT

#include "support/simulated_file.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "support/cut_choices.h"
#include "support/split_mix.h"

namespace seatfield::test {
namespace {

// Address space that was given back, zeroed. Lives for ever.
struct MemoryPool {
  std::mutex mutex;
  std::vector<std::byte*> free;
};

MemoryPool& Pool() {
  static MemoryPool* const pool = new MemoryPool;
  return *pool;
}

std::byte* Reserve() {
  void* const memory =
      ::mmap(nullptr, kFileBytesMax, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::byte*>(memory);
}

std::uint64_t Units(std::uint64_t bytes, std::uint64_t unit) {
  return (bytes + unit - 1) / unit;
}

// Of each 8 bytes, the old ones where `bits` says so.
void Tear(std::byte* sector, const std::byte* old_sector, std::uint64_t bits) {
  static_assert(kSectorBytes == 64 * sizeof(std::uint64_t));
  for (std::size_t i = 0; i < 64; ++i) {
    if ((bits >> i & 1) != 0) {
      std::memcpy(sector + 8 * i, old_sector + 8 * i, 8);
    }
  }
}

void FillGarbage(std::byte* sector, std::uint64_t seed) {
  SplitMix random(seed);
  for (std::size_t i = 0; i < kSectorBytes; i += 8) {
    const std::uint64_t word = random.Next();
    std::memcpy(sector + i, &word, sizeof word);
  }
}

void Suffer(SectorFate fate, std::byte* sector, const std::byte* old_sector,
            CutChoices& choices) {
  switch (fate) {
    case SectorFate::kOld:
      std::memcpy(sector, old_sector, kSectorBytes);
      break;
    case SectorFate::kNew:
      break;
    case SectorFate::kTorn:
      Tear(sector, old_sector, choices.Bits());
      break;
    case SectorFate::kGarbage:
      FillGarbage(sector, choices.Bits());
      break;
    case SectorFate::kZero:
      std::memset(sector, 0, kSectorBytes);
      break;
  }
}

}  // namespace

// --- FileMemory -------------------------------------------------------------

FileMemory::FileMemory() {
  MemoryPool& pool = Pool();
  const std::lock_guard lock(pool.mutex);
  if (pool.free.empty()) pool.free.push_back(Reserve());
  data_ = pool.free.back();
  pool.free.pop_back();
}

FileMemory::~FileMemory() {
  constexpr std::uint64_t kClearMax = std::uint64_t{4} << 20;
  if (used_ <= kClearMax) {
    std::memset(data_, 0, used_);
  } else {
    ::madvise(data_, used_, MADV_DONTNEED);
  }
  MemoryPool& pool = Pool();
  const std::lock_guard lock(pool.mutex);
  pool.free.push_back(data_);
}

// --- SimulatedFile ----------------------------------------------------------

SimulatedFile::SimulatedFile(const SimulatedFile& other)
    : size_(other.size_),
      durable_size_(other.durable_size_),
      block_count_(other.block_count_),
      block_taken_(other.block_taken_),
      undo_(other.undo_),
      undo_of_(other.undo_of_),
      holes_stored_(other.holes_stored_) {
  if (other.memory_ == nullptr) return;
  Reach(undo_of_.size() * kSectorBytes);
  std::memcpy(memory_->data(), other.memory_->data(),
              undo_of_.size() * kSectorBytes);
}

std::span<std::byte> SimulatedFile::bytes() {
  return {memory_ == nullptr ? nullptr : memory_->data(),
          static_cast<std::size_t>(size_)};
}

// Makes memory and tables reach as far as `bytes`.
void SimulatedFile::Reach(std::uint64_t bytes) {
  if (memory_ == nullptr) memory_ = std::make_shared<FileMemory>();
  const std::uint64_t sectors = Units(bytes, kSectorBytes);
  memory_->Use(sectors * kSectorBytes);
  if (undo_of_.size() < sectors) undo_of_.resize(sectors);
  if (block_taken_.size() * kBlockBytes < bytes) {
    block_taken_.resize(Units(bytes, kBlockBytes));
  }
}

SimulatedFile::Undo& SimulatedFile::Touch(std::uint64_t sector,
                                          const std::byte* durable) {
  std::uint32_t& at = undo_of_[sector];
  if (at == 0) {
    undo_.push_back({static_cast<std::uint32_t>(sector), false, {}});
    std::memcpy(undo_.back().content.data(), durable, kSectorBytes);
    at = static_cast<std::uint32_t>(undo_.size());
  }
  undo_[at - 1].lost = false;
  return undo_[at - 1];
}

// The sectors of the bytes [from, to), before they change.
void SimulatedFile::TouchAll(std::uint64_t from, std::uint64_t to) {
  for (std::uint64_t i = from / kSectorBytes; i * kSectorBytes < to; ++i) {
    Touch(i, Sector(i));
  }
}

void SimulatedFile::TakeBlocks(std::uint64_t offset, std::uint64_t end) {
  for (std::uint64_t i = offset / kBlockBytes; i * kBlockBytes < end; ++i) {
    if (!block_taken_[i]) ++block_count_;
    block_taken_[i] = true;
  }
}

std::uint64_t SimulatedFile::RoomAt(std::uint64_t offset, std::uint64_t size,
                                    std::uint64_t blocks_free) const {
  const std::uint64_t end = offset + size;
  for (std::uint64_t i = offset / kBlockBytes; i * kBlockBytes < end; ++i) {
    if (i < block_taken_.size() && block_taken_[i]) continue;
    if (blocks_free == 0) return std::max(offset, i * kBlockBytes) - offset;
    --blocks_free;
  }
  return size;
}

void SimulatedFile::Write(std::uint64_t offset, std::span<const std::byte> from,
                          double early_write, SplitMix& random) {
  if (from.empty()) return;
  const std::uint64_t end = offset + from.size();
  Look();
  if (end > size_) Resize(end);
  for (std::uint64_t i = offset / kSectorBytes; i * kSectorBytes < end; ++i) {
    const bool dirty = undo_of_[i] != 0;
    Undo& undo = Touch(i, Sector(i));
    if (dirty && early_write > 0 && random.Chance(early_write)) {
      std::memcpy(undo.content.data(), Sector(i), kSectorBytes);
    }
  }
  std::memcpy(memory_->data() + offset, from.data(), from.size());
  TakeBlocks(offset, end);
}

void SimulatedFile::Resize(std::uint64_t bytes) {
  Look();
  Reach(bytes);
  if (bytes < size_) {
    TouchAll(bytes, size_);
    std::memset(memory_->data() + bytes, 0, size_ - bytes);
    for (std::uint64_t i = Units(bytes, kBlockBytes); i < block_taken_.size();
         ++i) {
      if (block_taken_[i]) --block_count_;
      block_taken_[i] = false;
    }
  }
  size_ = bytes;
  if (writable_maps_ > 0) {
    shadow_.resize(Units(bytes, kSectorBytes) * kSectorBytes);
  }
}

void SimulatedFile::Allocate(std::uint64_t bytes) {
  if (bytes > size_) Resize(bytes);
  TakeBlocks(0, bytes);
}

void SimulatedFile::Sync() {
  Look();
  std::size_t kept = 0;
  for (Undo& undo : undo_) {
    const std::size_t sector = undo.sector;
    if (undo.lost) undo_[kept++] = undo;
    undo_of_[sector] = 0;
  }
  undo_.resize(kept);
  for (std::size_t i = 0; i < kept; ++i) {
    undo_of_[undo_[i].sector] = static_cast<std::uint32_t>(i + 1);
  }
  durable_size_ = size_;
  if (size_ > 0 || !undo_.empty() || writable_maps_ > 0) return;
  // An empty file costs nothing.
  memory_.reset();
  undo_of_.clear();
  block_taken_.clear();
}

void SimulatedFile::ForgetUnsynced() {
  Look();
  for (Undo& undo : undo_) undo.lost = true;
}

void SimulatedFile::Look() {
  if (writable_maps_ == 0 || shadow_.empty()) return;
  if (std::memcmp(shadow_.data(), memory_->data(), shadow_.size()) == 0) return;
  for (std::uint64_t at = 0; at < shadow_.size(); at += kSectorBytes) {
    std::byte* const shadow = shadow_.data() + at;
    std::byte* const sector = memory_->data() + at;
    if (std::memcmp(shadow, sector, kSectorBytes) == 0) continue;
    Touch(at / kSectorBytes, shadow);
    std::memcpy(shadow, sector, kSectorBytes);
    if (!block_taken_[at / kBlockBytes]) ++holes_stored_;
    TakeBlocks(at, at + kSectorBytes);
  }
}

std::size_t SimulatedFile::unsynced() const {
  const auto lost = std::count_if(undo_.begin(), undo_.end(),
                                  [](const Undo& undo) { return undo.lost; });
  return undo_.size() - static_cast<std::size_t>(lost) +
         (size_ != durable_size_ ? 1 : 0);
}

void SimulatedFile::Cut(CutChoices& choices) {
  if (memory_ == nullptr) return;
  const std::uint64_t reached = std::max(size_, durable_size_);
  if (size_ != durable_size_) size_ = choices.Size(durable_size_, size_);
  for (const Undo& undo : undo_) {
    undo_of_[undo.sector] = 0;
    if (undo.sector * kSectorBytes >= size_) continue;
    const SectorFate fate = undo.lost ? SectorFate::kOld : choices.Sector();
    Suffer(fate, Sector(undo.sector), undo.content.data(), choices);
  }
  undo_.clear();
  const std::uint64_t end = Units(reached, kSectorBytes) * kSectorBytes;
  if (end > size_) std::memset(memory_->data() + size_, 0, end - size_);
  durable_size_ = size_;
}

std::shared_ptr<FileMemory> SimulatedFile::Map(std::uint64_t end,
                                               bool writable) {
  Reach(size_);
  memory_->Use(end);
  if (writable && writable_maps_++ == 0) {
    shadow_.assign(memory_->data(), Sector(Units(size_, kSectorBytes)));
  }
  return memory_;
}

void SimulatedFile::Unmap(bool writable) {
  if (!writable) return;
  Look();
  if (--writable_maps_ == 0) shadow_.clear();
}

void SimulatedFile::Detach() {
  Look();
  const std::shared_ptr<FileMemory> mapped = std::move(memory_);
  Reach(undo_of_.size() * kSectorBytes);
  std::memcpy(memory_->data(), mapped->data(), undo_of_.size() * kSectorBytes);
  shadow_.clear();
  writable_maps_ = 0;
}

}  // namespace seatfield::test
