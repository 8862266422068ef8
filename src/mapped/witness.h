// SPDX-License-Identifier: MIT
//
// The witness: a file beside the segments that says how far the journal was
// known durable, so that a lost or damaged end is told from a torn one.
//
// Thread safety: needs exclusive access.

#ifndef SEATFIELD_MAPPED_WITNESS_H_
#define SEATFIELD_MAPPED_WITNESS_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/journal_format.h"
#include "platform/file.h"

namespace seatfield::mapped {

// The newest witness; all zero: there is none that is valid. Errors: those of
// reading.
absl::StatusOr<Witness> ReadWitness(const platform::Directory& directory,
                                    const StoreId& id);

class WitnessFile {
 public:
  // Makes the file, and its name durable, unless it is there.
  static absl::StatusOr<WitnessFile> Open(platform::Directory& directory,
                                          const StoreId& id);

  absl::Status Write(std::uint64_t sequence);
  absl::Status Sync();

 private:
  WitnessFile(platform::File file, const StoreId& id, std::uint64_t count,
              std::size_t slot)
      : file_(std::move(file)), id_(id), count_(count), slot_(slot) {}

  platform::File file_;
  StoreId id_;
  std::uint64_t count_;  // of the last write
  std::size_t slot_;     // that is written until a sync
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_WITNESS_H_
