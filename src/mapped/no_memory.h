// SPDX-License-Identifier: MIT
//
// Keeps std::bad_alloc from crossing the API: what has no memory answers
// ResourceExhausted, and a status whose text has none goes without.

#ifndef SEATFIELD_MAPPED_NO_MEMORY_H_
#define SEATFIELD_MAPPED_NO_MEMORY_H_

#include <new>
#include <string_view>

#include "absl/status/status.h"
#include "seatfield/internal/text.h"

namespace seatfield::mapped {

// A status with the text of all pieces.
template <typename... Pieces>
absl::Status StatusOf(absl::StatusCode code, const Pieces&... pieces) {
  try {
    return {code, internal::Cat(pieces...)};
  } catch (const std::bad_alloc&) {
    return {code, ""};
  }
}

// What `call` returns, a Status or StatusOr.
template <typename Call>
auto OrNoMemory(const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return StatusOf(absl::StatusCode::kResourceExhausted, "out of memory");
  }
}

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_NO_MEMORY_H_
