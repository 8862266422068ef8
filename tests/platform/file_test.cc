// SPDX-License-Identifier: MIT
//
// Files and directories on the real file system. What that cannot be made to
// do, simulated_system_test.cc does.

#include "platform/file.h"

#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
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
#include "support/catch.h"
#include "support/temporary_directory.h"

namespace seatfield::platform {
namespace {

using test::TemporaryDirectory;

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string ReadText(const File& file, std::uint64_t offset, std::size_t size) {
  std::string text(size, '?');
  const absl::Status read =
      file.Read(offset, std::as_writable_bytes(std::span(text)));
  return read.ok() ? text : read.ToString();
}

Directory OpenHere(const std::string& path) {
  absl::StatusOr<Directory> directory = Directory::Open(RealSystem(), path);
  INFO(directory.status().ToString());
  REQUIRE(directory.ok());
  return *std::move(directory);
}

File Create(const Directory& directory, const std::string& name) {
  absl::StatusOr<File> file = directory.Open(name, OpenMode::kCreate);
  INFO(file.status().ToString());
  REQUIRE(file.ok());
  return *std::move(file);
}

bool Says(const absl::Status& status, std::string_view words) {
  UNSCOPED_INFO(status.ToString());
  return std::string(status.message()).find(words) != std::string::npos;
}

bool HasCode(const absl::Status& status, absl::StatusCode code) {
  UNSCOPED_INFO(status.ToString());
  return status.code() == code;
}

std::uint32_t ModeOf(const std::string& path) {
  struct stat status = {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777u : 0;
}

// A umask for the scope.
class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  ~Umask() { ::umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

// A file system of its own kind at a path, for the scope; needs the superuser.
class Mount {
 public:
  Mount(std::string path, const char* type, const char* options)
      : path_(std::move(path)),
        mounted_(::mount("none", path_.c_str(), type, 0, options) == 0) {}
  ~Mount() {
    if (mounted_) ::umount(path_.c_str());
  }
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;

  bool mounted() const { return mounted_; }

 private:
  std::string path_;
  bool mounted_;
};

// The exit code of `work` in a process of its own.
template <typename Work>
int InChild(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  const bool ended = child > 0 && ::waitpid(child, &status, 0) == child;
  return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// --- Files ------------------------------------------------------------------

TEST_CASE("What is written is read back", "[file]") {
  const TemporaryDirectory scratch;
  const Directory directory = OpenHere(scratch.path());
  File file = Create(directory, "one");
  REQUIRE(file.is_open());
  REQUIRE(file.path() == scratch.path() + "/one");
  REQUIRE(file.Write(3, Bytes("abcdef")).ok());
  REQUIRE(file.SyncData().ok());
  REQUIRE(file.Sync().ok());
  REQUIRE(ReadText(file, 0, 9) == std::string("\0\0\0abcdef", 9));
  const absl::StatusOr<FileStatus> status = file.Status();
  REQUIRE(status.ok());
  REQUIRE(status->kind == FileKind::kRegular);
  REQUIRE(status->size == 9);
  REQUIRE(status->owner == ::geteuid());
  REQUIRE(status->identity != 0);

  absl::StatusOr<File> again = directory.Open("one", OpenMode::kRead);
  REQUIRE(again.ok());
  REQUIRE(ReadText(*again, 3, 6) == "abcdef");
  REQUIRE(again->Status()->identity == status->identity);
  REQUIRE_FALSE(again->Write(0, Bytes("x")).ok());
  file.Close();
  REQUIRE_FALSE(file.is_open());
}

TEST_CASE("A read past the end says where the file ends", "[file]") {
  const TemporaryDirectory scratch;
  const Directory directory = OpenHere(scratch.path());
  File file = Create(directory, "short");
  REQUIRE(file.Write(0, Bytes("abcdef")).ok());
  std::array<std::byte, 10> to{};
  const absl::Status read = file.Read(2, to);
  REQUIRE(HasCode(read, absl::StatusCode::kOutOfRange));
  REQUIRE(Says(read, scratch.path() + "/short: it ends at 6, 6 bytes"));
  REQUIRE(file.Read(100, std::span<std::byte>()).ok());
}

TEST_CASE("A new file is not made twice", "[file]") {
  const TemporaryDirectory scratch;
  const Directory directory = OpenHere(scratch.path());
  REQUIRE(HasCode(directory.Open("a", OpenMode::kRead).status(),
                  absl::StatusCode::kNotFound));
  REQUIRE(HasCode(directory.Open("a", OpenMode::kReadWrite).status(),
                  absl::StatusCode::kNotFound));
  (void)Create(directory, "a");
  const absl::Status twice = directory.Open("a", OpenMode::kCreate).status();
  REQUIRE(HasCode(twice, absl::StatusCode::kAlreadyExists));
  REQUIRE(Says(twice, "cannot create " + scratch.path() + "/a: File exists"));
  REQUIRE(directory.Open("a", OpenMode::kReadWrite).ok());
}

TEST_CASE("Modes are the same whatever the umask", "[file]") {
  for (const mode_t mask : {mode_t{0}, mode_t{077}, mode_t{0277}}) {
    const TemporaryDirectory scratch;
    const Umask umask(mask);
    const std::string path = scratch.path() + "/store";
    if (mask == 0277 && ::geteuid() != 0) continue;  // may not even be opened
    absl::StatusOr<Directory> directory =
        Directory::OpenOrMake(RealSystem(), path);
    REQUIRE(directory.ok());
    (void)Create(*directory, "a");
    REQUIRE(ModeOf(path) == 0700);
    REQUIRE(ModeOf(path + "/a") == 0600);
  }
}

TEST_CASE("A file grows and shrinks to what is asked", "[file]") {
  const TemporaryDirectory scratch;
  const Directory directory = OpenHere(scratch.path());
  File file = Create(directory, "a");
  REQUIRE(file.Write(0, Bytes("abcdef")).ok());
  REQUIRE(file.Allocate(0).ok());
  REQUIRE(file.Allocate(3).ok());
  REQUIRE(file.Status()->size == 6);
  REQUIRE(file.Allocate(100'000).ok());
  REQUIRE(file.Status()->size == 100'000);
  REQUIRE(ReadText(file, 0, 6) == "abcdef");
  REQUIRE(ReadText(file, 6, 99'994) == std::string(99'994, '\0'));
  struct stat status = {};
  REQUIRE(::stat(file.path().c_str(), &status) == 0);
  REQUIRE(status.st_blocks * 512 >= 100'000);
  REQUIRE(file.Truncate(2).ok());
  REQUIRE(file.Status()->size == 2);
  REQUIRE_FALSE(file.Allocate(UINT64_MAX).ok());
  REQUIRE_FALSE(file.Truncate(UINT64_MAX).ok());
}

TEST_CASE("A map is the file's own memory", "[file]") {
  const TemporaryDirectory scratch;
  const Directory directory = OpenHere(scratch.path());
  File file = Create(directory, "a");
  REQUIRE(file.Allocate(8192).ok());
  {
    absl::StatusOr<Mapping> map = file.Map(4096, 4096, true);
    REQUIRE(map.ok());
    REQUIRE(map->size() == 4096);
    map->data()[5] = std::byte{'z'};
    const Mapping moved = *std::move(map);
    REQUIRE(moved.data()[5] == std::byte{'z'});
    const absl::StatusOr<Mapping> reader = file.Map(0, 8192, false);
    REQUIRE(reader.ok());
    REQUIRE(reader->data()[4101] == std::byte{'z'});
  }
  REQUIRE(ReadText(file, 4101, 1) == "z");
  REQUIRE_FALSE(file.Map(0, 0, true).ok());
  absl::StatusOr<File> reader = directory.Open("a", OpenMode::kRead);
  REQUIRE(HasCode(reader->Map(0, 8192, true).status(),
                  absl::StatusCode::kPermissionDenied));
}

TEST_CASE("A moved file has one owner", "[file]") {
  const TemporaryDirectory scratch;
  const Directory directory = OpenHere(scratch.path());
  File first = Create(directory, "a");
  File second = Create(directory, "b");
  second = std::move(first);
  REQUIRE(second.path() == scratch.path() + "/a");
  REQUIRE(second.Write(0, Bytes("x")).ok());
  File& self = second;
  second = std::move(self);
  REQUIRE(second.is_open());
}

// --- What is refused --------------------------------------------------------

TEST_CASE("A symbolic link is not followed", "[file]") {
  const TemporaryDirectory scratch;
  const std::string& path = scratch.path();
  Directory directory = OpenHere(path);
  (void)Create(directory, "file");
  REQUIRE(::symlink("file", (path + "/link").c_str()) == 0);
  REQUIRE(::symlink("/nowhere", (path + "/broken").c_str()) == 0);
  for (const char* const name : {"link", "broken"}) {
    for (const OpenMode mode : {OpenMode::kRead, OpenMode::kReadWrite}) {
      const absl::Status open = directory.Open(name, mode).status();
      REQUIRE(HasCode(open, absl::StatusCode::kFailedPrecondition));
      REQUIRE(Says(open, "symbolic link"));
    }
    REQUIRE(HasCode(directory.Open(name, OpenMode::kCreate).status(),
                    absl::StatusCode::kAlreadyExists));
  }

  REQUIRE(::mkdir((path + "/real").c_str(), 0700) == 0);
  REQUIRE(::symlink("real", (path + "/alias").c_str()) == 0);
  for (const char* const name : {"/alias", "/alias/", "/alias//"}) {
    REQUIRE(HasCode(Directory::Open(RealSystem(), path + name).status(),
                    absl::StatusCode::kFailedPrecondition));
    const absl::Status make =
        Directory::OpenOrMake(RealSystem(), path + name).status();
    REQUIRE(HasCode(make, absl::StatusCode::kFailedPrecondition));
    REQUIRE(Says(make, "symbolic link"));
  }
  REQUIRE(Directory::Open(RealSystem(), path + "/real//").ok());
}

TEST_CASE("Only regular files are opened, and at once", "[file]") {
  const TemporaryDirectory scratch;
  const std::string& path = scratch.path();
  const Directory directory = OpenHere(path);
  REQUIRE(::mkfifo((path + "/fifo").c_str(), 0600) == 0);
  REQUIRE(::mkdir((path + "/directory").c_str(), 0700) == 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string name = path + "/socket";
  REQUIRE(name.size() < sizeof address.sun_path);
  std::copy(name.begin(), name.end(), address.sun_path);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address),
                 sizeof address) == 0);
  for (const char* const kind : {"fifo", "directory", "socket"}) {
    for (const OpenMode mode : {OpenMode::kRead, OpenMode::kReadWrite}) {
      const absl::Status open = directory.Open(kind, mode).status();
      REQUIRE(HasCode(open, absl::StatusCode::kFailedPrecondition));
      REQUIRE(Says(open, path + "/" + kind));
    }
  }
  ::close(socket);
}

TEST_CASE("A directory is opened only where there is one", "[file]") {
  const TemporaryDirectory scratch;
  const std::string& path = scratch.path();
  (void)Create(OpenHere(path), "file");
  const auto code = [](const std::string& at) {
    return Directory::OpenOrMake(RealSystem(), at).status().code();
  };
  REQUIRE(code(path + "/file") == absl::StatusCode::kFailedPrecondition);
  REQUIRE(code(path + "/none/store") == absl::StatusCode::kNotFound);
  REQUIRE(code("") == absl::StatusCode::kNotFound);
  REQUIRE(code(path + std::string("/a\0b", 4)) ==
          absl::StatusCode::kInvalidArgument);
  REQUIRE(code(path + "/" + std::string(300, 'x')) ==
          absl::StatusCode::kInvalidArgument);
  REQUIRE(Directory::Open(RealSystem(), path + "/none").status().code() ==
          absl::StatusCode::kNotFound);
}

TEST_CASE("What others may write to is refused", "[file]") {
  const TemporaryDirectory scratch;
  const std::string& path = scratch.path();
  const Directory directory = OpenHere(path);
  (void)Create(directory, "file");
  for (const mode_t mode : {mode_t{0620}, mode_t{0602}}) {
    REQUIRE(::chmod((path + "/file").c_str(), mode) == 0);
    const absl::Status open = directory.Open("file", OpenMode::kRead).status();
    REQUIRE(HasCode(open, absl::StatusCode::kFailedPrecondition));
    REQUIRE(Says(open, "others may write"));
  }
  REQUIRE(::chmod(path.c_str(), 0770) == 0);
  REQUIRE(HasCode(Directory::Open(RealSystem(), path).status(),
                  absl::StatusCode::kFailedPrecondition));
  REQUIRE(::chmod(path.c_str(), 0755) == 0);
  REQUIRE(Directory::Open(RealSystem(), path).ok());
}

TEST_CASE("What belongs to another user is refused", "[file]") {
  if (::geteuid() != 0) {
    WARN("skipped: only the superuser may give a file away");
    return;
  }
  constexpr uid_t kOther = 12'345;
  const TemporaryDirectory scratch;
  const std::string& path = scratch.path();
  const Directory directory = OpenHere(path);
  (void)Create(directory, "file");
  REQUIRE(::chown((path + "/file").c_str(), kOther, gid_t(-1)) == 0);
  const absl::Status open =
      directory.Open("file", OpenMode::kReadWrite).status();
  REQUIRE(HasCode(open, absl::StatusCode::kFailedPrecondition));
  REQUIRE(Says(open, "belongs to user 12345"));
  REQUIRE(directory.Open("file", OpenMode::kRead).ok());
  REQUIRE(::chmod(path.c_str(), 0755) == 0);
  REQUIRE(InChild([&] {
            if (::seteuid(kOther) != 0) return 2;
            return Directory::Open(RealSystem(), path).status().code() ==
                           absl::StatusCode::kFailedPrecondition
                       ? 0
                       : 1;
          }) == 0);
}

// --- Directories ------------------------------------------------------------

TEST_CASE("A directory is made once, and listed in order", "[file]") {
  const TemporaryDirectory scratch;
  const std::string path = scratch.path() + "/store";
  for (int i = 0; i < 2; ++i) {
    absl::StatusOr<Directory> made =
        Directory::OpenOrMake(RealSystem(), path + "/");
    REQUIRE(made.ok());
    REQUIRE(made->path() == path);
  }
  Directory directory = OpenHere(path);
  for (const char* const name : {"b", "c", "a"}) (void)Create(directory, name);
  REQUIRE(*directory.List() == std::vector<std::string>{"a", "b", "c"});
  REQUIRE(directory.Rename("c", "d").ok());
  REQUIRE(directory.Rename("a", "b").ok());
  REQUIRE(*directory.List() == std::vector<std::string>{"b", "d"});
  REQUIRE(directory.Unlink("b").ok());
  REQUIRE(directory.Unlink("b").ok());
  REQUIRE(directory.Sync().ok());
  REQUIRE(*directory.List() == std::vector<std::string>{"d"});
  REQUIRE(*directory.List() == std::vector<std::string>{"d"});
  const absl::Status gone = directory.Rename("none", "e");
  REQUIRE(HasCode(gone, absl::StatusCode::kNotFound));
  REQUIRE(Says(gone, "cannot rename " + path + "/none to e: "));
}

TEST_CASE("A relative path is one of the working directory", "[file]") {
  const TemporaryDirectory scratch;
  REQUIRE(InChild([&] {
            if (::chdir(scratch.path().c_str()) != 0) return 2;
            return Directory::OpenOrMake(RealSystem(), "here").ok() ? 0 : 1;
          }) == 0);
  REQUIRE(ModeOf(scratch.path() + "/here") == 0700);
}

TEST_CASE("A temporary file system is local", "[file]") {
  const TemporaryDirectory scratch;
  const Mount mount(scratch.path(), "tmpfs", "size=64k,mode=0700");
  if (!mount.mounted()) {
    WARN("skipped: this user may not mount a file system");
    return;
  }
  const absl::StatusOr<bool> network = OpenHere(scratch.path()).IsOnNetwork();
  REQUIRE(network.ok());
  REQUIRE_FALSE(*network);
}

// --- Locks ------------------------------------------------------------------

TEST_CASE("A lock belongs to one open file", "[file]") {
  const TemporaryDirectory scratch;
  const Directory directory = OpenHere(scratch.path());
  File file = Create(directory, "LOCK");
  REQUIRE(*file.TryLock());
  REQUIRE(*file.TryLock());  // it has it already
  absl::StatusOr<File> other = directory.Open("LOCK", OpenMode::kReadWrite);
  REQUIRE_FALSE(*other->TryLock());
  // Closing another open file of this process does not let go of it.
  other->Close();
  other = directory.Open("LOCK", OpenMode::kReadWrite);
  REQUIRE_FALSE(*other->TryLock());
  file.Close();
  REQUIRE(*other->TryLock());
}

TEST_CASE("A lock keeps another process out until its holder ends", "[file]") {
  const TemporaryDirectory scratch;
  const Directory directory = OpenHere(scratch.path());
  File file = Create(directory, "LOCK");
  const auto take = [&] {
    absl::StatusOr<File> own = directory.Open("LOCK", OpenMode::kReadWrite);
    if (!own.ok()) return 2;
    const absl::StatusOr<bool> taken = own->TryLock();
    return !taken.ok() ? 3 : *taken ? 1 : 0;
  };
  REQUIRE(*file.TryLock());
  REQUIRE(InChild(take) == 0);
  file.Close();
  REQUIRE(InChild(take) == 1);
  REQUIRE(InChild(take) == 1);  // the first one's ended with it
}

// --- Full devices -----------------------------------------------------------

TEST_CASE("A full device is an error that names the file", "[file]") {
  const TemporaryDirectory scratch;
  const Mount mount(scratch.path(), "tmpfs", "size=64k,mode=0700");
  if (!mount.mounted()) {
    WARN("skipped: this user may not mount a file system");
    return;
  }
  const Directory directory = OpenHere(scratch.path());
  File file = Create(directory, "jrnl-01");
  const std::string much(100'000, 'x');
  const absl::Status write = file.Write(0, Bytes(much));
  REQUIRE(HasCode(write, absl::StatusCode::kResourceExhausted));
  REQUIRE(Says(write, "cannot write " + scratch.path() +
                          "/jrnl-01: No space left on device"));
  const absl::Status allocate = file.Allocate(100'000);
  REQUIRE(HasCode(allocate, absl::StatusCode::kResourceExhausted));
  REQUIRE(Says(allocate, "No space left on device"));
}

TEST_CASE("A device that is always full says so", "[file]") {
  System& system = RealSystem();
  const int device = system.OpenDirectory("/dev");
  REQUIRE(device >= 0);
  const int file = system.OpenAt(device, "full", OpenMode::kReadWrite);
  REQUIRE(system.Close(device) == 0);
  if (file < 0) {
    WARN("skipped: there is no /dev/full");
    return;
  }
  REQUIRE(system.Write(file, 0, Bytes("x")) == -ENOSPC);
  REQUIRE(system.Close(file) == 0);
  REQUIRE(system.Close(file) == -EBADF);
}

TEST_CASE("Room is reserved where the file system cannot reserve it",
          "[file]") {
  const TemporaryDirectory scratch;
  const Mount mount(scratch.path(), "ramfs", "mode=0700");
  if (!mount.mounted()) {
    WARN("skipped: this user may not mount a file system");
    return;
  }
  const Directory directory = OpenHere(scratch.path());
  File file = Create(directory, "a");
  REQUIRE(file.Write(70'000, Bytes("abc")).ok());
  REQUIRE(file.Allocate(200'001).ok());
  REQUIRE(file.Status()->size == 200'001);
  REQUIRE(ReadText(file, 0, 70'000) == std::string(70'000, '\0'));
  REQUIRE(ReadText(file, 70'000, 3) == "abc");
  REQUIRE(ReadText(file, 70'003, 129'998) == std::string(129'998, '\0'));
  REQUIRE(file.Allocate(10).ok());
  REQUIRE(file.Status()->size == 200'001);
}

// --- Process and machine ----------------------------------------------------

TEST_CASE("The system tells of itself", "[file]") {
  System& system = RealSystem();
  REQUIRE(system.UserId() == ::geteuid());
  REQUIRE(system.ProcessId() == ::getpid());
  REQUIRE(system.BootId() == system.BootId());
#ifdef __linux__
  REQUIRE(system.BootId().size() == 36);
#endif
  const std::int64_t before = system.MonotonicMicros();
  REQUIRE(system.MonotonicMicros() >= before);
  constexpr std::int64_t kYear2020 = 1'577'836'800'000'000;
  REQUIRE(system.WallMicros() > kYear2020);
  std::array<std::byte, 1000> first{};
  std::array<std::byte, 1000> second{};
  REQUIRE(system.Random(first) == 0);
  REQUIRE(system.Random(second) == 0);
  REQUIRE(first != second);
  REQUIRE(std::count(first.begin() + 900, first.end(), std::byte{0}) < 50);
}

TEST_CASE("Each error has its code and its words", "[file]") {
  const auto code = [](int error) {
    return SystemError(-error, "write", "/a").code();
  };
  REQUIRE(code(EIO) == absl::StatusCode::kDataLoss);
  REQUIRE(code(EROFS) == absl::StatusCode::kPermissionDenied);
  REQUIRE(code(EDQUOT) == absl::StatusCode::kResourceExhausted);
  REQUIRE(code(EMFILE) == absl::StatusCode::kResourceExhausted);
  REQUIRE(code(ESTALE) == absl::StatusCode::kUnavailable);
  REQUIRE(SystemError(-EIO, "sync", "/a/b").message() ==
          "cannot sync /a/b: Input/output error");
}

}  // namespace
}  // namespace seatfield::platform
