// SPDX-License-Identifier: MIT
//
// Runs seatctl in this process, any number of times on the same stores:
// `shared:NAME` is one in memory that stays. The clock is the test's.
//
//   Office office;
//   office.Create();
//   Result result = office.Run("stats 1 --json");

#ifndef SEATFIELD_TESTS_SEATCTL_OFFICE_H_
#define SEATFIELD_TESTS_SEATCTL_OFFICE_H_

#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "seatctl/environment.h"
#include "seatctl/program.h"
#include "seatfield/clock.h"
#include "seatfield/inventory.h"
#include "seatfield/limits.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/memory_storage.h"
#include "seatfield/storage_registry.h"
#include "support/catch.h"
#include "support/fixture.h"
#include "support/forwarding_storage.h"
#include "support/program.h"

namespace seatfield::test {

// Two sections of 4 rows of 10, and one of 2 rows of 5.
inline constexpr std::string_view kVenue =
    R"({"rows":4,"cols":10,"sections":[)"
    R"({"name":"Floor","price":9000,"subsections":2},)"
    R"({"name":"Box","price":12000,"subsections":1,"rows":2,"cols":5}]})";

// A booking.
inline constexpr const char* kOne = "00000000-0000-0000-0000-000000000001";

class Office {
 public:
  explicit Office(const Limits& limits = {}) : limits_(limits) {}

  // Arguments as one types them, without quoting. On `shared:office` unless
  // they name another store.
  Result Run(const std::string& line, const std::string& input = "") {
    std::istringstream words(line);
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word);
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    examples::seatctl::Environment environment{
        in, out, err, terminal, "shared:office", Registry(), clock};
    Result result;
    result.exit_status =
        examples::seatctl::Run(std::move(arguments), environment);
    result.out = out.str();
    result.error = err.str();
    return result;
  }

  // What it answers, which must be done.
  std::string Do(const std::string& line, const std::string& input = "") {
    const Result result = Run(line, input);
    INFO(line << '\n' << result.error);
    CHECK(result.exit_status == 0);
    CHECK(result.error.empty());
    return result.out;
  }

  void Create(const std::string& event = "1") {
    Do("create " + event + " --venue -", std::string(kVenue));
  }

  Storage& storage(const std::string& name = "office") {
    auto& storage = stores_[name];
    if (!storage) {
      storage =
          std::make_unique<MemoryStorage>(MemoryOptions{.limits = limits_});
    }
    return *storage;
  }
  // The same, for an inventory of the test's own.
  std::unique_ptr<Storage> Borrow(const std::string& name = "office") {
    return std::make_unique<Kept>(storage(name));
  }
  std::string Digest(EventId event, const std::string& name = "office") {
    Inventory inventory(Borrow(name), clock);
    return inventory.Digest(event).value().ToString();
  }
  // The states of a section, a letter a seat.
  std::string States(std::string_view section, EventId event = kEvent) {
    Inventory inventory(Borrow(), clock);
    return inventory.ReadSection(event, section).value().map.ToString();
  }

  const std::shared_ptr<ManualClock> clock =
      std::make_shared<ManualClock>(kStart);
  examples::Terminal terminal;

 private:
  // Outlives the program that closes it.
  class Kept final : public ForwardingStorage {
   public:
    explicit Kept(Storage& storage) : ForwardingStorage(storage) {}
    absl::Status Close() override { return absl::OkStatus(); }
  };

  StorageRegistry Registry() {
    StorageRegistry registry;
    AddMemory(registry);
    AddMapped(registry);
    const absl::Status status = registry.Add(
        "shared",
        [this](
            const StorageUri& uri) -> absl::StatusOr<std::unique_ptr<Storage>> {
          return Borrow(uri.path);
        });
    REQUIRE(status.ok());
    return registry;
  }

  const Limits limits_;
  std::map<std::string, std::unique_ptr<MemoryStorage>> stores_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SEATCTL_OFFICE_H_
