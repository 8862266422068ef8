// SPDX-License-Identifier: MIT
//
// System is the one seam between seatfield and the operating system: each
// member is one system call, raw, so that tests can replace the disk below it
// and make any call fail, stop short, be interrupted, or lie.
//
// Results: as the call's own, with the error as a negative errno: a count, a
//   descriptor or 0 is a success. No member retries; file.h does.
// Thread safety: every member from any thread.

#ifndef SEATFIELD_PLATFORM_SYSTEM_H_
#define SEATFIELD_PLATFORM_SYSTEM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace seatfield::platform {

// How OpenAt opens. Always O_NOFOLLOW and O_CLOEXEC, and at once: a FIFO does
// not wait for its other end.
enum class OpenMode : std::uint8_t {
  kRead,
  kReadWrite,
  kCreate,  // O_RDWR | O_CREAT | O_EXCL, mode 0600 whatever the umask
};

enum class FileKind : std::uint8_t { kRegular, kDirectory, kOther };

struct FileStatus {
  FileKind kind = FileKind::kOther;
  std::uint64_t size = 0;      // bytes
  std::uint32_t mode = 0;      // permission bits
  std::uint32_t owner = 0;     // user id
  std::uint64_t identity = 0;  // of the file on its device: the inode
};

class System {
 public:
  virtual ~System() = default;

  // --- Directories ----------------------------------------------------------

  // A path does not end in a slash, unless it is all of it: the slash would
  // follow a symbolic link.

  // Makes one directory, mode 0700 whatever the umask; its parent must exist.
  virtual int MakeDirectory(const std::string& path) = 0;
  // O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC: a symbolic link is -ELOOP or
  // -ENOTDIR.
  virtual int OpenDirectory(const std::string& path) = 0;
  // The names in it but for "." and "..", in no order.
  virtual int List(int directory, std::vector<std::string>& names) = 0;
  // 1 if it lies on a network file system (NFS, SMB, 9P, Ceph, FUSE ...), else
  // 0.
  virtual int IsNetworkFileSystem(int directory) = 0;

  virtual int OpenAt(int directory, const std::string& name, OpenMode mode) = 0;
  // Replaces `to` if it exists.
  virtual int RenameAt(int directory, const std::string& from,
                       const std::string& to) = 0;
  virtual int UnlinkAt(int directory, const std::string& name) = 0;

  // --- Files ----------------------------------------------------------------

  virtual int Close(int file) = 0;
  virtual int Status(int file, FileStatus& status) = 0;
  virtual std::int64_t Read(int file, std::uint64_t offset,
                            std::span<std::byte> to) = 0;
  virtual std::int64_t Write(int file, std::uint64_t offset,
                             std::span<const std::byte> from) = 0;
  // fdatasync, and fsync: of a file or of a directory.
  virtual int SyncData(int file) = 0;
  virtual int Sync(int file) = 0;
  // Reserves blocks for [0, bytes), zero where the file was shorter: later
  // stores there cannot fail for want of room.
  virtual int Allocate(int file, std::uint64_t bytes) = 0;
  virtual int Truncate(int file, std::uint64_t bytes) = 0;

  // Maps [offset, offset + bytes) shared; null with the error in `error`.
  virtual std::byte* Map(int file, std::uint64_t offset, std::uint64_t bytes,
                         bool writable, int& error) = 0;
  virtual int Unmap(std::byte* address, std::uint64_t bytes) = 0;
  // Has mapped pages ready to be written to. What is in them stays.
  virtual int Touch(std::byte* address, std::uint64_t bytes) = 0;

  // Takes the exclusive lock that belongs to this open file (OFD), or -EAGAIN.
  virtual int TryLock(int file) = 0;
  // 1 if another open file holds that lock, else 0.
  virtual int IsLocked(int file) = 0;
  // 1 if another open file or a mapping is of the same file, in any process,
  // else 0. The file must be open to write.
  virtual int IsOpenElsewhere(int file) = 0;

  // --- Process and machine --------------------------------------------------

  virtual std::uint32_t UserId() = 0;
  virtual std::int64_t ProcessId() = 0;
  // Another one after each start of the machine; empty if there is none.
  virtual std::string BootId() = 0;
  // Fills all of `to` with bytes that nobody can foresee.
  virtual int Random(std::span<std::byte> to) = 0;

  // Lets this thread have what processor and disk the others leave over, as far
  // as that can be asked for.
  virtual void YieldToOthers() = 0;

  // Microseconds of a clock that never goes back, and of the wall clock since
  // the Unix epoch.
  virtual std::int64_t MonotonicMicros() = 0;
  // MonotonicMicros() as it was at some time in the last kCoarseMicros, for a
  // fifth of its cost.
  static constexpr std::int64_t kCoarseMicros = 20'000;
  virtual std::int64_t CoarseMicros() = 0;
  virtual std::int64_t WallMicros() = 0;
};

// The operating system itself. Lives for ever.
System& RealSystem();

}  // namespace seatfield::platform

#endif  // SEATFIELD_PLATFORM_SYSTEM_H_
