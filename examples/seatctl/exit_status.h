// SPDX-License-Identifier: MIT
//
// What the program tells its caller by its exit status.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_EXIT_STATUS_H_
#define SEATFIELD_EXAMPLES_SEATCTL_EXIT_STATUS_H_

#include "absl/status/status.h"

namespace examples::seatctl {

inline constexpr int kDone = 0;
inline constexpr int kRefused = 1;
inline constexpr int kUsage = 2;        // the command line
inline constexpr int kEnvironment = 3;  // file, lock, disk, damage

// For what a call of an open store answered.
inline int ExitStatusOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return kUsage;
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kOutOfRange:
      return kRefused;
    default:
      return kEnvironment;
  }
}

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_EXIT_STATUS_H_
