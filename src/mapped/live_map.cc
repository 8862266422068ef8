// SPDX-License-Identifier: MIT

#include "mapped/live_map.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/journal_format.h"
#include "platform/file.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/space.h"
#include "seatfield/limits.h"

namespace seatfield::mapped {
namespace {

constexpr char kName[] = "live.map";
constexpr char kUnfinished[] = "live.new";

constexpr std::array<char, 8> kMagic = {'S', 'E', 'A', 'T', 'L', 'I', 'V', 'E'};
constexpr std::uint64_t kStoreAt = kPageBytes;
constexpr std::uint64_t kBuffersAt = 2 * kPageBytes;
static_assert(sizeof(LiveHeader) <= kPageBytes);
static_assert(sizeof(internal::StoreRecord) <= kPageBytes);

// Another one whenever a record changes its shape.
constexpr std::uint32_t kLayout =
    (2u << 24) + sizeof(internal::EventRecord) +
    7 * sizeof(internal::SectionRecord) + 11 * sizeof(internal::StoreRecord) +
    13 * sizeof(internal::SeatSlot) + 17 * sizeof(internal::BookingRecord);

std::uint64_t SlabsAt(std::uint64_t buffer_bytes) {
  const std::uint64_t end = kBuffersAt + JournalBufferBytes(buffer_bytes);
  return (end + kPageBytes - 1) / kPageBytes * kPageBytes;
}

std::uint64_t CountsBuyers(const Limits& limits) {
  return limits.seats_per_buyer_max == kNoLimit ? 0 : 1;
}

std::array<char, 64> BootId(platform::System& system) {
  std::array<char, 64> id{};
  const std::string text = system.BootId();
  std::copy_n(text.begin(), std::min(text.size(), id.size()), id.begin());
  return id;
}

// Whether the header is one of this build, this store and this boot.
bool IsOurs(const LiveHeader& header, const StoreId& id,
            platform::System& system) {
  const std::array<char, 64> boot_id = BootId(system);
  return header.magic == kMagic && header.layout == kLayout &&
         header.id == id && boot_id[0] != '\0' && header.boot_id == boot_id &&
         header.buffer_bytes <= kBufferBytesMax;
}

// Memory for all slabs there may ever be: what is behind the file's end is not
// touched before the file has grown past it.
class AttachedSlabs final : public internal::SlabSource {
 public:
  explicit AttachedSlabs(platform::Mapping all) : all_(std::move(all)) {}

  std::byte* Take(std::uint64_t offset, std::uint64_t) override {
    return all_.data() + offset;
  }

