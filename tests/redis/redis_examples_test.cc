// SPDX-License-Identifier: MIT
//
// The example programs on a Redis server: an event moves between a store of
// files and Redis and back without a difference, and an on-sale sells out.

#include <memory>
#include <string>

#include "support/catch.h"
#include "support/folder.h"
#include "support/program.h"
#include "support/redis_server.h"

namespace seatfield::test {
namespace {

// A floor of 4 rows of 10, and a box of 2 rows of 5.
constexpr const char* kVenue =
    R"({"rows":4,"cols":10,"sections":[)"
    R"({"name":"Floor","price":9000,"subsections":1},)"
    R"({"name":"Box","price":12000,"subsections":1,"rows":2,"cols":5}]})";
constexpr const char* kBooking =
    " --booking 01234567-89ab-cdef-0123-456789abcdef ";
constexpr const char* kOther =
    " --booking 01234567-89ab-cdef-0123-456789abcdee ";

void Do(const std::string& store, const std::string& line) {
  const Result result = Run("seatctl --store '" + store + "' " + line);
  INFO(line << '\n' << result.error);
  REQUIRE(result.exit_status == 0);
}

// Seats held, sold and blocked.
void Sell(const std::string& store, const std::string& venue) {
  Do(store, "create 1 --venue " + venue);
  Do(store,
     std::string("best 1 4 --policy best --hold 10m --buyer 7") + kBooking);
  Do(store, "finalize 1 01234567-89ab-cdef-0123-456789abcdef");
  Do(store, std::string("reserve 1 Box-1 1-1 1-2 --hold 10m --price 30.00") +
                " --buyer 9007199254740993" + kOther);
  Do(store, "block 1 Floor-1 4-9..4-10");
  Do(store, "verify");
}

}  // namespace

TEST_CASE("An event moves between files and Redis without a difference",
          "[redis]") {
  const auto server = RedisServer::Start();
  REQUIRE(server != nullptr);
  const Folder folder;
  const std::string venue = folder.Write("venue.json", kVenue);
  const std::string layout = GENERATE("plain", "event", "compact");
  const std::string redis =
      "redis:" + server->socket() + "?prefix=a_&layout=" + layout;
  const std::string again =
      "redis:" + server->socket() + "?prefix=b_&layout=" + layout;
  const std::string file = "file:" + folder.File("one");
  const std::string back = "file:" + folder.File("two");
  Sell(redis, venue);
  Do(redis, "export 1 " + folder.File("1.jsonl"));
  Do(file, "import 1 " + folder.File("1.jsonl"));
  Do(file, "export 1 " + folder.File("2.jsonl"));
  Do(again, "import 1 " + folder.File("2.jsonl"));
  Do(again, "export 1 " + folder.File("3.jsonl"));
  Do(again, "verify");
  Do(back, "import 1 " + folder.File("3.jsonl"));
  const std::string first = FileText(folder.File("1.jsonl"));
  CHECK(Contains(first, "9007199254740993"));
  CHECK(first == FileText(folder.File("2.jsonl")));
  CHECK(first == FileText(folder.File("3.jsonl")));
}

TEST_CASE("An on-sale sells out on Redis", "[redis]") {
  const auto server = RedisServer::Start();
  REQUIRE(server != nullptr);
  const Folder folder;
  const Result result =
      Run("on_sale --venue " + folder.Write("venue.json", kVenue) +
          " --buyers 100 --threads 2 --seed 1 --brief --storage 'redis:" +
          server->socket() + "'");
  INFO(result.out << result.error);
  CHECK(result.exit_status == 0);
  CHECK(Contains(result.out, "oversold"));
}

TEST_CASE("seatctl says what is wrong with a Redis store", "[redis]") {
  const Result nobody = Run("seatctl --store redis:127.0.0.1:1 stats 1");
  CheckFails(nobody, 3, "127.0.0.1:1");
  const Result layout =
      Run("seatctl --store 'redis:127.0.0.1:1?layout=flat' stats 1");
  CheckFails(layout, 2, "layout must be one of plain, event, section, compact");
  const auto server = RedisServer::Start();
  REQUIRE(server != nullptr);
  CheckFails(Run("seatctl --store redis:" + server->socket() + " log"), 2,
             "needs a file: store");
}

}  // namespace seatfield::test
