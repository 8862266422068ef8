// SPDX-License-Identifier: MIT
//
// The other reader and writer of the services' keys, by itself: it keeps the
// golden bytes and complains of what is not as specified.

#include "support/plain_reader.h"

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "support/catch.h"
#include "support/golden.h"
#include "support/redis_server.h"

namespace seatfield::test {
namespace {

std::unique_ptr<RedisServer> Serve() {
  std::string reason;
  auto server = RedisServer::Start({}, &reason);
  INFO(reason);
  REQUIRE(server != nullptr);
  return server;
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// A step of the golden life in the words of the reader.
std::string VerbOf(const boost::json::object& step) {
  std::string words = Text(step.at("do")) + " 1 A-1";
  if (Text(step.at("do")) == "create") words += " 3 5";
  if (Text(step.at("do")) == "reserve") {
    words += " 7 01234567-89ab-cdef-0123-456789abcdef 3000";
  }
  if (!step.contains("seats")) return words;
  for (const std::string& seat : Texts(step.at("seats"))) words += " " + seat;
  return words;
}

TEST_CASE("The other reader writes and reads the golden bytes", "[reader]") {
  const auto server = Serve();
  const PlainReader reader(*server, "test_gw0_");
  std::string seen;
  for (const auto& step :
       Golden("life_cycle").as_object().at("steps").as_array()) {
    const std::string verb = VerbOf(step.as_object());
    INFO(verb);
    const auto answer = reader.Run(verb + " , read 1 A-1");
    seen = answer.out;
    INFO(seen);
    REQUIRE(answer.exit_status == 0);
    CHECK(Contains(seen, Text(step.as_object().at("hex"))));
  }
  const auto parsed = boost::json::parse(seen);
  const auto& stats = parsed.as_object().at("stats").as_object();
  CHECK(Number(stats.at("available")) == 12);
  CHECK(Number(stats.at("sold")) == 2);
  CHECK(server->Call({"EXISTS", "test_gw0_seats_bf:1:A-1"}).number == 1);
}

TEST_CASE("The other reader complains of what is not as specified",
          "[reader]") {
  const auto server = Serve();
  const PlainReader reader(*server);
  const std::string make = "create 1 A-1 3 5 , price 1 A-1 3000 1-2 , ";
  CHECK(reader.Run("read 1 A-1").exit_status == 1);
  const auto fine =
      reader.Run(make + "field section_stats:1:A-1 theirs 1 , read 1 A-1");
  CHECK(fine.exit_status == 0);
  CHECK(Contains(fine.out, "{\"1\":{\"2\":3000}}"));
  CHECK(reader.Run("shorten 1 A-1 1 , read 1 A-1").exit_status == 0);
  const auto uncounted = reader.Run("drop_counters 1 A-1 , read 1 A-1");
  CHECK(uncounted.exit_status == 1);
  CHECK(Contains(uncounted.out, "available"));
  for (const char* const key :
       {"seats_bf:1:A-1", "section_config:1:A-1", "event_sections:1",
        "section_stats:1:A-1", "seat_meta:1:A-1:1"}) {
    server->Call({"FLUSHALL"});
    const auto wrong = reader.Run(make + "wrong_type " + key + " , read 1 A-1");
    CHECK(wrong.exit_status == 1);
    CHECK(Contains(wrong.out, key));
  }
}

}  // namespace
}  // namespace seatfield::test
