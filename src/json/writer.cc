// SPDX-License-Identifier: MIT

#include "writer.h"

#include <cstddef>
#include <cstdint>

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {
namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

// Takes one character off `text`; kReplacement for a byte that starts none.
std::uint32_t TakeCharacter(std::string_view& text) {
  const auto byte = [text](std::size_t at) -> std::uint32_t {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
  };
  const std::uint32_t lead = byte(0);
  const std::size_t size = lead < 0x80            ? 1
                           : lead >> 5 == 0b110   ? 2
                           : lead >> 4 == 0b1110  ? 3
                           : lead >> 3 == 0b11110 ? 4
                                                  : 0;
  std::uint32_t character = size > 1 ? lead & (0x7fu >> size) : lead;
  bool good = size > 0;
  for (std::size_t i = 1; i < size; ++i) {
    good = good && byte(i) >> 6 == 0b10;
    character = character << 6 | (byte(i) & 0x3f);
  }
  constexpr std::uint32_t kFirstOfSize[] = {0, 0, 0x80, 0x800, 0x10000};
  good = good && character >= kFirstOfSize[size] && character <= 0x10ffff &&
         (character < 0xd800 || character > 0xdfff);
  text.remove_prefix(good ? size : 1);
  return good ? character : kReplacement;
}

void AppendUnit(std::string& out, std::uint32_t unit) {
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[unit >> shift & 15];
}

void AppendEscaped(std::string& out, std::uint32_t character) {
  if (character == '"' || character == '\\') out += '\\';
  if (character >= 0x20 && character < 0x7f) {
    out += static_cast<char>(character);
  } else if (character < 0x10000) {
    AppendUnit(out, character);
  } else {
    AppendUnit(out, 0xd800 + ((character - 0x10000) >> 10));
    AppendUnit(out, 0xdc00 + ((character - 0x10000) & 0x3ff));
  }
}

}  // namespace

void Writer::Key(std::string_view key) {
  Separate('{');
  String(key);
  text_ += ':';
}

void Writer::String(std::string_view text) {
  text_ += '"';
  while (!text.empty()) AppendEscaped(text_, TakeCharacter(text));
  text_ += '"';
}

}  // namespace json_internal
SEATFIELD_ABI_END
}  // namespace seatfield
