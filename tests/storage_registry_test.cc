// SPDX-License-Identifier: MIT

#include "seatfield/storage_registry.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "seatfield/inventory.h"
#include "support/catch.h"

namespace seatfield {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

StorageRegistry WithMemory() {
  StorageRegistry registry;
  AddMemory(registry);
  return registry;
}

std::string ErrorOf(std::string_view text) {
  const auto storage = WithMemory().Open(text);
  if (storage.ok()) return "OK";
  CHECK(storage.status().code() == absl::StatusCode::kInvalidArgument);
  return std::string(storage.status().message());
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

Limits LimitsOf(std::string_view text) {
  const auto storage = WithMemory().Open(text);
  INFO(storage.status().message());
  REQUIRE(storage.ok());
  return (*storage)->info().limits;
}

TEST_CASE("A memory storage opens by name and works", "[storage_registry]") {
  auto storage = WithMemory().Open("memory:");
  REQUIRE(storage.ok());
  CHECK((*storage)->info().name == "memory");
  CHECK((*storage)->info().limits == Limits{});

  Inventory inventory(*std::move(storage));
  REQUIRE(
      inventory.CreateSection(EventId{1}, "A", {.rows = 1, .seats_per_row = 2})
          .ok());
  const auto held = inventory.Reserve(EventId{1}, {.booking = BookingId(0, 1),
                                                   .buyer = BuyerId{1},
                                                   .section = "A",
                                                   .seats = {{1, 1}}});
  REQUIRE(held.ok());
  CHECK(held->committed());
}

TEST_CASE("A registry is a value", "[storage_registry]") {
  const StorageRegistry empty;
  const StorageRegistry memory = WithMemory();
  StorageRegistry copy = memory;
  REQUIRE(copy.Add("other",
                   [](const StorageUri&) {
                     return absl::StatusOr<std::unique_ptr<Storage>>(
                         std::make_unique<MemoryStorage>());
                   })
              .ok());
  CHECK(empty.schemes().empty());
  CHECK(memory.schemes() == std::vector<std::string>{"memory"});
  CHECK(copy.schemes() == std::vector<std::string>{"memory", "other"});
  CHECK(copy.Open("other:").ok());
  CHECK(empty.Open("memory:").status().message() ==
        "unknown storage scheme 'memory' (known: none)");
}

TEST_CASE("Each limit is an option of its own name", "[storage_registry]") {
  Limits expected;
  expected.steps_per_transaction_max = 1;
  expected.seats_per_transaction_max = 2;
  expected.seats_per_booking_max = 3;
  expected.seats_per_buyer_max = 4;
  expected.hold_max = minutes(15);
  expected.total_hold_max = hours(48);
  expected.id_retention = std::chrono::milliseconds(1'500);
  expected.ids_max = 5;
  expected.tombstone_retention = Duration(7);
  expected.tombstones_max = 6;
  expected.sections_per_event_max = 7;
  expected.sections_max = 8;
  expected.seats_per_section_max = 9;
  expected.seats_max = 10'000'000'000;
  CHECK(LimitsOf("memory:?steps_per_transaction_max=1"
                 "&seats_per_transaction_max=2&seats_per_booking_max=3"
                 "&seats_per_buyer_max=4&hold_max=15m&total_hold_max=2d"
                 "&id_retention=1500ms&ids_max=5&tombstone_retention=7us"
                 "&tombstones_max=6&sections_per_event_max=7&sections_max=8"
                 "&seats_per_section_max=9&seats_max=10000000000") == expected);
}

TEST_CASE("Limits and lengths of time can be without end",
          "[storage_registry]") {
  const Limits limits =
      LimitsOf("memory:?seats_per_booking_max=none&hold_max=forever");
  CHECK(limits.seats_per_booking_max == kNoLimit);
  CHECK(limits.hold_max == kForever);
}

TEST_CASE("An unknown scheme is refused by name, its secrets unrepeated",
          "[storage_registry]") {
  CHECK(ErrorOf("redis:user:password@host") ==
        "unknown storage scheme 'redis' (known: memory)");
}

TEST_CASE("An unknown option is refused with those that are known",
          "[storage_registry]") {
  const std::string error = ErrorOf("memory:?seats_per_buyers_max=8");
  CHECK(Contains(error, "unknown option 'seats_per_buyers_max' (known: "));
  for (const std::string_view known :
       {"hash_seed", "hold_max", "id_retention", "ids_max",
        "seats_per_buyer_max", "seats_max", "tombstones_max"}) {
    CHECK(Contains(error, known));
  }
}

TEST_CASE("A bad value is refused with what was expected",
          "[storage_registry]") {
  constexpr const char* kCount =
      "storage memory: option ids_max must be a whole number 0 to 4294967295, "
      "or none; got ";
  CHECK(ErrorOf("memory:?ids_max=") == std::string(kCount) + "''");
  CHECK(ErrorOf("memory:?ids_max=-1") == std::string(kCount) + "'-1'");
  CHECK(ErrorOf("memory:?ids_max=1.5") == std::string(kCount) + "'1.5'");
  CHECK(ErrorOf("memory:?ids_max=4294967296") ==
        std::string(kCount) + "'4294967296'");
  CHECK(Contains(ErrorOf("memory:?seats_max=none"), "18446744073709551615"));

  constexpr const char* kDuration =
      "storage memory: option hold_max must be a whole number and us, ms, s, "
      "m, h or d, or forever; got ";
  for (const char* const bad : {"", "15", "m", "15 m", "-1s", "1.5h", "15min",
                                "9223372036854775807s"}) {
    CHECK(ErrorOf(std::string("memory:?hold_max=") + bad) ==
          std::string(kDuration) + "'" + bad + "'");
  }
}

TEST_CASE("Text that is no storage is refused", "[storage_registry]") {
  constexpr const char* kShape =
      "storage must be scheme:path?option=value, as in 'memory:'; got ";
  CHECK(ErrorOf("") == std::string(kShape) + "''");
  CHECK(ErrorOf("memory") == std::string(kShape) + "'memory'");
  CHECK(ErrorOf("Memory:") == std::string(kShape) + "'Memory'");
  CHECK(ErrorOf(":x") == std::string(kShape) + "''");
  CHECK(ErrorOf("memory:x") == "storage memory: takes no path, got 'x'");
  CHECK(Contains(ErrorOf("memory:?"), "must be name=value: ''"));
  CHECK(Contains(ErrorOf("memory:?ids_max"), "must be name=value: 'ids_max'"));
  CHECK(Contains(ErrorOf("memory:?ids_max=1&"), "must be name=value: ''"));
  CHECK(ErrorOf("memory:?ids_max=1&ids_max=2") ==
        "storage option ids_max stands twice");
  CHECK(Contains(ErrorOf("memory:?ids_max=%3"), "'%' must be followed by"));
  CHECK(Contains(ErrorOf("memory:%00"), "'%' must be followed by"));
}

TEST_CASE("A user's own scheme gets its path and options, unescaped",
          "[storage_registry]") {
  StorageRegistry registry;
  StorageUri seen;
  REQUIRE(registry
              .Add("my-store",
                   [&seen](const StorageUri& uri)
                       -> absl::StatusOr<std::unique_ptr<Storage>> {
                     seen = uri;
                     return absl::UnavailableError("no such disk");
                   })
              .ok());
  const auto storage = registry.Open("my-store:/a%3Fb:c?name=x%26y=z&level=3");
  CHECK(storage.status() == absl::UnavailableError("no such disk"));
  CHECK(seen.scheme == "my-store");
  CHECK(seen.path == "/a?b:c");
  REQUIRE(seen.options.size() == 2);
  CHECK(seen.options[0].name == "name");
  CHECK(seen.options[0].value == "x&y=z");
  CHECK(seen.options[1].name == "level");

  std::string name;
  std::uint32_t level = 0;
  std::optional<std::uint64_t> seed;
  StorageOptions options;
  options.Add("name", name);
  options.Add("level", level);
  options.Add("seed", seed);
  REQUIRE(options.Read(seen).ok());
  CHECK(name == "x&y=z");
  CHECK(level == 3);
  CHECK(seed == std::nullopt);
}

TEST_CASE("A scheme that is none, and no opener, are refused",
          "[storage_registry]") {
  StorageRegistry registry;
  const auto opener = [](const StorageUri&) {
    return absl::StatusOr<std::unique_ptr<Storage>>(
        std::make_unique<MemoryStorage>());
  };
  CHECK(registry.Add("", opener).code() == absl::StatusCode::kInvalidArgument);
  CHECK(registry.Add("A", opener).code() == absl::StatusCode::kInvalidArgument);
  CHECK(registry.Add("a:", opener).code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(registry.Add("a", StorageRegistry::Opener()).code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(registry.schemes().empty());
}

TEST_CASE("The hash seed is an option", "[storage_registry]") {
  CHECK(ErrorOf("memory:?hash_seed=18446744073709551615") == "OK");
  CHECK(Contains(ErrorOf("memory:?hash_seed=x"), "hash_seed must be a whole"));
}

}  // namespace
}  // namespace seatfield
