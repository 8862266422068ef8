// SPDX-License-Identifier: MIT

#ifndef SEATFIELD_EXAMPLES_COMMON_FILES_H_
#define SEATFIELD_EXAMPLES_COMMON_FILES_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace examples {

// Errors: NotFound or Unavailable, naming the file and what the system said.
absl::StatusOr<std::string> ReadFile(const std::string& path);
absl::Status WriteFile(const std::string& path, std::string_view text);

// Whether it can be written, found out before the work is done. Creates the
// file if it is not there.
absl::Status CheckWritable(const std::string& path);

}  // namespace examples

#endif  // SEATFIELD_EXAMPLES_COMMON_FILES_H_
