// SPDX-License-Identifier: MIT
//
// What is wrong with a server, with its rules or with what stands there is
// answered by a status that names it, and nothing has been changed.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "redis/storage_rig.h"
#include "support/catch.h"
#include "support/redis_server.h"
#include "support/seed.h"
#include "support/socket.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

absl::Status ConnectStatus(const RedisOptions& options) {
  return RedisStorage::Connect(options).status();
}

// --- Connecting -------------------------------------------------------------

TEST_CASE("A host where nobody listens is unavailable", "[redis]") {
  RedisOptions options = OptionsFor("127.0.0.1:" + std::to_string(FreePort()));
  options.attempts_max = 2;
  const absl::Status status = ConnectStatus(options);
  INFO(status.ToString());
  CHECK(absl::IsUnavailable(status));
  options.servers = {"/nowhere/redis"};
  CHECK(absl::IsUnavailable(ConnectStatus(options)));
}

TEST_CASE("A wrong password is refused and not repeated", "[redis]") {
  const auto server = Serve({.password = "right-word"});
  RedisOptions options = OptionsFor(server->address());
  CHECK(absl::IsUnauthenticated(ConnectStatus(options)));
  options.password = "wrong-word";
  for (const char* const user : {"", "somebody"}) {
    options.user = user;
    const absl::Status status = ConnectStatus(options);
    INFO(status.ToString());
    CHECK(absl::IsUnauthenticated(status));
    CHECK(!Contains(status.ToString(), "wrong-word"));
  }
  options.user = "";
  options.password = "right-word";
  CHECK(ConnectStatus(options).ok());
}

