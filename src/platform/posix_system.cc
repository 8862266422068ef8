// SPDX-License-Identifier: MIT
//
// System on POSIX. What only Linux has: locks of the open file (elsewhere
// flock), fallocate (elsewhere zeros are written), a boot id (elsewhere none),
// and file systems told apart by number (elsewhere by the local flag).

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/resource.h>
#include <sys/vfs.h>
#else
#include <sys/mount.h>
#include <sys/param.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/system.h"

namespace seatfield::platform {
namespace {

static_assert(sizeof(off_t) == 8, "compile with -D_FILE_OFFSET_BITS=64");

constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kPermissionBits = 07777;

template <typename Result>
Result OrError(Result result) {
  return result < 0 ? static_cast<Result>(-errno) : result;
}

// Closes `file` and passes on what was the matter with it.
int CloseWith(int file, int error) {
  (void)::close(file);
  return error;
}

// O_NONBLOCK: opening a FIFO returns at once. Regular files ignore it.
constexpr int kOpenFlags = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

int CreateAt(int directory, const char* name) {
  const int file = OrError(::openat(
      directory, name, kOpenFlags | O_RDWR | O_CREAT | O_EXCL, kFileMode));
  if (file < 0) return file;
  const int error = OrError(::fchmod(file, kFileMode));
  if (error == 0) return file;
  (void)::unlinkat(directory, name, 0);
  return CloseWith(file, error);
}

// Where the file system cannot reserve blocks: writes all of [0, bytes) over
// itself, zeros where there was nothing. Reports the first error.
int WriteOverItself(int file, std::uint64_t bytes) {
  std::vector<std::byte> block(std::size_t{1} << 16);
  for (std::uint64_t at = 0; at < bytes;) {
    const auto size = static_cast<std::size_t>(
        std::min<std::uint64_t>(block.size(), bytes - at));
    std::fill(block.begin(), block.end(), std::byte{0});
    const ssize_t held =
        ::pread(file, block.data(), size, static_cast<off_t>(at));
    if (held < 0) return -errno;
    const ssize_t written =
        ::pwrite(file, block.data(), size, static_cast<off_t>(at));
    if (written < 0) return -errno;
    if (written == 0) return -EIO;
    at += static_cast<std::uint64_t>(written);
  }
  return 0;
}

// Adds the names that are left in `stream`.
int ReadNames(DIR* stream, std::vector<std::string>& names) {
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(stream);  // the stream is ours alone
    if (entry == nullptr) return -errno;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
}

#ifdef __linux__
// Source: linux/magic.h, and the file systems coreutils' stat calls remote.
constexpr std::array<std::uint32_t, 22> kNetworkFileSystems = {
    0x00006969,  // NFS
    0x0000517b,  // SMB
    0xff534d42,  // CIFS
    0xfe534d42,  // SMB 2
    0x0000564c,  // NCP
    0x01021997,  // 9P
    0x00c36400,  // Ceph
    0x65735546,  // FUSE: what is behind it is not known
    0x5346414f,  // AFS
    0x6b414653,  // kAFS
    0x73757245,  // Coda
    0x0bd00bd0,  // Lustre
    0x47504653,  // GPFS
    0x19830326,  // BeeGFS
    0x20030528,  // OrangeFS
    0xaad7aaea,  // PanFS
    0x7461636f,  // OCFS2
    0x01161970,  // GFS2
    0x61636673,  // ACFS
    0xbeefdead,  // StorNext
    0xbacbacbc,  // VMware shared folders
    0x786f4256,  // VirtualBox shared folders
};
#endif

class PosixSystem final : public System {
 public:
  int MakeDirectory(const std::string& path) override {
    if (::mkdir(path.c_str(), kDirectoryMode) != 0) return -errno;
    const int directory = OpenDirectory(path);
    int error = directory;
    if (directory >= 0) {
      error =
          CloseWith(directory, OrError(::fchmod(directory, kDirectoryMode)));
    }
    if (error < 0) (void)::rmdir(path.c_str());
    return error;
  }

