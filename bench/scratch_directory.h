// SPDX-License-Identifier: MIT
//
// A directory of our own below another one, removed with the object.
//
// Errors: std::runtime_error where it cannot be made.

#ifndef SEATFIELD_BENCH_SCRATCH_DIRECTORY_H_
#define SEATFIELD_BENCH_SCRATCH_DIRECTORY_H_

#include <stdlib.h>

#if defined(__linux__)
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace seatfield::bench {

class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::filesystem::path& below)
      : path_((below / "seatfield-bench-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) {
      throw std::runtime_error("cannot make a directory in " + below.string());
    }
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::string& path() const { return path_; }

  // An empty directory in it, whatever was there.
  std::string Fresh(const std::string& name) const {
    std::string fresh = path_ + "/" + name;
    std::filesystem::remove_all(fresh);
    std::filesystem::create_directory(fresh);
    return fresh;
  }

  // Whether nothing in it ever reaches a disk.
  bool IsInMemory() const {
#if defined(__linux__)
    struct statfs status {};
    return statfs(path_.c_str(), &status) == 0 &&
           (status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC);
#else
    return false;
#endif
  }

 private:
  std::string path_;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_SCRATCH_DIRECTORY_H_