TEST_CASE("An option that makes no sense is named", "[redis]") {
  const auto server = Serve();
  const auto invalid = [&](auto change, std::string_view name) {
    RedisOptions options = OptionsFor(server->address());
    change(options);
    const absl::Status status = ConnectStatus(options);
    INFO(status.ToString());
    CHECK(absl::IsInvalidArgument(status));
    CHECK(Contains(status.ToString(), name));
  };
  for (const char* const prefix : {"a{b", "a}b", "{a}"}) {
    invalid([&](RedisOptions& o) { o.key_prefix = prefix; }, "key_prefix");
  }
  invalid([](RedisOptions& o) { o.servers.clear(); }, "servers");
  invalid([](RedisOptions& o) { o.connections_max = 0; }, "connections_max");
  invalid([](RedisOptions& o) { o.connections_max = 10'001; },
          "connections_max");
}

TEST_CASE("The plain layout refuses a cluster", "[redis]") {
  const auto cluster = Form();
  RedisOptions options = OptionsFor(cluster->node(0).address());
  options.cluster = true;
  const absl::Status status = ConnectStatus(options);
  INFO(status.ToString());
  CHECK(absl::IsFailedPrecondition(status));
}

TEST_CASE("A user who may not run scripts is told so", "[redis]") {
  const auto server = Serve();
  for (const char* const rule : {"-@scripting", "-eval -evalsha -script"}) {
    Words words = {"ACL",   "SETUSER", "seller", "reset", "on",
                   ">word", "~*",      "&*",     "+@all"};
    std::string text = rule;
    for (std::size_t at; (at = text.find(' ')) != std::string::npos;) {
      words.push_back(text.substr(0, at));
      text.erase(0, at + 1);
    }
    words.push_back(text);
    REQUIRE(server->Call(words).text == "OK");
    RedisOptions options = OptionsFor(server->address());
    options.user = "seller";
    options.password = "word";
    const absl::Status status = ConnectStatus(options);
    INFO(status.ToString());
    CHECK(absl::IsPermissionDenied(status));
  }
}

TEST_CASE("A user who loses a right while connected is told so", "[redis]") {
  const auto server = Serve();
  REQUIRE(server
              ->Call({"ACL", "SETUSER", "seller", "on", ">word", "~*", "&*",
                      "+@all"})
              .text == "OK");
  RedisOptions options = OptionsFor(server->address());
  options.user = "seller";
  options.password = "word";
  const auto storage = Connect(options);
  Create(*storage, "A", 3, 5);
  REQUIRE(server->Call({"ACL", "SETUSER", "seller", "-fcall"}).text == "OK");
  Outcome outcome;
  const absl::Status status =
      storage->Commit(ReserveSeats("A", {{1, 1}}), kStart, {}, outcome);
  INFO(status.ToString());
  CHECK(absl::IsPermissionDenied(status));
  CHECK(States(*Connect(*server), "A") == "AAAAAAAAAAAAAAA");
}

TEST_CASE("A user who may not touch the keys is told so", "[redis]") {
  const auto server = Serve();
  Create(*Connect(*server), "A", 3, 5);
  REQUIRE(server
              ->Call({"ACL", "SETUSER", "seller", "on", ">word", "~other:*",
                      "&*", "+@all"})
              .text == "OK");
  RedisOptions options = OptionsFor(server->address());
  options.user = "seller";
  options.password = "word";
  auto storage = RedisStorage::Connect(options);
  absl::Status status = storage.status();
  Outcome outcome;
  if (status.ok()) {
    status =
        (*storage)->Commit(ReserveSeats("A", {{1, 1}}), kStart, {}, outcome);
  }
  INFO(status.ToString());
  CHECK(absl::IsPermissionDenied(status));
  CHECK(States(*Connect(*server), "A") == "AAAAAAAAAAAAAAA");
}

TEST_CASE("A server that is out of memory says so and changes nothing",
          "[redis]") {
  const auto server = Serve();
  const auto storage = Connect(*server);
  Create(*storage, "A", 3, 5);
  server->Call({"CONFIG", "SET", "maxmemory", "1"});
  Outcome outcome;
  const absl::Status status =
      storage->Commit(ReserveSeats("A", {{1, 1}}), kStart, {}, outcome);
  INFO(status.ToString());
  CHECK(absl::IsResourceExhausted(status));
  server->Call({"CONFIG", "SET", "maxmemory", "0"});
  CHECK(States(*storage, "A") == "AAAAAAAAAAAAAAA");
  Must(*storage, ReserveSeats("A", {{1, 1}}));
}

TEST_CASE("A closed storage says so", "[redis]") {
  const auto server = Serve();
  const auto storage = Connect(*server);
  Create(*storage, "A", 3, 5);
  REQUIRE(storage->Close().ok());
  Outcome outcome;
  CHECK(absl::IsFailedPrecondition(
      storage->Commit(ReserveSeats("A", {{1, 1}}), kStart, {}, outcome)));
  SectionView view;
  CHECK(
      absl::IsFailedPrecondition(storage->ReadSection(kEvent, "A", {}, view)));
  CHECK(server->Call({"INFO", "clients"}).text.find("connected_clients:1\r") !=
        std::string::npos);
}

// --- What stands there ------------------------------------------------------

// Every key with all that it holds.
std::map<std::string, std::string> Everything(const RedisServer& server) {
  std::map<std::string, std::string> all;
  for (const RespValue& key : server.Call({"KEYS", "*"}).elements) {
    all[key.text] = server.Call({"DUMP", key.text}).text;
  }
  return all;
}

// Of an event with a hold, a sale, a blocked seat and an id.
void Sell(Storage& storage) {
  Create(storage, "A", 3, 5);
  Must(storage, ReserveSeats("A", {{1, 1}, {1, 2}}).SetId({1, 1}));
  Transaction tx(kEvent);
  tx.Finalize({.booking = kBooking, .section = "A", .seats = {{1, 1}}})
      .Block({.section = "A", .seats = {{3, 5}}, .reason = 4});
  Must(storage, tx);
}

// Touches every key of it.
Transaction TouchAll() {
  Transaction tx = ReserveSeats("A", {{1, 3}});
  tx.Release({.booking = kBooking, .section = "A", .seats = {{1, 2}}})
      .Unblock("A", {{3, 5}});
  return tx.SetId({1, 2});
}

TEST_CASE("A key of the wrong type is named and nothing is changed",
          "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->socket());
  options.layout = GENERATE(RedisLayout::kEvent, RedisLayout::kCompact);
  const bool frees = GENERATE(true, false);
  INFO(static_cast<int>(options.layout) << (frees ? ", frees" : ""));
  Sell(*Connect(options));
  std::vector<std::string> keys;
  for (const auto& [key, bytes] : Everything(*server)) keys.push_back(key);
  REQUIRE(keys.size() > 5);
  for (const std::string& key : keys) {
    INFO(key);
    server->Call({"FLUSHALL"});
    const auto storage = Connect(options);
    Sell(*storage);
    const bool is_list = server->Call({"TYPE", key}).text == "list";
    server->Call({"DEL", key});
    server->Call(is_list ? Words{"SET", key, "x"} : Words{"RPUSH", key, "x"});
    const auto before = Everything(*server);
    Outcome outcome;
    const auto fresh = Connect(options);
    for (RedisStorage* const seller : {storage.get(), fresh.get()}) {
      const absl::Status status = seller->Commit(
          frees ? TouchAll() : ReserveSeats("A", {{1, 3}}, {9, 9}), kStart, {},
          outcome);
      INFO(status.ToString() << " " << Describe(outcome));
      // Only what no transaction needs may be wrong without being seen.
      if (status.ok()) {
        CHECK(Contains(key, "seatfield_"));
        break;
      }
      CHECK(absl::IsDataLoss(status));
      CHECK(Contains(status.ToString(), key));
      CHECK(Everything(*server) == before);
    }
  }
}

TEST_CASE("A first deadline needs the list of them, which is looked at first",
          "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->socket());
  options.layout = GENERATE(RedisLayout::kEvent, RedisLayout::kCompact);
  const auto storage = Connect(options);
  Create(*storage, "A", 1, 5);
  const std::string key = "seatfield_due:{1}";
  server->Call({"SET", key, "spoilt"});
  const auto before = Everything(*server);
  Outcome outcome;
  const absl::Status status =
      storage->Commit(ReserveSeats("A", {{1, 1}}), kStart, {}, outcome);
  INFO(status);
  CHECK(absl::IsDataLoss(status));
  CHECK(Contains(status.ToString(), key));
  CHECK(Everything(*server) == before);
}

TEST_CASE("Bits and counters of the wrong type fail reads by name", "[redis]") {
  for (const char* const key :
       {"seats_bf:1:A", "section_stats:1:A", "seat_meta:1:A:1"}) {
    INFO(key);
    const auto server = Serve();
    const auto storage = Connect(*server);
    Sell(*storage);
    server->Call({"DEL", key});
    server->Call({"RPUSH", key, "x"});
    SectionView view;
    const absl::Status status =
        storage->ReadSection(kEvent, "A", {.details = true}, view);
    INFO(status.ToString());
    CHECK(absl::IsDataLoss(status));
    CHECK(Contains(status.ToString(), key));
  }
}

TEST_CASE("A section whose bits and config disagree is data loss", "[redis]") {
  const auto refused = [](const Words& spoil, const char* key) {
    INFO(key);
    const auto server = Serve();
    Sell(*Connect(*server));
    server->Call(spoil);
    const auto before = Everything(*server);
    const auto storage = Connect(*server);
    Outcome outcome;
    const absl::Status status =
        storage->Commit(TouchAll(), kStart, {}, outcome);
    INFO(status.ToString() << " " << Describe(outcome));
    CHECK(absl::IsDataLoss(status));
    CHECK(Contains(status.ToString(), key));
    CHECK(Everything(*server) == before);
    SectionView view;
    CHECK(absl::IsDataLoss(storage->ReadSection(kEvent, "A", {}, view)));
  };
  const std::string config = "section_config:1:A";
  refused({"SET", "seats_bf:1:A", std::string(50, '\0')}, "seats_bf:1:A");
  refused({"HSET", config, "rows", "x"}, config.c_str());
  refused({"HSET", config, "rows", "0"}, config.c_str());
  refused({"HSET", config, "rows", "-3"}, config.c_str());
  refused({"HDEL", config, "seats_per_row"}, config.c_str());
}

TEST_CASE("A spoilt record of our own is named and nothing is changed",
          "[redis]") {
  const auto server = Serve();
  // Open bookings, packed, of which a seat of A is a list, no number, and there
  // twice.
  const std::string begin("\x96\x00\xa1\x37\x00\x00\xa1\x41\x91", 9);
  const std::string list = begin + "\x90";
  const std::string no_number = begin + std::string("\xca\x7f\xc0\x00\x00", 5);
  const std::string twice =
      begin.substr(0, begin.size() - 1) + std::string("\x92\x00\x00", 3);
  const std::vector<Words> spoilt = {
      {"seatfield_bookings:1", kBooking.ToString(), list},
      {"seatfield_bookings:1", kBooking.ToString(), twice},
      {"seatfield_bookings:1", kBooking.ToString(), no_number},
      {"seatfield_event:1", "order", "x"},
      {"seatfield_event:1", "order", "nan"},
      {"seatfield_bookings:1", kBooking.ToString(), "x"},
      {"seatfield_ids:1", TransactionId(1, 2).ToString(), ""}};
  for (const Words& words : spoilt) {
    INFO(words[0] << " " << words[1] << " " << words[2]);
    server->Call({"FLUSHALL"});
    Sell(*Connect(*server));
    server->Call({"HSET", words[0], words[1], words[2]});
    const auto before = Everything(*server);
    Outcome outcome;
    const absl::Status status =
        Connect(*server)->Commit(TouchAll(), kStart, {}, outcome);
    INFO(status.ToString());
    CHECK(absl::IsDataLoss(status));
    CHECK(Contains(status.ToString(), words[0]));
    CHECK((status.ok() || Everything(*server) == before));
  }
}

// A value that may stand where another belongs.
std::string SpoiltValue(Rng& rng, const std::string& from) {
  static const char* const values[] = {
      "",   "x",    "-1",   "99999999999999999999999", "1e300", "nan",
      "{}", "null", "[1]",  "{\"buyer_id\":7}",        "3000",  "\x92\x01",
      "0",  "-0",   "true", "{\"booking_id\":\"x\"}"};
  std::string spoilt = from;
  switch (rng.Below(4)) {
    case 0:
      return values[rng.Below(std::size(values))];
    case 1:
      return spoilt.substr(0, rng.Below(spoilt.size() + 1));
    case 2:
      return spoilt + static_cast<char>(rng.Below(256));
    default:
      if (spoilt.empty()) return "x";
      spoilt[rng.Below(spoilt.size())] = static_cast<char>(rng.Below(256));
      return spoilt;
  }
}

// Changes one value of one key, which keeps its type. What it did.
std::string SpoilOne(Rng& rng, const RedisServer& server,
                     const std::vector<std::string>& keys) {
  const std::string& key = keys[rng.Below(keys.size())];
  const std::string type = server.Call({"TYPE", key}).text;
  Words words;
  if (type == "string") {
    words = {"SET", key, SpoiltValue(rng, server.Call({"GET", key}).text)};
  } else if (type == "hash") {
    const RespValue all = server.Call({"HGETALL", key});
    const std::size_t field = rng.Below(all.elements.size() / 2) * 2;
    words = {"HSET", key, all.elements[field].text,
             SpoiltValue(rng, all.elements[field + 1].text)};
    if (rng.Chance(.2)) words = {"HDEL", key, all.elements[field].text};
  } else {
    const RespValue all = server.Call({"ZRANGE", key, "0", "-1"});
    const std::string member = all.elements.empty() ? "" : all.elements[0].text;
    words = {"ZADD", key, std::to_string(rng.Below(1000)),
             SpoiltValue(rng, member)};
    if (type == "set") words = {"SADD", key, SpoiltValue(rng, member)};
  }
  server.Call(words);
  std::string text;
  for (const std::string& word : words) {
    for (const char c : word) text += c >= ' ' && c <= '~' ? c : '?';
    text += ' ';
  }
  return text;
}

// What is wrong with the answers of one storage to spoilt keys: a line each.
class SpoiltCalls {
 public:
  explicit SpoiltCalls(const RedisServer& server)
      : server_(server), storage_(Connect(server)) {}

  std::string Run() {
    const auto before = Everything(server_);
    Outcome outcome;
    const absl::Status committed =
        storage_->Commit(TouchAll(), kStart, {}, outcome);
    Expect("Commit", committed, {});
    if (!committed.ok() && Everything(server_) != before) {
      wrong_ += "Commit failed and changed something\n";
    }
    SectionView view;
    Expect("ReadSection",
           storage_->ReadSection(kEvent, "A", {.details = true}, view),
           {absl::StatusCode::kNotFound});
    Expect("ReadBooking", storage_->ReadBooking(kEvent, kBooking).status(),
           {absl::StatusCode::kNotFound});
    Expect("ExpireDue", storage_->ExpireDue(kStart, 10).status(), {});
    Expect("Verify", storage_->Verify(kEvent),
           {absl::StatusCode::kNotFound, absl::StatusCode::kInternal});
    return wrong_;
  }

 private:
  // Ok, DataLoss with the key's name or one of `more`.
  void Expect(std::string_view call, const absl::Status& status,
              std::initializer_list<absl::StatusCode> more) {
    const std::string text = status.ToString();
    const bool well =
        status.ok() || (absl::IsDataLoss(status) && Contains(text, ":1")) ||
        std::find(more.begin(), more.end(), status.code()) != more.end();
    if (!well || Contains(text, "user_")) {  // _script:1, _function:1
      wrong_ += std::string(call) + ": " + text + "\n";
    }
  }

  const RedisServer& server_;
  const std::unique_ptr<RedisStorage> storage_;
  std::string wrong_;
};

TEST_CASE("Whatever stands in our keys is answered or is data loss",
          "[redis]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  const auto server = Serve();
  const auto storage = Connect(*server);
  std::map<std::string, std::string> problems;  // the first of each kind
  for (std::size_t round = 0; round < Volume(400); ++round) {
    server->Call({"FLUSHALL"});
    Sell(*storage);
    std::vector<std::string> keys;
    for (const auto& [key, bytes] : Everything(*server)) keys.push_back(key);
    const std::string spoilt = SpoilOne(rng, *server, keys);
    const std::string wrong = SpoiltCalls(*server).Run();
    if (!wrong.empty()) problems.emplace(wrong, spoilt);
  }
  std::string all;
  for (const auto& [wrong, spoilt] : problems) {
    all += "after " + spoilt + ":\n" + wrong;
  }
  INFO(all);
  CHECK(problems.empty());
}

TEST_CASE("Bits after the last seat are data loss that names their key",
          "[redis]") {
  const auto server = Serve();
  const auto storage = Connect(*server);
  Create(*storage, "A", 3, 5);
  const std::string key = "seats_bf:1:A";
  const std::string sound(3, '\0');
  const auto refused = [&key](const absl::Status& status) {
    INFO(status.ToString());
    CHECK(absl::IsDataLoss(status));
    CHECK(Contains(status.ToString(), key));
  };
  for (const std::string& tail :
       {std::string("\1"), std::string("\2"), std::string("\0\0", 2)}) {
    server->Call({"SET", key, sound + tail});
    SectionView view;
    refused(storage->ReadSection(kEvent, "A", {}, view));
    Transaction best(kEvent);
    best.ReserveBest({.booking = kBooking,
                      .buyer = BuyerId{7},
                      .offers = {{.section = "A"}},
                      .count = 2,
                      .policy = {.order = BestPolicy::Order::kBest}});
    Outcome outcome;
    refused(storage->Commit(best, kStart, {}, outcome));
  }
  // States alone are read without the script once the shape is known.
  server->Call({"DEL", key});
  SectionView view;
  REQUIRE(storage->ReadSection(kEvent, "A", {}, view).ok());
  server->Call({"SET", key, sound + "\1"});
  refused(storage->ReadSection(kEvent, "A", {.states_only = true}, view));
}

TEST_CASE("An answer that is too long is refused and the next is read",
          "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->address());
  options.reply_bytes_max = 64 << 10;
  const auto storage = Connect(options);
  Create(*storage, "A", 3, 5);
  Create(*storage, "B", 1000, 400);
  SectionView view;
  const absl::Status status = storage->ReadSection(kEvent, "B", {}, view);
  INFO(status.ToString());
  CHECK(!status.ok());
  CHECK(!absl::IsUnknown(status));
  CHECK(States(*storage, "A") == "AAAAAAAAAAAAAAA");
}

}  // namespace
}  // namespace seatfield::test
