// SPDX-License-Identifier: MIT

#include "reader.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {
namespace {

std::string_view View(const boost::json::string& text) {
  return {text.data(), text.size()};
}

// What a value is, for messages.
std::string_view KindName(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "a boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
      return "an integer";
    case boost::json::kind::double_:
      return "a number with a fraction, an exponent or more than 64 bits";
    case boost::json::kind::string:
      return "a string";
    case boost::json::kind::array:
      return "an array";
    case boost::json::kind::object:
      return "an object";
  }
  return "nothing";
}

// The number of a JSON integer if a T can hold it.
template <std::integral T>
std::optional<T> IntegerOf(const boost::json::value& value) {
  if (const auto* const small = value.if_int64();
      small != nullptr && std::in_range<T>(*small)) {
    return static_cast<T>(*small);
  }
  if (const auto* const large = value.if_uint64();
      large != nullptr && std::in_range<T>(*large)) {
    return static_cast<T>(*large);
  }
  return std::nullopt;
}

template <std::integral T>
T ReadInteger(const Field& at, T min, T max) {
  const auto number = IntegerOf<T>(at.value());
  if (number && *number >= min && *number <= max) return *number;
  const std::string expected = internal::Cat("an integer ", min, " to ", max);
  if (at.value().is_int64()) {
    at.Fail("expected ", expected, ", got ", at.value().get_int64());
  } else if (at.value().is_uint64()) {
    at.Fail("expected ", expected, ", got ", at.value().get_uint64());
  } else {
    at.FailType(expected);
  }
  return min;
}

absl::StatusOr<SeatState> ParseStateName(std::string_view text) {
  const auto state = ParseSeatState(text);
  if (state) return *state;
  return internal::InvalidArgument(
      "expected 'available', 'reserved', 'sold' or 'blocked', got ",
      internal::Quoted(text));
}

// The inverse of TimeToString(), and ISO 8601's other way to write UTC.
absl::StatusOr<Time> ParseAnyTime(std::string_view text) {
  if (text == "never") return kNever;
  if (const auto micros = internal::ParseDecimal<std::int64_t>(text)) {
    const Time time = TimeFromMicros(*micros);
    if (TimeToString(time) == text) return time;
  }
  constexpr std::string_view kUtcOffset = "+00:00";
  if (text.ends_with(kUtcOffset)) {
    text.remove_suffix(kUtcOffset.size());
    return ParseTime(internal::Cat(text, "Z"));
  }
  return ParseTime(text);
}

}  // namespace

std::string Field::Path() const {
  if (parent_ == nullptr) return {};
  std::string path = parent_->Path();
  if (index_) {
    AppendIndex(path, *index_);
  } else {
    AppendKey(path, key_);
  }
  return path;
}

void Field::Record(absl::StatusCode code, const std::string& text) const {
  if (!ok()) return;
  reading_.status =
      absl::Status(code, internal::Cat(PathOrRoot(Path()), ": ", text));
}

void Field::FailType(std::string_view what) const {
  Fail("expected ", what, ", got ", KindName(value_));
}

Members::Members(const Field& at) : at_(at), object_(at.value().if_object()) {
  if (object_ == nullptr) at.FailType("an object");
}

const boost::json::value* Members::Take(std::string_view key) {
  if (object_ == nullptr) return nullptr;
  asked_.push_back(key);
  return object_->if_contains({key.data(), key.size()});
}

void Members::FailMember(std::string_view key, std::string_view why) const {
  Field(at_.value(), at_, key).Fail(why);
}

void Members::Finish() const {
  if (object_ == nullptr || at_.unknown() == Unknown::kIgnored) return;
  for (const auto& member : *object_) {
    const std::string_view key(member.key().data(), member.key().size());
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) {
      return FailMember(key, "unknown");
    }
  }
}

std::optional<std::string_view> ReadText(const Field& at,
                                         std::string_view what) {
  if (const auto* const text = at.value().if_string()) return View(*text);
  at.FailType(what);
  return std::nullopt;
}

std::int64_t ReadSigned(const Field& at, std::int64_t min, std::int64_t max) {
  return ReadInteger(at, min, max);
}

std::uint64_t ReadUnsigned(const Field& at, std::uint64_t min,
                           std::uint64_t max) {
  return ReadInteger(at, min, max);
}

void Read(const Field& at, bool& out) {
  if (!at.value().is_bool()) return at.FailType("a boolean");
  out = at.value().get_bool();
}

void Read(const Field& at, std::string& out) {
  if (const auto text = ReadText(at, "a string")) out = *text;
}

void Read(const Field& at, EventId& out) {
  out = EventId{ReadSigned(at, 0, INT64_MAX)};
}

void Read(const Field& at, BuyerId& out) {
  out = BuyerId{ReadSigned(at, 0, INT64_MAX)};
}

void Read(const Field& at, Price& out) {
  out = Price(ReadSigned(at, 0, Price::kMinorUnitsMax));
}

void Read(const Field& at, Seat& out) {
  ReadParsed(at, "a seat (\"ROW-NUMBER\")", Seat::Parse, out);
}

void Read(const Field& at, SectionName& out) {
  ReadParsed(at, "a section name", SectionName::Parse, out);
}

void Read(const Field& at, SeatState& out) {
  ReadParsed(at, "a seat state", ParseStateName, out);
}

void Read(const Field& at, Time& out) {
  ReadParsed(at, "a time", ParseAnyTime, out);
}

}  // namespace json_internal
SEATFIELD_ABI_END
}  // namespace seatfield
