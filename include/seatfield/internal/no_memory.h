// SPDX-License-Identifier: MIT
//
// Keeps std::bad_alloc from crossing the API: what has no memory answers
// ResourceExhausted, and a status whose text has none goes without.

#ifndef SEATFIELD_INTERNAL_NO_MEMORY_H_
#define SEATFIELD_INTERNAL_NO_MEMORY_H_

#include <new>
#include <string_view>

#include "absl/status/status.h"
#include "seatfield/internal/text.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// A status with the text of all pieces.
template <typename... Pieces>
absl::Status StatusOf(absl::StatusCode code, const Pieces&... pieces) {
  try {
    return {code, Cat(pieces...)};
  } catch (const std::bad_alloc&) {
    return {code, ""};
  }
}

// When working memory ran out.
inline absl::Status NoMemory() {
  return StatusOf(absl::StatusCode::kResourceExhausted,
                  "out of memory: nothing has changed");
}

// What `call` returns, a Status or StatusOr.
template <typename Call>
auto OrNoMemory(const Call& call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return NoMemory();
  }
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_NO_MEMORY_H_