  int OpenDirectory(const std::string& path) override {
    return OrError(::open(path.c_str(), kOpenFlags | O_RDONLY | O_DIRECTORY));
  }

  int List(int directory, std::vector<std::string>& names) override {
    const int copy =
        OrError(::openat(directory, ".", kOpenFlags | O_RDONLY | O_DIRECTORY));
    if (copy < 0) return copy;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy),
                                                     &::closedir);
    if (stream == nullptr) return CloseWith(copy, -errno);
    return ReadNames(stream.get(), names);
  }

  int IsNetworkFileSystem(int directory) override {
    struct statfs status = {};
    if (::fstatfs(directory, &status) != 0) return -errno;
#ifdef __linux__
    const auto type = static_cast<std::uint32_t>(status.f_type);
    return std::find(kNetworkFileSystems.begin(), kNetworkFileSystems.end(),
                     type) != kNetworkFileSystems.end();
#else
    return (status.f_flags & MNT_LOCAL) == 0;
#endif
  }

  int OpenAt(int directory, const std::string& name, OpenMode mode) override {
    if (mode == OpenMode::kCreate) return CreateAt(directory, name.c_str());
    const int access = mode == OpenMode::kRead ? O_RDONLY : O_RDWR;
    return OrError(::openat(directory, name.c_str(), kOpenFlags | access));
  }

  int RenameAt(int directory, const std::string& from,
               const std::string& to) override {
    return OrError(::renameat(directory, from.c_str(), directory, to.c_str()));
  }

  int UnlinkAt(int directory, const std::string& name) override {
    return OrError(::unlinkat(directory, name.c_str(), 0));
  }

  int Close(int file) override { return OrError(::close(file)); }

  int Status(int file, FileStatus& status) override {
    struct stat found = {};
    if (::fstat(file, &found) != 0) return -errno;
    status.kind = S_ISREG(found.st_mode)   ? FileKind::kRegular
                  : S_ISDIR(found.st_mode) ? FileKind::kDirectory
                                           : FileKind::kOther;
    status.size = static_cast<std::uint64_t>(found.st_size);
    status.mode = found.st_mode & kPermissionBits;
    status.owner = found.st_uid;
    status.identity = found.st_ino;
    return 0;
  }

  std::int64_t Read(int file, std::uint64_t offset,
                    std::span<std::byte> to) override {
    return OrError<std::int64_t>(
        ::pread(file, to.data(), to.size(), static_cast<off_t>(offset)));
  }

  std::int64_t Write(int file, std::uint64_t offset,
                     std::span<const std::byte> from) override {
    return OrError<std::int64_t>(
        ::pwrite(file, from.data(), from.size(), static_cast<off_t>(offset)));
  }

#ifdef __APPLE__
  int SyncData(int file) override { return Sync(file); }
  int Sync(int file) override { return OrError(::fcntl(file, F_FULLFSYNC)); }
#else
  int SyncData(int file) override { return OrError(::fdatasync(file)); }
  int Sync(int file) override { return OrError(::fsync(file)); }
#endif

  int Allocate(int file, std::uint64_t bytes) override {
    if (bytes == 0) return 0;
#ifdef __linux__
    if (::fallocate(file, 0, 0, static_cast<off_t>(bytes)) == 0) return 0;
    if (errno != EOPNOTSUPP) return -errno;
#endif
    return WriteOverItself(file, bytes);
  }

  int Truncate(int file, std::uint64_t bytes) override {
    return OrError(::ftruncate(file, static_cast<off_t>(bytes)));
  }

  std::byte* Map(int file, std::uint64_t offset, std::uint64_t bytes,
                 bool writable, int& error) override {
    const int access = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    void* const address =
        ::mmap(nullptr, static_cast<std::size_t>(bytes), access, MAP_SHARED,
               file, static_cast<off_t>(offset));
    const bool failed = address == MAP_FAILED;
    error = failed ? -errno : 0;
    return failed ? nullptr : static_cast<std::byte*>(address);
  }

