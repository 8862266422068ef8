// SPDX-License-Identifier: MIT

#include "seatctl/lines.h"

#include <algorithm>
#include <boost/json.hpp>
#include <initializer_list>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "seatfield/internal/text.h"
#include "seatfield/json.h"

namespace examples::seatctl {

namespace json = boost::json;
using seatfield::SectionName;
using seatfield::internal::Cat;
using seatfield::internal::InvalidArgument;
using seatfield::internal::Quoted;

namespace {

constexpr std::string_view kHeader = "seatfield_event";
constexpr std::string_view kEnd = "end";

// --- Reading ----------------------------------------------------------------

// The members of one object, by name. The first complaint is kept.
class Members {
 public:
  Members(const json::value& value, std::string path) : path_(std::move(path)) {
    object_ = value.if_object();
    if (object_ == nullptr) Fail("", "expected an object");
  }

  bool Has(std::string_view key) const {
    return object_ != nullptr && object_->contains(key);
  }

  void Only(std::initializer_list<std::string_view> known) {
    if (object_ == nullptr) return;
    for (const auto& member : *object_) {
      const std::string_view key = member.key();
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      Fail("", Cat("unknown member ", Quoted(key)));
    }
  }

  std::uint64_t Number(std::string_view key, std::uint64_t max) {
    const json::value* const value = Find(key);
    if (value == nullptr) return 0;
    std::optional<std::uint64_t> number;
    if (value->is_uint64()) number = value->get_uint64();
    if (value->is_int64() && value->get_int64() >= 0) {
      number = static_cast<std::uint64_t>(value->get_int64());
    }
    if (!number || *number > max) {
      Fail(key, Cat("expected an integer 0 to ", max));
    }
    return number.value_or(0);
  }

  std::string_view Text(std::string_view key) {
    const json::value* const value = Find(key);
    if (value == nullptr) return {};
    if (!value->is_string()) Fail(key, "expected a string");
    return value->is_string() ? std::string_view(value->get_string())
                              : std::string_view();
  }

  bool Flag(std::string_view key) {
    if (!Has(key)) return false;
    const json::value& value = object_->at(key);
    if (!value.is_bool()) Fail(key, "expected true or false");
    return value.is_bool() && value.get_bool();
  }

  SectionName Section() {
    const auto name = SectionName::Parse(Text("section"));
    if (name.ok()) return *name;
    Fail("section", std::string(name.status().message()));
    return {};
  }

  void Fail(std::string_view key, std::string_view why) {
    if (!status_.ok()) return;
    const std::string_view dot = path_.empty() || key.empty() ? "" : ".";
    const std::string at = Cat(path_, dot, key);
    status_ = InvalidArgument(at, at.empty() ? "" : ": ", why);
  }

  const json::object* object() const { return object_; }
  const absl::Status& status() const { return status_; }

 private:
  const json::value* Find(std::string_view key) {
    const json::value* const value =
        object_ == nullptr ? nullptr : object_->if_contains(key);
    if (value == nullptr) Fail(key, "missing");
    return value;
  }

  std::string path_;
  const json::object* object_;
  absl::Status status_;
};

absl::StatusOr<Line> ReadHeader(Members& members) {
  members.Only({kHeader, "event_id"});
  const std::uint64_t format = members.Number(kHeader, UINT64_MAX);
  HeaderLine line;
  line.event = seatfield::EventId{
      static_cast<std::int64_t>(members.Number("event_id", INT64_MAX))};
  if (!members.status().ok()) return members.status();
  if (format != kLinesFormat) {
    return InvalidArgument("format ", format, " is not known, only ",
                           kLinesFormat);
  }
  return line;
}

absl::StatusOr<Line> ReadEnd(const json::value& value) {
  Members members(value, std::string(kEnd));
  members.Only({"sections", "seats", "digest"});
  EndLine line;
  line.sections = members.Number("sections", UINT64_MAX);
  line.seats = members.Number("seats", UINT64_MAX);
  if (members.Has("digest")) line.digest = members.Text("digest");
  if (!members.status().ok()) return members.status();
  return line;
}

absl::StatusOr<Line> ReadSection(Members& members) {
  members.Only({"section", "rows", "seats_per_row", "paused"});
  SectionLine line;
  line.name = members.Section();
  line.config.rows =
      static_cast<std::uint32_t>(members.Number("rows", UINT32_MAX));
  line.config.seats_per_row =
      static_cast<std::uint32_t>(members.Number("seats_per_row", UINT32_MAX));
  line.paused = members.Flag("paused");
  if (!members.status().ok()) return members.status();
  return line;
}

absl::StatusOr<Line> ReadSeat(std::string_view text, Members& members) {
  members.Only({"section", "seat", "state", "block_reason", "meta"});
  SeatLine line;
  line.section = members.Section();
  if (!members.status().ok()) return members.status();
  if (const json::value* const meta = members.object()->if_contains("meta")) {
    Members inside(*meta, "meta");
    inside.Only(
        {"buyer_id", "booking_id", "price", "reserved_at", "hold_until"});
    if (!inside.status().ok()) return inside.status();
  }
  auto record = seatfield::ParseSeatRecord(text);
  if (!record.ok()) return record.status();
  line.record = *std::move(record);
  return line;
}

// --- Writing ----------------------------------------------------------------

std::string Text(const HeaderLine& line) {
  return Cat("{\"", kHeader, "\":", kLinesFormat,
             ",\"event_id\":", Value(line.event), "}");
}

std::string Text(const SectionLine& line) {
  return Cat("{\"section\":\"", line.name.view(),
             "\",\"rows\":", line.config.rows,
             ",\"seats_per_row\":", line.config.seats_per_row,
             line.paused ? ",\"paused\":true}" : "}");
}

std::string Text(const SeatLine& line) {
  const std::string record = ToJson(line.record);
  return Cat("{\"section\":\"", line.section.view(), "\",",
             std::string_view(record).substr(1));
}

std::string Text(const EndLine& line) {
  std::string text = Cat("{\"", kEnd, "\":{\"sections\":", line.sections,
                         ",\"seats\":", line.seats);
  if (!line.digest.empty()) {
    text += Cat(",\"digest\":", json::serialize(json::value(line.digest)));
  }
  return text + "}}";
}

}  // namespace

std::string LineText(const Line& line) {
  return std::visit([](const auto& any) { return Text(any); }, line);
}

absl::StatusOr<Line> ParseLine(std::string_view text) {
  if (text.size() > kLineBytesMax) {
    return InvalidArgument("longer than ", kLineBytesMax, " bytes");
  }
  unsigned char buffer[4096];
  json::monotonic_resource memory(buffer);
  json::error_code error;
  const json::value value =
      json::parse({text.data(), text.size()}, error, &memory);
  if (error) return InvalidArgument("not JSON: ", error.message());
  Members members(value, "");
  if (!members.status().ok()) return members.status();
  if (members.Has(kHeader)) return ReadHeader(members);
  if (members.Has(kEnd)) {
    members.Only({kEnd});
    if (!members.status().ok()) return members.status();
    return ReadEnd(value.at(kEnd));
  }
  if (members.Has("rows")) return ReadSection(members);
  return ReadSeat(text, members);
}

}  // namespace examples::seatctl
