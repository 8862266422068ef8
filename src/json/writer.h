// SPDX-License-Identifier: MIT
//
// Writes JSON without spaces, members in the order of the calls. A form is
// written by an overload of Write(), the mirror of Read() in reader.h:
//
//   void Write(Writer& out, const SeatMeta& meta) {
//     out.BeginObject();
//     out.Member("buyer_id", meta.buyer);
//     out.EndObject();
//   }
//
// The text is ASCII: other characters are written as \uNNNN, bytes that are not
// UTF-8 as \ufffd. Integers are exact.

#ifndef SEATFIELD_SRC_JSON_WRITER_H_
#define SEATFIELD_SRC_JSON_WRITER_H_

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/list.h"
#include "seatfield/price.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {

class Writer {
 public:
  void BeginObject() { text_ += '{'; }
  void EndObject() { text_ += '}'; }
  void BeginArray() { text_ += '['; }
  void EndArray() { text_ += ']'; }

  // Starts a member; its value follows.
  void Key(std::string_view key);

  // Starts an element of an array; its value follows.
  void Element() { Separate('['); }

  template <typename T>
  void Member(std::string_view key, const T& value) {
    Key(key);
    Write(*this, value);
  }

  // A member only if the value says more than `absent`, which a reader assumes.
  template <typename T>
  void MemberUnless(const T& absent, std::string_view key, const T& value) {
    if (value != absent) Member(key, value);
  }

  void String(std::string_view text);
  void Raw(std::string_view json) { text_ += json; }

  std::string Take() { return std::move(text_); }

 private:
  // A comma, unless nothing stands behind the `open` bracket.
  void Separate(char open) {
    if (text_.back() != open) text_ += ',';
  }

  std::string text_;
};

template <std::integral T>
void Write(Writer& out, T value) {
  if constexpr (std::same_as<T, bool>) {
    out.Raw(value ? "true" : "false");
  } else {
    out.Raw(internal::Cat(value));
  }
}
inline void Write(Writer& out, std::string_view text) { out.String(text); }
inline void Write(Writer& out, const std::string& text) { out.String(text); }
inline void Write(Writer& out, EventId id) { Write(out, Value(id)); }
inline void Write(Writer& out, BuyerId id) { Write(out, Value(id)); }
inline void Write(Writer& out, Price price) { Write(out, price.minor_units()); }
inline void Write(Writer& out, Time time) { out.String(TimeToString(time)); }
inline void Write(Writer& out, Seat seat) { out.String(seat.ToString()); }
inline void Write(Writer& out, const SectionName& name) {
  out.String(name.view());
}
inline void Write(Writer& out, SeatState state) {
  out.String(SeatStateName(state));
}
template <typename Tag>
void Write(Writer& out, const Uuid<Tag>& id) {
  out.String(id.ToString());
}
template <typename T>
void Write(Writer& out, std::span<const T> values) {
  out.BeginArray();
  for (const T& value : values) {
    out.Element();
    Write(out, value);
  }
  out.EndArray();
}

template <typename T>
void Write(Writer& out, const std::vector<T>& values) {
  Write(out, std::span(values));
}
template <typename T>
void Write(Writer& out, const List<T>& values) {
  Write(out, std::span(values));
}

// `value` alone as JSON text.
template <typename T>
std::string ToText(const T& value) {
  Writer out;
  Write(out, value);
  return out.Take();
}

}  // namespace json_internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_SRC_JSON_WRITER_H_
