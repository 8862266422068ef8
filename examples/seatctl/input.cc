// SPDX-License-Identifier: MIT

#include "seatctl/input.h"

#include <cerrno>
#include <iterator>
#include <system_error>

namespace examples::seatctl {

Input::Input(const std::string& path, std::istream& standard)
    : standard_(standard) {
  if (path == "-") return;
  errno = 0;
  file_.open(path, std::ios::binary);
  // A folder can be opened, and not read.
  if (file_.is_open()) file_.peek();
  if (!file_.is_open() || file_.bad()) {
    status_ = absl::UnavailableError("cannot read " + path + ": " +
                                     std::generic_category().message(errno));
  }
  file_.clear();
}

std::string Input::ReadAll() {
  return std::string(std::istreambuf_iterator<char>(stream()), {});
}

}  // namespace examples::seatctl
