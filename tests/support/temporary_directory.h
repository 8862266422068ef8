// SPDX-License-Identifier: MIT
//
// An empty directory on the real file system, removed with all that is in it at
// the end of the scope.
//
//   const TemporaryDirectory scratch;
//   Open(scratch.path() + "/store");

#ifndef SEATFIELD_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_
#define SEATFIELD_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace seatfield::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory()
      : path_(std::filesystem::temp_directory_path() / "seatfield-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  // Empty if none could be made.
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_TEMPORARY_DIRECTORY_H_
