// SPDX-License-Identifier: MIT
//
// The keys of the services' specification, in both directions: what the storage
// writes is what the golden data say and what another program reads, and what
// another program writes is read with care and kept.

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "redis/storage_rig.h"
#include "seatfield/storage_registry.h"
#include "support/catch.h"
#include "support/golden.h"
#include "support/plain_reader.h"
#include "support/redis_server.h"
#include "support/seat_text.h"

namespace seatfield::test {
namespace {

// Others stamp what they write with the time of the clock: later than that.
constexpr Time kFarAway = TimeFromMicros(4'000'000'000'000'000);

std::string HexOf(const RedisServer& server, const std::string& key) {
  const std::string text = server.Call({"GETRANGE", key, "0", "-1"}).text;
  return Hex(std::as_bytes(std::span(text.data(), text.size())));
}

std::string BytesOf(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(
        std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::map<std::string, std::string> HashOf(const RedisServer& server,
                                          const std::string& key) {
  std::map<std::string, std::string> hash;
  const RespValue all = server.Call({"HGETALL", key});
  for (std::size_t i = 0; i + 1 < all.elements.size(); i += 2) {
    hash[all.elements[i].text] = all.elements[i + 1].text;
  }
  return hash;
}

std::vector<Seat> SeatsOf(const std::vector<std::string>& tickets) {
  std::vector<Seat> seats;
  for (const std::string& text : tickets) {
    seats.push_back(Seat::Parse(text).value());
  }
  return seats;
}

bool IsDecimal(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

// "2023-11-14T22:13:20Z", with a fraction or an offset of nothing if at all.
bool IsIso8601(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < kForm.size()) return false;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return false;
  }
  return text.back() == 'Z' || Contains(text, "+00:00");
}

// What the other reader sees; it must find all as specified.
boost::json::object Seen(const PlainReader& reader, std::string_view section,
                         std::string_view before = {}) {
  const auto answer =
      reader.Run(std::string(before) + (before.empty() ? "" : " , ") +
                 "read 1 " + std::string(section));
  INFO(answer.out);
  REQUIRE(answer.exit_status == 0);
  return boost::json::parse(answer.out).as_object();
}

std::string RowsSeen(const boost::json::object& seen) {
  std::string rows;
  for (const std::string& row : Texts(seen.at("rows"))) {
    rows += rows.empty() ? row : "|" + row;
  }
  return rows;
}

std::size_t CountSeen(const boost::json::object& seen, std::string_view name) {
  return Number(seen.at("stats").as_object().at({name.data(), name.size()}));
}

// --- What we write ----------------------------------------------------------

TEST_CASE("A life of a section has the golden bytes", "[redis]") {
  const auto server = Serve();
  const auto storage = Connect(*server);
  const PlainReader reader(*server);
  const auto& life = Golden("life_cycle").as_object();
  std::uint64_t last = 0;
  std::map<std::string, BookingId> owners;
  for (const auto& element : life.at("steps").as_array()) {
    const auto& step = element.as_object();
    const std::string act = Text(step.at("do"));
    INFO(act << " " << boost::json::serialize(step));
    Transaction tx(kEvent);
    if (act == "create") {
      Create(*storage, "A-1", 3, 5);
    } else {
      const auto tickets = Texts(step.at("seats"));
      if (act == "reserve") {
        const BookingId booking{1, ++last};
        for (const std::string& ticket : tickets) owners[ticket] = booking;
        tx = ReserveSeats("A-1", SeatsOf(tickets), booking);
      } else if (act == "finalize") {
        tx.Finalize({owners[tickets[0]], "A-1", SeatsOf(tickets)});
      } else {
        tx.Release({owners[tickets[0]], "A-1", SeatsOf(tickets)});
      }
      Must(*storage, tx);
    }
    CHECK(HexOf(*server, "seats_bf:1:A-1") == Text(step.at("hex")));
    CHECK(Text(Seen(reader, "A-1").at("hex")) == Text(step.at("hex")));
  }
}

TEST_CASE("A full section has the golden bytes", "[redis]") {
  const auto server = Serve();
  const auto storage = Connect(*server);
  Create(*storage, "A-1", 3, 5);
  std::vector<Seat> all;
  for (SeatIndex i = 0; i < 15; ++i)
    all.push_back(SectionConfig{3, 5}.SeatAt(i));
  Must(*storage, ReserveSeats("A-1", all));
  const auto& life = Golden("life_cycle").as_object();
  CHECK(HexOf(*server, "seats_bf:1:A-1") == Text(life.at("all_reserved")));
  Transaction tx(kEvent);
  Must(*storage, tx.Finalize({.booking = kBooking}));
  CHECK(HexOf(*server, "seats_bf:1:A-1") == Text(life.at("all_sold")));
}

TEST_CASE("A new section has the golden keys", "[redis]") {
  const auto server = Serve();
  const auto storage = Connect(*server);
  Create(*storage, "A-1", 3, 5);
  const auto& keys =
      Golden("keys_after_create_event_1_section_A-1_3x5").as_object();
  for (const auto& [name, expected] : keys) {
    const std::string key(name);
    INFO(key);
    const auto& form = expected.as_object();
    CHECK(server->Call({"TYPE", key}).text == Text(form.at("type")));
    CHECK(server->Call({"TTL", key}).number == -1);
    if (Text(form.at("type")) == "hash") {
      const auto hash = HashOf(*server, key);
      for (const auto& [field, value] : form.at("value").as_object()) {
        INFO(std::string(field));
        REQUIRE(hash.count(std::string(field)) == 1);
        const std::string& found = hash.at(std::string(field));
        if (field == "updated_at") {
          CHECK(IsDecimal(found));
          CHECK(found.size() == 10);
        } else {
          CHECK(found == Text(value));
        }
      }
    }
  }
  const RespValue names =
      server->Call({"ZRANGE", "event_sections:1", "0", "-1", "WITHSCORES"});
  REQUIRE(names.elements.size() == 2);
  CHECK(names.elements[0].text == "A-1");
  CHECK(names.elements[1].text == "0");
}

TEST_CASE("A reserved seat has the golden metadata", "[redis]") {
  const auto server = Serve();
  const auto storage = Connect(*server);
  Create(*storage, "A-1", 3, 5);
  Must(*storage, ReserveSeats("A-1", {{1, 2}}));
  const std::string found =
      server->Call({"HGET", "seat_meta:1:A-1:1", "2"}).text;
  const std::string golden = Text(Golden("seat_meta_after_reserving_1-2")
                                      .as_object()
                                      .at("seat_meta:1:A-1:1")
                                      .as_object()
                                      .at("value")
                                      .as_object()
                                      .at("2"));
  INFO(found);
  const std::size_t fixed = golden.find("<ISO");
  CHECK(found.substr(0, fixed) == golden.substr(0, fixed));
  const auto meta = boost::json::parse(found).as_object();
  CHECK(IsIso8601(Text(meta.at("reserved_at"))));
  CHECK(meta.size() == 4);
  Transaction tx(kEvent);
  Must(*storage, tx.Release({.booking = kBooking}));
  CHECK(server->Call({"HEXISTS", "seat_meta:1:A-1:1", "2"}).number == 0);
}

TEST_CASE("By option the metadata is the price alone", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->socket());
  options.seat_meta = RedisMetaForm::kPrice;
  const auto storage = Connect(options);
  Create(*storage, "A-1", 3, 5);
  Must(*storage, ReserveSeats("A-1", {{1, 2}}));
  CHECK(server->Call({"HGET", "seat_meta:1:A-1:1", "2"}).text == "3000");
  const SectionView view = ReadAll(*storage, "A-1");
  REQUIRE(view.details.size() == 1);
  CHECK(view.details[0].meta->booking == kBooking);
  CHECK(view.details[0].meta->price == Price(3000));
  CHECK(Seen(PlainReader(*server), "A-1").at("meta").as_object().size() == 1);
}

TEST_CASE("A prefix stands before every key as it is", "[redis]") {
  const auto& golden = Golden("prefix").as_object();
  const std::string prefix = Text(golden.at("KVROCKS_KEY_PREFIX"));
  const auto server = Serve();
  {
    RedisOptions options = OptionsFor(server->socket());
    options.key_prefix = prefix;
    const auto storage = Connect(options);
    Create(*storage, "A-1", 3, 5);
    Must(*storage, ReserveSeats("A-1", {{1, 2}}).SetId({1, 1}));
  }
  CHECK(server->Call({"EXISTS", Text(golden.at("key"))}).number == 1);
  for (const RespValue& key : server->Call({"KEYS", "*"}).elements) {
    INFO(key.text);
    CHECK(key.text.compare(0, prefix.size(), prefix) == 0);
  }
  CHECK(RowsSeen(Seen(PlainReader(*server, prefix), "A-1")) ==
        "ARAAA|AAAAA|AAAAA");
  // By text the prefix comes from the environment.
  StorageRegistry registry;
  AddRedis(registry);
  REQUIRE(::setenv("KVROCKS_KEY_PREFIX", prefix.c_str(), 1) == 0);
  const auto opened = registry.Open("redis:" + server->socket());
  ::unsetenv("KVROCKS_KEY_PREFIX");
  INFO(opened.status().ToString());
  REQUIRE(opened.ok());
  CHECK(States(**opened, "A-1") == "ARAAAAAAAAAAAAA");
}

TEST_CASE("A blocked seat is to others a state that they do not know",
          "[redis]") {
  const auto server = Serve();
  const auto storage = Connect(*server);
  Create(*storage, "A-1", 3, 5);
  Transaction tx(kEvent);
  Must(*storage, tx.Block({.section = "A-1", .seats = {{1, 1}, {3, 5}}}));
  const auto seen = Seen(PlainReader(*server), "A-1");
  CHECK(RowsSeen(seen) == "?AAAA|AAAAA|AAAA?");
  CHECK(CountSeen(seen, "available") == 13);
  CHECK(CountSeen(seen, "total") == 15);
  CHECK(HashOf(*server, "section_stats:1:A-1").at("blocked") == "2");
}

// --- Best seats -------------------------------------------------------------

// A section as another service left it, drawn by rows.
void DrawForeign(const RedisServer& server, const Drawing& drawing) {
  const std::string rows = std::to_string(drawing.rows);
  const std::string width = std::to_string(drawing.seats_per_row);
  const auto bytes = drawing.map.bytes();
  const SeatCounts counts = drawing.map.CountAll();
  server.Call({"FLUSHALL"});
  server.Call({"ZADD", "event_sections:1", "0", "A"});
  server.Call(
      {"HSET", "section_config:1:A", "rows", rows, "seats_per_row", width});
  server.Call({"HSET", "section_stats:1:A", "section_id", "A", "event_id", "1",
               "available", std::to_string(counts.available), "reserved",
               std::to_string(counts.reserved), "sold",
               std::to_string(counts.sold), "total",
               std::to_string(drawing.map.size()), "updated_at", "1600000000"});
  server.Call(
      {"SET", "seats_bf:1:A",
       std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())});
}

void CheckBest(std::string_view list, bool fallback) {
  const auto server = Serve();
  for (const auto& element : Golden(list).as_array()) {
    const auto& scene = element.as_object();
    if (!scene.contains("rows")) continue;
    INFO(boost::json::serialize(scene));
    DrawForeign(*server, Draw(Text(scene.at("rows"))));
    const auto storage = Connect(*server);
    Transaction tx(kEvent);
    tx.ReserveBest(
        {.booking = kBooking,
         .buyer = kBuyer,
         .offers = {{.section = "A", .price = Price(1)}},
         .count = static_cast<std::uint32_t>(Number(scene.at("count"))),
         .policy = {.largest_blocks_fallback = fallback},
         .hold_for = std::chrono::minutes(10)});
    Outcome outcome;
    const absl::Status status = storage->Commit(tx, kStart, {}, outcome);
    INFO(status.ToString() << " " << Describe(outcome));
    REQUIRE(status.ok());
    std::vector<std::string> chosen;
    for (const SeatChange& seat : outcome.seats) {
      chosen.push_back(seat.seat.ToString());
    }
    CHECK(chosen == Texts(scene.at("seats")));
    if (chosen.empty()) CHECK(outcome.refusal == Refusal::kNoBestAvailable);
  }
}

TEST_CASE("First fit chooses the golden seats", "[redis]") {
  CheckBest("first_fit", false);
}

TEST_CASE("The largest blocks are the golden ones", "[redis]") {
  CheckBest("largest_blocks_fallback", true);
}

// --- What others write ------------------------------------------------------

TEST_CASE("Two programs sell the seats of one section", "[redis]") {
  const auto server = Serve();
  const PlainReader reader(*server);
  const auto theirs = Seen(reader, "A-1",
                           "create 1 A-1 3 5 , reserve 1 A-1 9 "
                           "aaaaaaaa-89ab-cdef-0123-456789abcdef 500 1-1 1-2 , "
                           "finalize 1 A-1 1-2");
  CHECK(RowsSeen(theirs) == "RSAAA|AAAAA|AAAAA");
  const auto storage = Connect(*server);
  CHECK(States(*storage, "A-1") == "RSAAAAAAAAAAAAA");
  Outcome outcome;
  REQUIRE(storage
              ->Commit(ReserveSeats("A-1", {{1, 1}, {1, 2}, {1, 3}}), kStart,
                       {}, outcome)
              .ok());
  CHECK(outcome.refusal == Refusal::kSeatSold);
  REQUIRE(outcome.refused_seats.size() == 2);
  CHECK(outcome.refused_seats[0].code == Refusal::kSeatReserved);
  Transaction tx = ReserveSeats("A-1", {{1, 3}, {2, 1}});
  tx.Finalize({kBooking, "A-1", {{1, 3}}});
  Must(*storage, tx);
  const auto ours = Seen(reader, "A-1", "release 1 A-1 1-1");
  CHECK(RowsSeen(ours) == "ASSAA|RAAAA|AAAAA");
  CHECK(CountSeen(ours, "available") == 12);
  CHECK(CountSeen(ours, "reserved") == 1);
  CHECK(CountSeen(ours, "sold") == 2);
  CHECK(States(*storage, "A-1") == "ASSAARAAAAAAAAA");
  const SeatCounts counts = ReadAll(*storage, "A-1").stats.counts;
  CHECK(counts.available == 12);
  CHECK(counts.sold == 2);
}

TEST_CASE("A seat that others took is listed and never lapses", "[redis]") {
  const auto server = Serve();
  const PlainReader reader(*server);
  (void)Seen(reader, "A-1",
             "create 1 A-1 3 5 , reserve 1 A-1 9 "
             "aaaaaaaa-89ab-cdef-0123-456789abcdef 500 1-1 2-2 , "
             "finalize 1 A-1 2-2");
  const auto storage = Connect(*server);
  Must(*storage, ReserveSeats("A-1", {{1, 3}}));
  const auto foreign = storage->ListForeignSeats(kEvent);
  INFO(foreign.status().ToString());
  REQUIRE(foreign.ok());
  const SectionName name = SectionName::Parse("A-1").value();
  CHECK(*foreign ==
        std::vector<ForeignSeat>{{name, {1, 1}, SeatState::kReserved},
                                 {name, {2, 2}, SeatState::kSold}});
  const absl::Status verified = storage->Verify(kEvent);
  INFO(verified.ToString());
  CHECK(verified.ok());
  const auto expired = storage->ExpireDue(kFarAway, 99);
  REQUIRE(expired.ok());
  CHECK(*expired == 1);
  CHECK(States(*storage, "A-1") == "RAAAAASAAAAAAAA");
}

TEST_CASE("A held seat that others have sold does not lapse", "[redis]") {
  const auto server = Serve();
  const PlainReader reader(*server);
  const auto storage = Connect(*server);
  Create(*storage, "A-1", 3, 5);
  Must(*storage, ReserveSeats("A-1", {{1, 2}, {1, 3}}));
  REQUIRE(reader.Run("finalize 1 A-1 1-2").exit_status == 0);
  const auto expired = storage->ExpireDue(kFarAway, 9);
  INFO(expired.status().ToString());
  CHECK(expired.ok());
  const std::string states = States(*storage, "A-1");
  CHECK(states == "ASAAAAAAAAAAAAA");
  const SectionView view = ReadAll(*storage, "A-1");
  CHECK(view.stats.counts == view.map.CountAll());
}

TEST_CASE("A held seat that others have given back can be sold again",
          "[redis]") {
  const auto server = Serve();
  const PlainReader reader(*server);
  const auto storage = Connect(*server);
  Create(*storage, "A-1", 3, 5);
  Must(*storage, ReserveSeats("A-1", {{1, 2}}));
  REQUIRE(reader.Run("release 1 A-1 1-2").exit_status == 0);
  Outcome outcome;
  const Transaction again = ReserveSeats("A-1", {{1, 2}}, BookingId(9, 9));
  const absl::Status status = storage->Commit(again, kStart, {}, outcome);
  INFO(status.ToString() << " " << Describe(outcome));
  REQUIRE(status.ok());
  CHECK(outcome.committed());
  // The first booking has lost it.
  Transaction late(kEvent);
  late.Finalize({kBooking, "A-1", {{1, 2}}});
  const absl::Status refused = storage->Commit(late, kStart, {}, outcome);
  INFO(refused.ToString() << " " << Describe(outcome));
  REQUIRE(refused.ok());
  CHECK(!outcome.committed());
  const auto expired = storage->ExpireDue(kFarAway, 9);
  CHECK(expired.ok());
  const SectionView view = ReadAll(*storage, "A-1");
  CHECK(view.map.ToString() == "AAAAAAAAAAAAAAA");
  CHECK(view.stats.counts == view.map.CountAll());
}

TEST_CASE("A short string is a section whose end was never written",
          "[redis]") {
  const auto server = Serve();
  const PlainReader reader(*server);
  const auto seen =
      Seen(reader, "A-1",
           "create 1 A-1 3 5 , reserve 1 A-1 9 "
           "aaaaaaaa-89ab-cdef-0123-456789abcdef 500 1-1 , shorten 1 A-1 1");
  REQUIRE(server->Call({"STRLEN", "seats_bf:1:A-1"}).number == 1);
  const auto storage = Connect(*server);
  CHECK(States(*storage, "A-1") == "RAAAAAAAAAAAAAA");
  Must(*storage, ReserveSeats("A-1", {{3, 5}}));
  CHECK(RowsSeen(Seen(reader, "A-1")) == "RAAAA|AAAAA|AAAAR");
  CHECK(HexOf(*server, "seats_bf:1:A-1") == "40000004");
  server->Call({"DEL", "seats_bf:1:A-1"});
  CHECK(States(*storage, "A-1").size() == 15);
}

TEST_CASE("Counters that are missing are counted anew", "[redis]") {
  const auto server = Serve();
  const PlainReader reader(*server);
  const std::string make =
      "create 1 A-1 3 5 , reserve 1 A-1 9 "
      "aaaaaaaa-89ab-cdef-0123-456789abcdef 500 1-1 1-2 , finalize 1 A-1 1-2";
  REQUIRE(reader.Run(make + " , drop_counters 1 A-1").exit_status == 0);
  const auto storage = Connect(*server);
  const SeatCounts counts = ReadAll(*storage, "A-1").stats.counts;
  CHECK(counts.available == 13);
  CHECK(counts.reserved == 1);
  CHECK(counts.sold == 1);
  std::vector<SectionStats> stats;
  REQUIRE(storage->ReadStats({kEvent}, stats).ok());
  REQUIRE(stats.size() == 1);
  CHECK(stats[0].counts == counts);
  Must(*storage, ReserveSeats("A-1", {{3, 5}}));
  const auto seen = Seen(reader, "A-1");
  CHECK(CountSeen(seen, "available") == 12);
  CHECK(CountSeen(seen, "reserved") == 2);
  CHECK(CountSeen(seen, "sold") == 1);
  server->Call({"DEL", "section_stats:1:A-1"});
  Must(*storage, ReserveSeats("A-1", {{3, 4}}, BookingId(5, 5)));
  CHECK(ReadAll(*storage, "A-1").stats.counts.available == 11);
}

TEST_CASE("A bare price of a free seat is there again when it is released",
          "[redis]") {
  const auto server = Serve();
  const PlainReader reader(*server);
  REQUIRE(reader.Run("create 1 A-1 3 5 , price 1 A-1 3000 1-2 1-3 2-1")
              .exit_status == 0);
  for (const RedisMetaForm form :
       {RedisMetaForm::kJson, RedisMetaForm::kPrice}) {
    RedisOptions options = OptionsFor(server->socket());
    options.seat_meta = form;
    const auto storage = Connect(options);
    const auto price_of = [&](const char* number) {
      return server->Call({"HGET", "seat_meta:1:A-1:1", number}).text;
    };
    const BookingId booking{8, form == RedisMetaForm::kJson ? 1u : 2u};
    Transaction tx(kEvent);
    tx.Reserve({.booking = booking,
                .buyer = kBuyer,
                .section = "A-1",
                .seats = {{1, 2}, {1, 3}, {1, 4}},
                .hold_for = std::chrono::minutes(10),
                .price = Price(4500)});
    Must(*storage, tx);
    CHECK(price_of("2") != "3000");
    tx.Clear(kEvent);
    Must(*storage, tx.Release({booking, "A-1", {{1, 2}}}));
    CHECK(price_of("2") == "3000");
    tx.Clear(kEvent);
    Must(*storage,
         tx.Finalize({.booking = booking}).Refund({.booking = booking}));
    CHECK(price_of("3") == "3000");
    CHECK(price_of("4").empty());
    CHECK(server->Call({"HGET", "seat_meta:1:A-1:2", "1"}).text == "3000");
    CHECK(storage->Verify(kEvent).ok());
  }
}

TEST_CASE("A bare price is there again when a hold has lapsed", "[redis]") {
  const auto server = Serve();
  const PlainReader reader(*server);
  REQUIRE(reader.Run("create 1 A-1 3 5 , price 1 A-1 3000 1-2").exit_status ==
          0);
  const auto storage = Connect(*server);
  Must(*storage, ReserveSeats("A-1", {{1, 2}}));
  const auto expired = storage->ExpireDue(kFarAway, 9);
  REQUIRE(expired.ok());
  CHECK(*expired == 1);
  CHECK(server->Call({"HGET", "seat_meta:1:A-1:1", "2"}).text == "3000");
}

TEST_CASE("Fields and keys that are not ours are kept", "[redis]") {
  const auto server = Serve();
  const PlainReader reader(*server);
  REQUIRE(reader
              .Run("create 1 A-1 3 5 , field section_stats:1:A-1 theirs 77 , "
                   "field section_config:1:A-1 theirs 78 , "
                   "field seat_meta:1:A-1:1 9999 '{\"buyer_id\":1}' , "
                   "field seat_price:1:A-1 2 3000")
              .exit_status == 0);
  const auto storage = Connect(*server);
  Must(*storage, ReserveSeats("A-1", {{1, 2}}));
  Transaction tx(kEvent);
  Must(*storage, tx.Finalize({.booking = kBooking}));
  CHECK(HashOf(*server, "section_stats:1:A-1").at("theirs") == "77");
  CHECK(HashOf(*server, "section_config:1:A-1").at("theirs") == "78");
  CHECK(HashOf(*server, "seat_price:1:A-1").at("2") == "3000");
  CHECK(HashOf(*server, "seat_meta:1:A-1:1").count("9999") == 1);
}

TEST_CASE("Unknown fields of a seat's metadata stay while it is sold",
          "[redis]") {
  const auto server = Serve();
  const auto storage = Connect(*server);
  Create(*storage, "A-1", 3, 5);
  Must(*storage, ReserveSeats("A-1", {{1, 2}}));
  const std::string key = "seat_meta:1:A-1:1";
  std::string text = server->Call({"HGET", key, "2"}).text;
  REQUIRE(text.back() == '}');
  text.insert(text.size() - 1, ",\"theirs\":{\"a\":[1,2.50]}");
  server->Call({"HSET", key, "2", text});
  Transaction tx(kEvent);
  Must(*storage, tx.Finalize({.booking = kBooking}));
  CHECK(Contains(server->Call({"HGET", key, "2"}).text,
                 "\"theirs\":{\"a\":[1,2.50]}"));
  const SectionView view = ReadAll(*storage, "A-1");
  REQUIRE(view.details.size() == 1);
  CHECK(view.details[0].meta->booking == kBooking);
}

// --- One bit a seat ---------------------------------------------------------

TEST_CASE("Rows of one bit a seat are imported as blocked", "[redis]") {
  const auto& golden = Golden("one_bit_rows").as_object();
  const auto server = Serve();
  const char* const rows[] = {"empty", "first_two_taken", "full"};
  for (std::size_t row = 0; row < 3; ++row) {
    server->Call({"SET", "seats:1:Z:" + std::to_string(row + 1),
                  BytesOf(Text(golden.at(rows[row])))});
  }
  const auto storage = Connect(*server);
  const absl::Status status =
      storage->ImportOneBitRows(kEvent, {"Z", {4, 65}}, 12, kStart);
  INFO(status.ToString());
  REQUIRE(status.ok());
  const SectionView view = ReadAll(*storage, "Z");
  CHECK(view.map.ToString() == std::string(65, 'A') + "BB" +
                                   std::string(63, 'A') + std::string(65, 'B') +
                                   std::string(65, 'A'));
  CHECK(view.stats.counts.blocked == 67);
  REQUIRE(view.details.size() == 67);
  CHECK(view.details[0].block_reason == 12);
  CHECK(HexOf(*server, "seats:1:Z:2") == Text(golden.at("first_two_taken")));
  CHECK(CountSeen(Seen(PlainReader(*server), "Z"), "available") == 193);
  CHECK(storage->Verify(kEvent).ok());
}

TEST_CASE("Rows of one bit a seat that do not fit are refused", "[redis]") {
  const auto server = Serve();
  const auto storage = Connect(*server);
  server->Call({"SET", "seats:1:Z:1", std::string(9, '\0')});
  absl::Status status =
      storage->ImportOneBitRows(kEvent, {"Z", {1, 64}}, 1, kStart);
  INFO(status.ToString());
  CHECK(absl::IsDataLoss(status));
  Create(*storage, "Y", 1, 65);
  Must(*storage, ReserveSeats("Y", {{1, 1}}));
  server->Call(
      {"SET", "seats:1:Y:1", std::string("\x80") + std::string(8, '\0')});
  status = storage->ImportOneBitRows(kEvent, {"Y", {1, 65}}, 1, kStart);
  INFO(status.ToString());
  CHECK(absl::IsFailedPrecondition(status));
}

// --- Many seats -------------------------------------------------------------

// More seats side by side than one number holds, in several states.
TEST_CASE("A long row of taken seats is as it was written", "[redis]") {
  constexpr std::uint32_t kWidth = 150;
  constexpr BookingId kSold{7, 7};
  const auto server = Serve();
  const auto storage = Connect(*server);
  Create(*storage, "L", 1, kWidth);
  std::vector<Seat> held, sold, blocked;
  std::string states;
  for (std::uint32_t i = 0; i < kWidth; ++i) {
    const char state = "BSRRSBR"[i * i % 7];
    states += state;
    if (state == 'R') held.push_back({1, i + 1});
    if (state == 'S') sold.push_back({1, i + 1});
    if (state == 'B') blocked.push_back({1, i + 1});
  }
  Transaction tx = ReserveSeats("L", held);
  tx.Reserve({.booking = kSold,
              .buyer = kBuyer,
              .section = "L",
              .seats = sold,
              .hold_for = std::chrono::minutes(1)})
      .Finalize({.booking = kSold})
      .Block({.section = "L", .seats = blocked});
  Must(*storage, tx);
  CHECK(States(*storage, "L") == states);

  Transaction all(kEvent);
  all.Release({.booking = kBooking}).Refund({.booking = kSold});
  std::vector<Seat> free;
  for (std::uint32_t i = 0; i < kWidth; ++i) {
    if (states[i] != 'B') free.push_back({1, i + 1});
  }
  all.Block({.section = "L", .seats = free});
  Must(*storage, all);
  CHECK(States(*storage, "L") == std::string(kWidth, 'B'));
}

// --- Layouts ----------------------------------------------------------------

TEST_CASE("The event layout differs by its braces alone", "[redis]") {
  const auto server = Serve();
  RedisOptions options = OptionsFor(server->socket());
  options.layout = RedisLayout::kEvent;
  const auto storage = Connect(options);
  Create(*storage, "A-1", 3, 5);
  Must(*storage, ReserveSeats("A-1", {{1, 2}}));
  CHECK(HexOf(*server, "seats_bf:{1}:A-1") == "10000000");
  const auto seen = Seen(PlainReader(*server, "", true), "A-1");
  CHECK(RowsSeen(seen) == "ARAAA|AAAAA|AAAAA");
  CHECK(seen.at("meta").as_object().size() == 1);
}

}  // namespace
}  // namespace seatfield::test
