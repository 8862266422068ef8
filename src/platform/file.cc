// SPDX-License-Identifier: MIT

#include "platform/file.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/system.h"
#include "seatfield/internal/text.h"

namespace seatfield::platform {
namespace {

using internal::Cat;

absl::StatusCode CodeOf(int error) {
  switch (error) {
    case ENOENT:
      return absl::StatusCode::kNotFound;
    case EEXIST:
      return absl::StatusCode::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return absl::StatusCode::kResourceExhausted;
    case ELOOP:
    case ENOTDIR:
    case EISDIR:
    case ENXIO:
    case ENODEV:
      return absl::StatusCode::kFailedPrecondition;
    case EINVAL:
    case ENAMETOOLONG:
      return absl::StatusCode::kInvalidArgument;
    case EIO:
#ifdef EUCLEAN
    case EUCLEAN:
#endif
      return absl::StatusCode::kDataLoss;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

// Makes an interrupted call again; with a bound, since a system that interrupts
// every call would keep the caller for ever.
template <typename Call>
auto Retry(const Call& call) {
  constexpr int kTriesMax = 1000;
  auto result = call();
  for (int i = 1; i < kTriesMax && result == -EINTR; ++i) result = call();
  return result;
}

absl::Status StatusOf(int result, std::string_view doing,
                      std::string_view path) {
  return result < 0 ? SystemError(result, doing, path) : absl::OkStatus();
}

absl::Status Unfit(std::string_view path, std::string_view why) {
  return absl::FailedPreconditionError(Cat("cannot open ", path, ": ", why));
}

// Whether a file or directory that was opened may be used.
absl::Status CheckFit(System& system, const FileStatus& status, FileKind kind,
                      bool writable, std::string_view path) {
  constexpr std::uint32_t kOthersMayWrite = 022;
  if (status.kind != kind) {
    return Unfit(path, kind == FileKind::kRegular ? "not a regular file"
                                                  : "not a directory");
  }
  const std::uint32_t user = system.UserId();
  if (status.owner != user && (writable || user != 0)) {
    return Unfit(path, Cat("it belongs to user ", status.owner,
                           ", and this is user ", user));
  }
  if ((status.mode & kOthersMayWrite) != 0) {
    return Unfit(path, "others may write to it (chmod go-w)");
  }
  return absl::OkStatus();
}

// Without slashes at its end.
absl::StatusOr<std::string> CleanPath(std::string path) {
  if (path.find('\0') != std::string::npos) {
    return internal::InvalidArgument("cannot open ", internal::Quoted(path),
                                     ": it has a zero byte");
  }
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string ParentOf(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return path.substr(0, std::max<std::size_t>(slash, 1));
}

// Makes durable which names `path` has.
int SyncDirectory(System& system, const std::string& path) {
  const int directory = Retry([&] { return system.OpenDirectory(path); });
  if (directory < 0) return directory;
  const int error = Retry([&] { return system.Sync(directory); });
  (void)system.Close(directory);
  return error;
}

}  // namespace

absl::Status SystemError(int error, std::string_view doing,
                         std::string_view path) {
  const int number = -error;
  const bool link = number == ELOOP || number == ENOTDIR;
  return {CodeOf(number),
          Cat("cannot ", doing, " ", path, ": ",
              std::generic_category().message(number),
              link ? " (a symbolic link is not followed)" : "")};
}

// --- Mapping ----------------------------------------------------------------

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  if (this == &other) return *this;
  Reset();
  system_ = other.system_;
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

void Mapping::Reset() {
  if (data_ != nullptr) (void)system_->Unmap(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

// --- File -------------------------------------------------------------------

File& File::operator=(File&& other) noexcept {
  if (this == &other) return *this;
  Close();
  system_ = other.system_;
  file_ = std::exchange(other.file_, -1);
  path_ = std::move(other.path_);
  return *this;
}

absl::StatusOr<FileStatus> File::Status() const {
  FileStatus status;
  const int error = Retry([&] { return system_->Status(file_, status); });
  if (error < 0) return SystemError(error, "look at", path_);
  return status;
}

absl::Status File::Read(std::uint64_t offset, std::span<std::byte> to) const {
  while (!to.empty()) {
    const std::int64_t count =
        Retry([&] { return system_->Read(file_, offset, to); });
    if (count < 0) return SystemError(static_cast<int>(count), "read", path_);
    if (count == 0) {
      return absl::OutOfRangeError(Cat("cannot read ", path_, ": it ends at ",
                                       offset, ", ", to.size(),
                                       " bytes too early"));
    }
    offset += static_cast<std::uint64_t>(count);
    to = to.subspan(static_cast<std::size_t>(count));
  }
  return absl::OkStatus();
}

absl::Status File::Write(std::uint64_t offset,
                         std::span<const std::byte> from) {
  while (!from.empty()) {
    const std::int64_t count =
        Retry([&] { return system_->Write(file_, offset, from); });
    if (count <= 0) {
      return SystemError(count == 0 ? -EIO : static_cast<int>(count), "write",
                         path_);
    }
    offset += static_cast<std::uint64_t>(count);
    from = from.subspan(static_cast<std::size_t>(count));
  }
  return absl::OkStatus();
}

absl::Status File::SyncData() {
  return StatusOf(Retry([&] { return system_->SyncData(file_); }), "sync",
                  path_);
}

absl::Status File::Sync() {
  return StatusOf(Retry([&] { return system_->Sync(file_); }), "sync", path_);
}

absl::Status File::Allocate(std::uint64_t bytes) {
  return StatusOf(Retry([&] { return system_->Allocate(file_, bytes); }),
                  "reserve room for", path_);
}

absl::Status File::Truncate(std::uint64_t bytes) {
  return StatusOf(Retry([&] { return system_->Truncate(file_, bytes); }),
                  "truncate", path_);
}

absl::StatusOr<Mapping> File::Map(std::uint64_t offset, std::uint64_t bytes,
                                  bool writable) const {
  int error = 0;
  std::byte* const data = system_->Map(file_, offset, bytes, writable, error);
  if (data == nullptr) return SystemError(error, "map", path_);
  Mapping mapping;
  mapping.system_ = system_;
  mapping.data_ = data;
  mapping.size_ = bytes;
  return mapping;
}

absl::StatusOr<bool> File::TryLock() {
  const int error = Retry([&] { return system_->TryLock(file_); });
  if (error == -EAGAIN) return false;
  if (error < 0) return SystemError(error, "lock", path_);
  return true;
}

absl::StatusOr<bool> File::IsLocked() const {
  const int locked = Retry([&] { return system_->IsLocked(file_); });
  if (locked < 0) return SystemError(locked, "look at the lock of", path_);
  return locked != 0;
}

absl::StatusOr<bool> File::IsOpenElsewhere() const {
  const int open = Retry([&] { return system_->IsOpenElsewhere(file_); });
  if (open < 0) return SystemError(open, "look who has", path_);
  return open != 0;
}

void File::Close() {
  if (file_ >= 0) (void)system_->Close(std::exchange(file_, -1));
}

// --- Directory --------------------------------------------------------------

Directory& Directory::operator=(Directory&& other) noexcept {
  if (this == &other) return *this;
  Close();
  system_ = other.system_;
  directory_ = std::exchange(other.directory_, -1);
  path_ = std::move(other.path_);
  return *this;
}

absl::StatusOr<Directory> Directory::Open(System& system, std::string path) {
  absl::StatusOr<std::string> clean = CleanPath(std::move(path));
  if (!clean.ok()) return clean.status();
  const int descriptor = Retry([&] { return system.OpenDirectory(*clean); });
  if (descriptor < 0) return SystemError(descriptor, "open", *clean);
  Directory directory(system, descriptor, *std::move(clean));
  FileStatus status;
  const int error = Retry([&] { return system.Status(descriptor, status); });
  if (error < 0) return SystemError(error, "look at", directory.path_);
  if (absl::Status fit = CheckFit(system, status, FileKind::kDirectory,
                                  /*writable=*/false, directory.path_);
      !fit.ok()) {
    return fit;
  }
  return directory;
}

absl::StatusOr<Directory> Directory::OpenOrMake(System& system,
                                                std::string path) {
  absl::StatusOr<std::string> clean = CleanPath(std::move(path));
  if (!clean.ok()) return clean.status();
  const int made = Retry([&] { return system.MakeDirectory(*clean); });
  if (made < 0 && made != -EEXIST) {
    return SystemError(made, "make directory", *clean);
  }
  absl::StatusOr<Directory> directory = Open(system, *std::move(clean));
  if (!directory.ok()) return directory;
  // A process that made it may have been killed before this.
  const std::string parent = ParentOf(directory->path_);
  const int synced = SyncDirectory(system, parent);
  const bool others = made == -EEXIST && synced == -EACCES;
  if (synced < 0 && !others) return SystemError(synced, "sync", parent);
  return directory;
}

absl::StatusOr<File> Directory::Open(const std::string& name,
                                     OpenMode mode) const {
  std::string path = Cat(path_, "/", name);
  const int descriptor =
      Retry([&] { return system_->OpenAt(directory_, name, mode); });
  if (descriptor < 0) {
    return SystemError(descriptor,
                       mode == OpenMode::kCreate ? "create" : "open", path);
  }
  File file(*system_, descriptor, std::move(path));
  const absl::StatusOr<FileStatus> status = file.Status();
  if (!status.ok()) return status.status();
  if (absl::Status fit =
          CheckFit(*system_, *status, FileKind::kRegular,
                   /*writable=*/mode != OpenMode::kRead, file.path());
      !fit.ok()) {
    return fit;
  }
  return file;
}

absl::StatusOr<std::vector<std::string>> Directory::List() const {
  std::vector<std::string> names;
  const int error = Retry([&] {
    names.clear();
    return system_->List(directory_, names);
  });
  if (error < 0) return SystemError(error, "list", path_);
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status Directory::Rename(const std::string& from, const std::string& to) {
  const int error =
      Retry([&] { return system_->RenameAt(directory_, from, to); });
  return StatusOf(error, "rename", Cat(path_, "/", from, " to ", to));
}

absl::Status Directory::Unlink(const std::string& name) {
  const int error = Retry([&] { return system_->UnlinkAt(directory_, name); });
  if (error == -ENOENT) return absl::OkStatus();
  return StatusOf(error, "remove", Cat(path_, "/", name));
}

absl::Status Directory::Sync() {
  return StatusOf(Retry([&] { return system_->Sync(directory_); }), "sync",
                  path_);
}

absl::StatusOr<bool> Directory::IsOnNetwork() const {
  const int network =
      Retry([&] { return system_->IsNetworkFileSystem(directory_); });
  if (network < 0) return SystemError(network, "look at", path_);
  return network > 0;
}

void Directory::Close() {
  if (directory_ >= 0) (void)system_->Close(std::exchange(directory_, -1));
}

}  // namespace seatfield::platform
