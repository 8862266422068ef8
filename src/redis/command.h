// SPDX-License-Identifier: MIT
//
// Commands as the bytes that a server reads, and where they must go.
//
//   Request request;
//   request.slot = SlotOf(key);
//   AppendCommand(request.bytes, "GET", key);

#ifndef SEATFIELD_REDIS_COMMAND_H_
#define SEATFIELD_REDIS_COMMAND_H_

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

// Commands that one node answers one after the other.
struct Request {
  std::string bytes;          // of whole commands
  std::uint32_t answers = 1;  // that they bring; all but the last are dropped
  // Of its keys, in a cluster; absent: any node does.
  std::optional<std::uint16_t> slot{};
  // It changes nothing: it may be sent again when a connection is lost, and go
  // to a replica where the options allow that.
  bool reads_only = false;
};

// The slot of a key in a cluster: CRC16 of what stands between the first '{'
// and the next '}', if anything does, else of all.
std::uint16_t SlotOf(std::string_view key);

inline constexpr std::uint16_t kSlotCount = 16384;

// --- Bytes ------------------------------------------------------------------

inline void AppendNumberLine(std::string& bytes, char mark, std::size_t value) {
  char text[24] = {mark};
  char* end = std::to_chars(text + 1, text + sizeof text, value).ptr;
  *end++ = '\r';
  *end++ = '\n';
  bytes.append(text, end);
}

// Begins a command of so many words, which must follow.
inline void AppendCommandHead(std::string& bytes, std::size_t words) {
  AppendNumberLine(bytes, '*', words);
}

// A word, of any pieces of text.
template <typename... Pieces>
void AppendWord(std::string& bytes, const Pieces&... pieces) {
  AppendNumberLine(bytes, '$', (std::string_view(pieces).size() + ...));
  ((bytes += std::string_view(pieces)), ...);
  bytes += "\r\n";
}

// A whole command of text words.
template <typename... Words>
void AppendCommand(std::string& bytes, const Words&... words) {
  AppendCommandHead(bytes, sizeof...(words));
  (AppendWord(bytes, words), ...);
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_COMMAND_H_
