// SPDX-License-Identifier: MIT
//
// Slabs of a space in a file of their own, mapped shared as they are taken.
// Blocks are reserved before memory is used, so that a full disk is an error
// and never a signal.
//
// Thread safety: every member from any thread.

#ifndef SEATFIELD_MAPPED_FILE_SLABS_H_
#define SEATFIELD_MAPPED_FILE_SLABS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/wake_signal.h"
#include "platform/file.h"
#include "seatfield/internal/space.h"

namespace seatfield::mapped {

class FileSlabs final : public internal::SlabSource {
 public:
  // Slabs begin at `begin` of the file, a multiple of a page. A file without a
  // name is given back at the end.
  FileSlabs(platform::File file, std::uint64_t begin)
      : file_(std::move(file)), begin_(begin) {}

  // A file without a name, for memory that is given up at the end.
  static absl::StatusOr<std::unique_ptr<FileSlabs>> MakeUnnamed(
      platform::Directory& directory);
  ~FileSlabs() override;

  // The same memory for the same offset.
  std::byte* Take(std::uint64_t offset, std::uint64_t bytes) override;

  // Tells memory_ahead.h of it.
  std::uint64_t Reached(std::uint64_t offset) override;
  std::uint64_t reached() const { return reached_.load(); }
  WakeSignal& grown() { return grown_; }

  // `status`, or, if it says that memory ran out because the file could not
  // grow, why it could not.
  absl::Status Explain(const absl::Status& status) const;

 private:
  platform::File file_;
  const std::uint64_t begin_;
  bool gives_back_ = false;

  mutable std::mutex mutex_;  // of what follows
  absl::Status failure_;
  std::map<std::uint64_t, platform::Mapping> slabs_;

  std::atomic<std::uint64_t> reached_ = 0;
  WakeSignal grown_;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_FILE_SLABS_H_