  int Unmap(std::byte* address, std::uint64_t bytes) override {
    return OrError(::munmap(address, static_cast<std::size_t>(bytes)));
  }

  int Touch([[maybe_unused]] std::byte* address,
            [[maybe_unused]] std::uint64_t bytes) override {
#ifdef MADV_POPULATE_WRITE
    return OrError(::madvise(address, static_cast<std::size_t>(bytes),
                             MADV_POPULATE_WRITE));
#else
    return -ENOSYS;
#endif
  }

  int TryLock(int file) override {
#ifdef F_OFD_SETLK
    struct flock all = {};
    all.l_type = F_WRLCK;
    all.l_whence = SEEK_SET;
    const int error = OrError(::fcntl(file, F_OFD_SETLK, &all));
#else
    const int error = OrError(::flock(file, LOCK_EX | LOCK_NB));
#endif
    return error == -EACCES || error == -EWOULDBLOCK ? -EAGAIN : error;
  }

  int IsLocked(int file) override {
#ifdef F_OFD_GETLK
    struct flock all = {};
    all.l_type = F_WRLCK;
    all.l_whence = SEEK_SET;
    const int error = OrError(::fcntl(file, F_OFD_GETLK, &all));
    return error < 0 ? error : all.l_type != F_UNLCK ? 1 : 0;
#else
    const int error = OrError(::flock(file, LOCK_SH | LOCK_NB));
    if (error == 0) ::flock(file, LOCK_UN);
    return error == -EWOULDBLOCK ? 1 : error;
#endif
  }

  int IsOpenElsewhere([[maybe_unused]] int file) override {
#ifdef F_SETLEASE
    // A lease to write is given to no one while others have the file.
    if (::fcntl(file, F_SETLEASE, F_WRLCK) != 0) {
      return errno == EAGAIN ? 1 : -errno;
    }
    return OrError(::fcntl(file, F_SETLEASE, F_UNLCK));
#else
    return -ENOSYS;
#endif
  }

  std::uint32_t UserId() override { return ::geteuid(); }
  std::int64_t ProcessId() override { return ::getpid(); }

  std::string BootId() override {
    const int file =
        ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (file < 0) return {};
    std::array<char, 64> text{};
    const ssize_t size = ::read(file, text.data(), text.size());
    (void)::close(file);
    const std::string_view id(text.data(),
                              size < 0 ? 0 : static_cast<std::size_t>(size));
    return std::string(id.substr(0, id.find('\n')));
  }

  int Random(std::span<std::byte> to) override {
    constexpr std::size_t kBytesMax = 256;  // of one getentropy()
    while (!to.empty()) {
      const std::span<std::byte> part =
          to.first(std::min(to.size(), kBytesMax));
      if (::getentropy(part.data(), part.size()) != 0) return -errno;
      to = to.subspan(part.size());
    }
    return 0;
  }

  void YieldToOthers() override {
#ifdef __linux__
    // Of this thread alone; the disk's scheduler follows.
    constexpr int kLowest = 19;
    (void)::setpriority(PRIO_PROCESS, 0, kLowest);
#endif
  }
  std::int64_t MonotonicMicros() override {
    return Micros(std::chrono::steady_clock::now());
  }
  std::int64_t CoarseMicros() override {
#ifdef CLOCK_MONOTONIC_COARSE
    struct timespec time = {};
    if (::clock_gettime(CLOCK_MONOTONIC_COARSE, &time) == 0) {
      return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1000;
    }
#endif
    return MonotonicMicros();
  }
  std::int64_t WallMicros() override {
    return Micros(std::chrono::system_clock::now());
  }

 private:
  template <typename TimePoint>
  static std::int64_t Micros(TimePoint time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               time.time_since_epoch())
        .count();
  }
};

}  // namespace

System& RealSystem() {
  // Never destroyed: threads may outlive main().
  alignas(PosixSystem) static std::byte memory[sizeof(PosixSystem)];
  static PosixSystem* const system = ::new (memory) PosixSystem;
  return *system;
}

}  // namespace seatfield::platform