 private:
  platform::Mapping all_;
};

// The file, if nobody else could have written it.
absl::StatusOr<platform::File> OpenOwn(const platform::Directory& directory,
                                       platform::OpenMode mode) {
  auto file = directory.Open(kName, mode);
  if (!file.ok()) return file;
  const auto status = file->Status();
  if (!status.ok()) return status.status();
  if (status->owner != directory.system().UserId() ||
      (status->mode & 077) != 0 || status->size < SlabsAt(0)) {
    return absl::FailedPreconditionError("not to be trusted");
  }
  return file;
}

}  // namespace

// --- Making -----------------------------------------------------------------

absl::StatusOr<std::unique_ptr<LiveMap>> LiveMap::Make(
    platform::Directory& directory, const StoreId& id,
    std::uint64_t buffer_bytes, const Limits& limits) {
  absl::Status status = directory.Unlink(kUnfinished);
  if (!status.ok()) return status;
  auto file = directory.Open(kUnfinished, platform::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  const std::uint64_t slabs_at = SlabsAt(buffer_bytes);
  status = file->Allocate(slabs_at);
  if (!status.ok()) return status;
  auto head = file->Map(0, slabs_at, /*writable=*/true);
  if (!head.ok()) return head.status();
  std::unique_ptr<LiveMap> map(new LiveMap);
  map->head_ = *std::move(head);
  map->OwnSlabs(*std::move(file), slabs_at);
  LiveHeader& header = map->header();
  header.magic = kMagic;
  header.layout = kLayout;
  header.id = id;
  header.boot_id = BootId(directory.system());
  header.buffer_bytes = buffer_bytes;
  header.counts_buyers = CountsBuyers(limits);
  map->SetState(LiveState::kBuilding);
  return map;
}

absl::Status LiveMap::Publish(platform::Directory& directory) {
  Supersede(directory);
  absl::Status status = directory.Rename(kUnfinished, kName);
  if (status.ok()) SetState(LiveState::kServing);
  return status;
}

void LiveMap::Supersede(const platform::Directory& directory) {
  const auto file = OpenOwn(directory, platform::OpenMode::kReadWrite);
  if (!file.ok()) return;
  const auto head = file->Map(0, kPageBytes, /*writable=*/true);
  if (!head.ok()) return;
  auto& header = *reinterpret_cast<LiveHeader*>(head->data());
  if (header.magic != kMagic) return;
  internal::SharedStore(header.state,
                        static_cast<std::uint32_t>(LiveState::kSuperseded));
}

// --- Finding ----------------------------------------------------------------

std::unique_ptr<LiveMap> LiveMap::OpenClosed(platform::Directory& directory,
                                             const StoreId& id,
                                             std::uint64_t buffer_bytes,
                                             const Limits& limits,
                                             std::uint64_t sequence) {
  auto file = OpenOwn(directory, platform::OpenMode::kReadWrite);
  if (!file.ok()) return nullptr;
  const std::uint64_t slabs_at = SlabsAt(buffer_bytes);
  const auto status = file->Status();
  if (!status.ok() || status->size < slabs_at) return nullptr;
  auto head = file->Map(0, slabs_at, /*writable=*/true);
  if (!head.ok()) return nullptr;
  std::unique_ptr<LiveMap> map(new LiveMap);
  map->head_ = *std::move(head);
  const LiveHeader& header = map->header();
  if (!IsOurs(header, id, directory.system()) ||
      map->state() != LiveState::kClosed || header.end.sequence != sequence ||
      header.buffer_bytes != buffer_bytes ||
      header.counts_buyers != CountsBuyers(limits)) {
    return nullptr;
  }
  const internal::SpaceRecord& space = map->store().space;
  if (space.slab_count > internal::Space::kSlabCount ||
      status->size < slabs_at + internal::Space::SlabOffset(space.slab_count)) {
    return nullptr;
  }
  map->OwnSlabs(*std::move(file), slabs_at);
  for (std::size_t slab = 0; slab < space.slab_count; ++slab) {
    if (map->slabs_->Take(internal::Space::SlabOffset(slab),
                          internal::Space::SlabBytes(slab)) == nullptr) {
      return nullptr;
    }
  }
  if (map->Sum() != header.sum) return nullptr;
  map->SetState(LiveState::kServing);
  return map;
}

absl::StatusOr<std::unique_ptr<LiveMap>> LiveMap::Attach(
    const platform::Directory& directory) {
  const auto file = OpenOwn(directory, platform::OpenMode::kRead);
  if (!file.ok()) return absl::UnavailableError("there is no live memory");
  std::unique_ptr<LiveMap> map(new LiveMap);
  auto head = file->Map(0, kBuffersAt, /*writable=*/false);
  if (!head.ok()) return head.status();
  map->head_ = *std::move(head);
  if (!IsOurs(map->header(), map->header().id, directory.system()) ||
      map->state() != LiveState::kServing) {
    return absl::UnavailableError(
        "the process that writes is still opening the store: try again");
  }
  const std::uint64_t slabs_at = SlabsAt(map->header().buffer_bytes);
  auto all = file->Map(slabs_at,
                       internal::Space::SlabOffset(internal::Space::kSlabCount),
                       /*writable=*/false);
  if (!all.ok()) return all.status();
  map->slabs_ = std::make_unique<AttachedSlabs>(*std::move(all));
  return map;
}

absl::StatusOr<std::vector<std::byte>> LiveMap::ReadBuffers(
    const platform::Directory& directory, const StoreId& id) {
  std::vector<std::byte> buffers;
  const auto file = OpenOwn(directory, platform::OpenMode::kRead);
  if (absl::IsNotFound(file.status()) ||
      absl::IsFailedPrecondition(file.status())) {
    return buffers;
  }
  if (!file.ok()) return file.status();
  const auto head = file->Map(0, kPageBytes, /*writable=*/false);
  if (!head.ok()) return head.status();
  const auto& header = *reinterpret_cast<const LiveHeader*>(head->data());
  if (!IsOurs(header, id, directory.system())) return buffers;
  const std::uint64_t bytes = JournalBufferBytes(header.buffer_bytes);
  const auto status = file->Status();
  if (!status.ok()) return status.status();
  if (status->size < kBuffersAt + bytes) return buffers;
  buffers.resize(bytes);
  absl::Status read = file->Read(kBuffersAt, buffers);
  if (!read.ok()) return read;
  return buffers;
}

void LiveMap::OwnSlabs(platform::File file, std::uint64_t begin) {
  auto slabs = std::make_unique<FileSlabs>(std::move(file), begin);
  own_slabs_ = slabs.get();
  slabs_ = std::move(slabs);
}

// --- State ------------------------------------------------------------------

LiveHeader& LiveMap::header() const {
  return *reinterpret_cast<LiveHeader*>(head_.data());
}
internal::StoreRecord& LiveMap::store() const {
  return *reinterpret_cast<internal::StoreRecord*>(head_.data() + kStoreAt);
}
std::span<std::byte> LiveMap::buffers() const {
  return {head_.data() + kBuffersAt, JournalBufferBytes(header().buffer_bytes)};
}

LiveState LiveMap::state() const {
  return static_cast<LiveState>(internal::SharedLoad(header().state));
}
void LiveMap::SetState(LiveState state) {
  internal::SharedStore(header().state, static_cast<std::uint32_t>(state));
}

void LiveMap::MarkClosed(const JournalEnd& end) {
  header().end = end;
  header().sum = Sum();
  SetState(LiveState::kClosed);
}

// The journal's end and what is in use of all slabs, each the seed of the next.
std::uint64_t LiveMap::Sum() const {
  const internal::StoreRecord& record = store();
  std::uint64_t sum =
      internal::Hash64(std::as_bytes(std::span(&header().end, 1)), kLayout);
  sum = internal::Hash64(std::as_bytes(std::span(&record, 1)), sum);
  for (std::size_t slab = 0; slab < record.space.slab_count; ++slab) {
    const std::uint64_t bytes = internal::Space::UsedBytes(record.space, slab);
    const std::byte* const memory = slabs_->Take(
        internal::Space::SlabOffset(slab), internal::Space::SlabBytes(slab));
    sum = internal::Hash64({memory, bytes}, sum);
  }
  return sum;
}

}  // namespace seatfield::mapped
