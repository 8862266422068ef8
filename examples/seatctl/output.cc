// SPDX-License-Identifier: MIT

#include "seatctl/output.h"

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace examples::seatctl {

namespace fs = std::filesystem;

Output::Output(const std::string& path, std::ostream& standard)
    : standard_(standard), path_(path == "-" ? "" : path) {
  if (path_.empty()) return;
  std::error_code ignored;
  const bool is_special =
      fs::exists(path_, ignored) && !fs::is_regular_file(path_, ignored);
  written_ = is_special ? path_ : path_ + ".partial";
  errno = 0;
  file_.open(written_, std::ios::binary | std::ios::trunc);
  if (!file_.is_open()) error_ = errno;
}

Output::~Output() {
  if (!file_.is_open() || written_ == path_) return;
  file_.close();
  std::error_code ignored;
  fs::remove(written_, ignored);
}

absl::Status Output::Finish() {
  if (path_.empty()) return absl::OkStatus();
  if (error_ != 0) return Failed();
  errno = 0;
  file_.flush();
  if (!file_.good()) {
    error_ = errno;
    return Failed();
  }
  file_.close();
  if (written_ == path_) return absl::OkStatus();
  std::error_code error;
  fs::rename(written_, path_, error);
  error_ = error.value();
  return error ? Failed() : absl::OkStatus();
}

absl::Status Output::Failed() const {
  return absl::UnavailableError("cannot write " + path_ + ": " +
                                std::generic_category().message(error_));
}

}  // namespace examples::seatctl
