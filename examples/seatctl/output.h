// SPDX-License-Identifier: MIT
//
// Where a verb writes a file: under another name until it is whole, so that a
// failure leaves what was there. `-` and no name are standard output; what is
// no regular file, such as a pipe, is written as it is.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_OUTPUT_H_
#define SEATFIELD_EXAMPLES_SEATCTL_OUTPUT_H_

#include <fstream>
#include <ostream>
#include <string>

#include "absl/status/status.h"

namespace examples::seatctl {

class Output {
 public:
  Output(const std::string& path, std::ostream& standard);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::ostream& stream() { return file_.is_open() ? file_ : standard_; }

  // Errors: Unavailable, naming the file and what the system said; also if it
  // could not be opened.
  absl::Status Finish();

 private:
  absl::Status Failed() const;

  std::ostream& standard_;
  std::string path_;     // empty: standard output
  std::string written_;  // until it is whole
  std::ofstream file_;
  int error_ = 0;
};

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_OUTPUT_H_
