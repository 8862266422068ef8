// SPDX-License-Identifier: MIT

#include "replay.h"

#include <boost/json.hpp>
#include <chrono>
#include <iostream>
#include <optional>
#include <string_view>

#include "common/files.h"
#include "seatfield/json.h"

namespace examples::on_sale {
namespace {

namespace json = boost::json;
using seatfield::Outcome;

// The seconds of {"wait_seconds":N}; nothing for any other line.
std::optional<std::int64_t> WaitOf(std::string_view line) {
  json::error_code error;
  const json::value value = json::parse({line.data(), line.size()}, error);
  const json::object* const object = value.if_object();
  if (error || object == nullptr || object->size() != 1) return std::nullopt;
  const json::value* const seconds = object->if_contains("wait_seconds");
  constexpr std::int64_t kYear = 366 * 86'400;
  if (seconds == nullptr || !seconds->is_int64() || seconds->get_int64() < 0 ||
      seconds->get_int64() > kYear) {
    return std::nullopt;
  }
  return seconds->get_int64();
}

class Replay {
 public:
  explicit Replay(House& house) : house_(house) {}

  absl::Status RunLine(std::string_view line) {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
      return absl::OkStatus();
    }
    if (const auto seconds = WaitOf(line)) {
      house_.clock().Advance(std::chrono::seconds(*seconds));
      return absl::OkStatus();
    }
    const auto request = seatfield::ParseTransaction(line);
    if (!request.ok()) return request.status();
    absl::Status status = house_.inventory().Commit(*request, outcome_);
    if (!status.ok()) return status;
    std::cout << ToJson(outcome_) << '\n';
    Count();
    return absl::OkStatus();
  }

  ReplayResult Finish() {
    std::cout << std::flush;
    result_.verify = house_.inventory().Verify(kEvent);
    return result_;
  }

 private:
  void Count() {
    if (!outcome_.committed()) {
      ++result_.refused;
    } else {
      ++(outcome_.replayed ? result_.replayed : result_.committed);
    }
  }

  House& house_;
  Outcome outcome_;
  ReplayResult result_;
};

}  // namespace

absl::StatusOr<ReplayResult> ReplayRequests(House& house,
                                            const std::string& path) {
  const auto text = ReadFile(path);
  if (!text.ok()) return text.status();
  Replay replay(house);
  std::string_view rest = *text;
  for (std::uint64_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    absl::Status status = replay.RunLine(rest.substr(0, end));
    if (!status.ok()) {
      std::cout << std::flush;
      return absl::Status(status.code(), "requests " + path + ":" +
                                             std::to_string(number) + ": " +
                                             std::string(status.message()));
    }
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return replay.Finish();
}

}  // namespace examples::on_sale
