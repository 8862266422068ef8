// SPDX-License-Identifier: MIT
//
// What a verb reads: a file, or standard input, which is called `-`.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_INPUT_H_
#define SEATFIELD_EXAMPLES_SEATCTL_INPUT_H_

#include <fstream>
#include <istream>
#include <string>

#include "absl/status/status.h"

namespace examples::seatctl {

class Input {
 public:
  Input(const std::string& path, std::istream& standard);

  // Errors: Unavailable, naming the file and what the system said.
  const absl::Status& status() const { return status_; }
  std::istream& stream() { return file_.is_open() ? file_ : standard_; }

  std::string ReadAll();

 private:
  std::istream& standard_;
  std::ifstream file_;
  absl::Status status_;
};

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_INPUT_H_
