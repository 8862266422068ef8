// SPDX-License-Identifier: MIT
//
// Whether the options of a mapped store can be had.

#ifndef SEATFIELD_MAPPED_OPTIONS_CHECK_H_
#define SEATFIELD_MAPPED_OPTIONS_CHECK_H_

#include "absl/status/status.h"
#include "seatfield/mapped_storage.h"

namespace seatfield::mapped {

// Errors: InvalidArgument, naming the option and its bounds.
absl::Status CheckOptions(const MappedOptions& options);

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_OPTIONS_CHECK_H_
