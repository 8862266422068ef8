// SPDX-License-Identifier: MIT
//
// The working memory of a store, in the file live.map: shared memory that other
// processes may read while the store is open, and that outlives a killed
// process, but is no truth: after anything but a clean close in the same boot
// it is made anew.
//
//   bytes [0, 4096)     LiveHeader
//   [4096, 8192)        the ledger's StoreRecord
//   [8192, ...)         the journal's buffers, to a whole page
//   ...                 slabs, each where its offset says
//
// The bytes are this machine's and this build's own: what is trusted of them
// was written by the same user in the same boot, and bears its sum.

#ifndef SEATFIELD_MAPPED_LIVE_MAP_H_
#define SEATFIELD_MAPPED_LIVE_MAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/file_slabs.h"
#include "mapped/journal_end.h"
#include "mapped/journal_format.h"
#include "platform/file.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/space.h"
#include "seatfield/limits.h"

namespace seatfield::mapped {

enum class LiveState : std::uint32_t {
  kBuilding = 1,    // or given up
  kServing = 2,     // a writer has it
  kClosed = 3,      // properly; the sum agrees
  kSuperseded = 4,  // another file has its place
};

struct LiveHeader {
  std::array<char, 8> magic;
  std::uint32_t layout;  // of everything in the file
  std::uint32_t state;   // LiveState
  StoreId id;
  std::array<char, 64> boot_id;
  std::uint64_t buffer_bytes;   // of the journal's buffers, each
  std::uint64_t counts_buyers;  // whether buyers' seats are counted
  JournalEnd end;               // closed: of the journal
  std::uint64_t sum;            // closed: of the end, the store and all slabs
};

class LiveMap {
 public:
  // Makes a new one, under another name until Publish().
  static absl::StatusOr<std::unique_ptr<LiveMap>> Make(
      platform::Directory& directory, const StoreId& id,
      std::uint64_t buffer_bytes, const Limits& limits);

  // The one that is there, if it is to be trusted at that sequence; null if it
  // is not, for whatever reason.
  static std::unique_ptr<LiveMap> OpenClosed(platform::Directory& directory,
                                             const StoreId& id,
                                             std::uint64_t buffer_bytes,
                                             const Limits& limits,
                                             std::uint64_t sequence);

  // The one that a writer has, to read. Errors: Unavailable (there is none).
  static absl::StatusOr<std::unique_ptr<LiveMap>> Attach(
      const platform::Directory& directory);

  // The journal's buffers that a killed process has left, copied: empty if
  // there are none of this boot. Errors: those of reading, for then there may
  // be some.
  static absl::StatusOr<std::vector<std::byte>> ReadBuffers(
      const platform::Directory& directory, const StoreId& id);

  // Tells those who read the one that is there to let go of it.
  static void Supersede(const platform::Directory& directory);

  // Puts it in the place of the one that is there, and serves.
  absl::Status Publish(platform::Directory& directory);

  LiveState state() const;
  void SetState(LiveState state);
  // Makes it one that OpenClosed() trusts. Nobody may write meanwhile.
  void MarkClosed(const JournalEnd& end);
  const JournalEnd& end() const { return header().end; }

  internal::StoreRecord& store() const;
  internal::SlabSource& slabs() { return *slabs_; }
  // The same of a writer. Requires one that is not attached.
  FileSlabs& own_slabs() { return *own_slabs_; }
  // As FileSlabs::Explain().
  absl::Status Explain(const absl::Status& status) const {
    return own_slabs_ != nullptr ? own_slabs_->Explain(status) : status;
  }
  std::span<std::byte> buffers() const;

 private:
  LiveMap() = default;
  void OwnSlabs(platform::File file, std::uint64_t begin);
  LiveHeader& header() const;
  std::uint64_t Sum() const;

  platform::Mapping head_;  // up to the slabs
  std::unique_ptr<internal::SlabSource> slabs_;
  FileSlabs* own_slabs_ = nullptr;  // the same; null: a writer's
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_LIVE_MAP_H_
