// SPDX-License-Identifier: MIT
//
// Reads plain values out of a JSON tree. A Field is a place in the tree that
// knows its path; all Fields of a tree share one Reading, which keeps the first
// complaint, so that a form is read by naming its members:
//
//   void Read(const Field& at, SeatMeta& meta) {
//     Members members(at);
//     members.Required("buyer_id", meta.buyer);
//     members.Optional("hold_until", meta.hold_until);
//     members.Finish();
//   }
//
// A form is read by an overload of Read(), found by the type of its target.
// After a complaint targets hold anything: ParseJson() returns the status.
// Thread safety: one tree belongs to one thread.

#ifndef SEATFIELD_SRC_JSON_READER_H_
#define SEATFIELD_SRC_JSON_READER_H_

#include <boost/json/value.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "document.h"
#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/json.h"
#include "seatfield/price.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {

// What Finish() does with members that nothing has asked for: ignores them in
// values, so that what a later version writes can be read; refuses them in what
// people write, where a misspelt key must not be silent.
enum class Unknown : bool { kIgnored, kRefused };

struct Reading {
  Unknown unknown = Unknown::kIgnored;
  absl::Status status;
};

// A value and the way to it. A child must not outlive its parent.
class Field {
 public:
  // The root. `reading` outlives all Fields.
  Field(const boost::json::value& value, Reading& reading)
      : value_(value), reading_(reading) {}
  Field(const boost::json::value& value, const Field& parent,
        std::string_view key)
      : value_(value), reading_(parent.reading_), parent_(&parent), key_(key) {}
  Field(const boost::json::value& value, const Field& parent, std::size_t index)
      : value_(value),
        reading_(parent.reading_),
        parent_(&parent),
        index_(index) {}

  const boost::json::value& value() const { return value_; }
  bool ok() const { return reading_.status.ok(); }
  Unknown unknown() const { return reading_.unknown; }
  std::string Path() const;

  // Records "path: pieces" unless there is a complaint already.
  template <typename... Pieces>
  void Fail(const Pieces&... pieces) const {
    Record(absl::StatusCode::kInvalidArgument, internal::Cat(pieces...));
  }
  template <typename... Pieces>
  void FailLimit(const Pieces&... pieces) const {
    Record(absl::StatusCode::kResourceExhausted, internal::Cat(pieces...));
  }

  // "expected <what>, got a string" and the like; quotes no text.
  void FailType(std::string_view what) const;

 private:
  void Record(absl::StatusCode code, const std::string& text) const;

  const boost::json::value& value_;
  Reading& reading_;
  const Field* parent_ = nullptr;
  std::string_view key_;
  std::optional<std::size_t> index_;  // of an array's element
};

// The members of an object, read by name.
class Members {
 public:
  // Complains if the value is no object.
  explicit Members(const Field& at);

  // Calls read(Field) for the member. Returns whether there is such a member.
  template <typename ReadMember>
  bool OptionalBy(std::string_view key, ReadMember read) {
    const boost::json::value* const value = Take(key);
    if (value != nullptr) read(Field(*value, at_, key));
    return value != nullptr;
  }
  template <typename ReadMember>
  void RequiredBy(std::string_view key, ReadMember read) {
    if (!OptionalBy(key, read)) FailMember(key, "missing");
  }

  // The same into `out`, which stays as it is without such a member.
  template <typename T>
  bool Optional(std::string_view key, T& out) {
    return OptionalBy(key, [&out](const Field& member) { Read(member, out); });
  }
  template <typename T>
  void Required(std::string_view key, T& out) {
    RequiredBy(key, [&out](const Field& member) { Read(member, out); });
  }

  // Records "path.key: why".
  void FailMember(std::string_view key, std::string_view why) const;

  // Call when all members have been asked for.
  void Finish() const;

 private:
  const boost::json::value* Take(std::string_view key);

  const Field& at_;
  const boost::json::object* object_ = nullptr;
  std::vector<std::string_view> asked_;
};

// A string, or a complaint that `what` was expected.
std::optional<std::string_view> ReadText(const Field& at,
                                         std::string_view what);

// An integer of min to max written without fraction or exponent.
std::int64_t ReadSigned(const Field& at, std::int64_t min, std::int64_t max);
std::uint64_t ReadUnsigned(const Field& at, std::uint64_t min,
                           std::uint64_t max);

template <std::unsigned_integral T>
void Read(const Field& at, T& out) {
  out = static_cast<T>(ReadUnsigned(at, 0, std::numeric_limits<T>::max()));
}
void Read(const Field& at, bool& out);
void Read(const Field& at, std::string& out);
void Read(const Field& at, EventId& out);
void Read(const Field& at, BuyerId& out);
void Read(const Field& at, Price& out);
void Read(const Field& at, Seat& out);
void Read(const Field& at, SectionName& out);
void Read(const Field& at, SeatState& out);

// What TimeToString() writes; "+00:00" may stand for the Z.
void Read(const Field& at, Time& out);

// Text that `parse` takes; its own complaint says what was expected.
template <typename T, typename Parse>
void ReadParsed(const Field& at, std::string_view what, Parse parse, T& out) {
  const auto text = ReadText(at, what);
  if (!text) return;
  auto parsed = parse(*text);
  if (parsed.ok()) {
    out = *std::move(parsed);
  } else {
    at.Fail(std::string(parsed.status().message()));
  }
}

template <typename Tag>
void Read(const Field& at, Uuid<Tag>& out) {
  ReadParsed(at, "a UUID", Uuid<Tag>::Parse, out);
}

template <typename T>
void Read(const Field& at, std::optional<T>& out) {
  Read(at, out.emplace());
}

// Calls visit(element) for each element until one complains.
template <typename Visit>
void ForEachElement(const Field& at, Visit visit) {
  const boost::json::array* const array = at.value().if_array();
  if (array == nullptr) return at.FailType("an array");
  for (std::size_t i = 0; i < array->size() && at.ok(); ++i) {
    visit(Field((*array)[i], at, i));
  }
}

// Calls visit(key, member) for each member until one complains.
template <typename Visit>
void ForEachMember(const Field& at, Visit visit) {
  const boost::json::object* const object = at.value().if_object();
  if (object == nullptr) return at.FailType("an object");
  for (const auto& member : *object) {
    const std::string_view key(member.key().data(), member.key().size());
    visit(key, Field(member.value(), at, key));
    if (!at.ok()) return;
  }
}

template <typename T>
void Read(const Field& at, std::vector<T>& out) {
  ForEachElement(
      at, [&out](const Field& element) { Read(element, out.emplace_back()); });
}

// The whole of `text` as a T, read by `read(Field, T&)`.
template <typename T, typename ReadForm>
absl::StatusOr<T> ParseJson(std::string_view text, const JsonLimits& limits,
                            Unknown unknown, ReadForm read) {
  try {
    const auto document = ParseDocument(text, limits);
    if (!document.ok()) return document.status();
    Reading reading{unknown, absl::OkStatus()};
    T out{};
    read(Field(*document, reading), out);
    if (!reading.status.ok()) return reading.status;
    return out;
  } catch (const std::exception& failure) {
    return absl::ResourceExhaustedError(
        internal::Cat("document: no memory for ", text.size(),
                      " bytes: ", std::string_view(failure.what())));
  }
}

template <typename T>
absl::StatusOr<T> ParseJson(std::string_view text, const JsonLimits& limits,
                            Unknown unknown = Unknown::kIgnored) {
  return ParseJson<T>(text, limits, unknown,
                      [](const Field& at, T& out) { Read(at, out); });
}

}  // namespace json_internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_SRC_JSON_READER_H_
