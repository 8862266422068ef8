// SPDX-License-Identifier: MIT
//
// Files and directories over a System: owned descriptors, whole transfers,
// errors as statuses that name the file.
//
// Interrupted calls are made again, a thousand times at most, and short
// transfers are continued. A failed sync is never made again: what it says may
// be forgotten by the next one.
// Errors: NotFound (no such file), AlreadyExists (kCreate), PermissionDenied
//   (permission, read-only file system), ResourceExhausted (no space, quota,
//   descriptors), FailedPrecondition (a symbolic link, not a regular file or
//   directory, not of this user, others may write to it), OutOfRange (the file
//   ends before), InvalidArgument (a path that no file can have), DataLoss
//   (input/output error), Unavailable (any other), each with the file's path
//   and the system's own words.
// Ownership: what is opened must be the user's own, and writable by no one
//   else. The superuser may read what is another's.
// Thread safety: reads, writes and syncs of one File may run concurrently;
//   moving and closing need exclusive access.

#ifndef SEATFIELD_PLATFORM_FILE_H_
#define SEATFIELD_PLATFORM_FILE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/system.h"

namespace seatfield::platform {

// The status of a failed call: `error` is a negative errno.
absl::Status SystemError(int error, std::string_view doing,
                         std::string_view path);

// Shared memory of a file, unmapped at the end.
class Mapping {
 public:
  Mapping() = default;
  ~Mapping() { Reset(); }
  Mapping(Mapping&& other) noexcept { *this = std::move(other); }
  Mapping& operator=(Mapping&& other) noexcept;

  std::byte* data() const { return data_; }
  std::uint64_t size() const { return size_; }

 private:
  friend class File;
  void Reset();

  System* system_ = nullptr;
  std::byte* data_ = nullptr;
  std::uint64_t size_ = 0;
};

class File {
 public:
  File() = default;
  ~File() { Close(); }
  File(File&& other) noexcept { *this = std::move(other); }
  File& operator=(File&& other) noexcept;

  bool is_open() const { return file_ >= 0; }
  const std::string& path() const { return path_; }  // for messages

  absl::StatusOr<FileStatus> Status() const;
  // All of `to`; OutOfRange if the file ends before.
  absl::Status Read(std::uint64_t offset, std::span<std::byte> to) const;
  absl::Status Write(std::uint64_t offset, std::span<const std::byte> from);
  absl::Status SyncData();
  absl::Status Sync();
  absl::Status Allocate(std::uint64_t bytes);
  absl::Status Truncate(std::uint64_t bytes);
  absl::StatusOr<Mapping> Map(std::uint64_t offset, std::uint64_t bytes,
                              bool writable) const;
  // False: another open file holds it.
  absl::StatusOr<bool> TryLock();
  // Whether another open file holds it.
  absl::StatusOr<bool> IsLocked() const;
  // Whether anybody else has the same file. Unavailable: that is not to be
  // known here.
  absl::StatusOr<bool> IsOpenElsewhere() const;
  void Close();

 private:
  friend class Directory;
  File(System& system, int file, std::string path)
      : system_(&system), file_(file), path_(std::move(path)) {}

  System* system_ = nullptr;
  int file_ = -1;
  std::string path_;
};

class Directory {
 public:
  Directory() = default;
  ~Directory() { Close(); }
  Directory(Directory&& other) noexcept { *this = std::move(other); }
  Directory& operator=(Directory&& other) noexcept;

  static absl::StatusOr<Directory> Open(System& system, std::string path);
  // Makes it unless it is there, and its entry durable, then opens it.
  static absl::StatusOr<Directory> OpenOrMake(System& system, std::string path);

  System& system() const { return *system_; }
  const std::string& path() const { return path_; }

  // Opens or makes a regular file; a symbolic link or another kind of file is
  // FailedPrecondition.
  absl::StatusOr<File> Open(const std::string& name, OpenMode mode) const;
  absl::StatusOr<std::vector<std::string>> List() const;  // sorted
  absl::Status Rename(const std::string& from, const std::string& to);
  absl::Status Unlink(const std::string& name);  // NotFound is ok
  // Makes durable which names are there.
  absl::Status Sync();
  absl::StatusOr<bool> IsOnNetwork() const;
  void Close();

 private:
  Directory(System& system, int directory, std::string path)
      : system_(&system), directory_(directory), path_(std::move(path)) {}

  System* system_ = nullptr;
  int directory_ = -1;
  std::string path_;
};

}  // namespace seatfield::platform

#endif  // SEATFIELD_PLATFORM_FILE_H_
