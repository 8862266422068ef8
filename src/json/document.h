// SPDX-License-Identifier: MIT
//
// Untrusted text to a JSON tree. Stricter than JSON: a key that an object has
// twice is refused, at any depth, because two readers of one text must not see
// two different requests.
//
// Errors: InvalidArgument (fix the text), naming the byte and the place in the
//   tree; ResourceExhausted when the text passes JsonLimits or memory ends.
// Limits: JsonLimits; kMembersMax members in one object.
// Complexity: O(n log n) in the size of the text, O(depth) stack.

#ifndef SEATFIELD_SRC_JSON_DOCUMENT_H_
#define SEATFIELD_SRC_JSON_DOCUMENT_H_

#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "seatfield/json.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {

inline constexpr std::size_t kMembersMax = 65'536;

absl::StatusOr<boost::json::value> ParseDocument(std::string_view text,
                                                 const JsonLimits& limits);

// The two ways to step down in a tree, as text: ".key" (the key quoted in
// brackets if it is no plain word) and "[index]".
void AppendKey(std::string& path, std::string_view key);
void AppendIndex(std::string& path, std::size_t index);

// How messages call the root, whose path is empty.
std::string PathOrRoot(const std::string& path);

}  // namespace json_internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_SRC_JSON_DOCUMENT_H_
