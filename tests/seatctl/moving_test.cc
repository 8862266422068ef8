// SPDX-License-Identifier: MIT
//
// export and import: what comes out goes in again, and what is wrong is told by
// its line.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "seatctl/office.h"
#include "seatfield/transaction.h"
#include "support/catch.h"
#include "support/folder.h"
#include "support/program.h"
#include "support/seed.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

constexpr const char* kHeader = "{\"seatfield_event\":1,\"event_id\":1}\n";
constexpr const char* kHall =
    "{\"section\":\"Hall\",\"rows\":2,\"seats_per_row\":3}\n";

std::string Taken(const std::string& seat, const std::string& state,
                  const std::string& more = "") {
  return R"({"section":"Hall","seat":")" + seat + R"(","state":")" + state +
         R"(","meta":{"buyer_id":7,"booking_id":)"
         R"("00000000-0000-0000-0000-000000000001","price":100,)"
         R"("reserved_at":"2023-11-14T22:00:00.000000Z")" +
         more + "}}\n";
}

// Some thousand seats in all states, by bookings that reach over sections.
void FillAtRandom(Office& office, Rng& rng) {
  Inventory inventory(office.Borrow(), office.clock);
  std::vector<SectionSpec> specs;
  for (int i = 0; i < 5; ++i) {
    specs.push_back({"S" + std::to_string(i),
                     {static_cast<std::uint32_t>(rng.Between(1, 30)),
                      static_cast<std::uint32_t>(rng.Between(1, 40))}});
  }
  REQUIRE(inventory.CreateSections(kEvent, specs).ok());
  for (std::size_t i = 0; i < 400; ++i) {
    const BookingId booking = B(1 + rng.Below(100));
    Transaction transaction(kEvent);
    const SectionSpec& spec = specs[rng.Below(specs.size())];
    std::vector<Seat> seats;
    for (std::size_t n = rng.Between(1, 9); n > 0; --n) {
      const Seat seat = spec.config.SeatAt(
          static_cast<SeatIndex>(rng.Below(spec.config.seat_count())));
      if (std::find(seats.begin(), seats.end(), seat) == seats.end()) {
        seats.push_back(seat);
      }
    }
    if (rng.Chance(.2)) {
      transaction.Block({.section = spec.name,
                         .seats = seats,
                         .reason = static_cast<std::uint32_t>(rng.Below(3))});
    } else {
      transaction.Reserve(
          {.booking = booking,
           .buyer = BuyerId{static_cast<std::int64_t>(rng.Below(9))},
           .section = spec.name,
           .seats = seats,
           .hold_for = rng.Chance(.3)
                           ? kForever
                           : std::chrono::minutes(rng.Between(1, 60)),
           .price = Price(static_cast<std::int64_t>(rng.Below(10'000)))});
      if (rng.Chance(.5)) transaction.Finalize({.booking = booking});
    }
    REQUIRE(inventory.Commit(transaction).ok());
    if (rng.Chance(.1)) office.clock->Advance(std::chrono::seconds(30));
  }
  if (rng.Chance(.5)) {
    REQUIRE(inventory.Pause({kEvent, specs[0].name}).ok());
  }
}

}  // namespace

TEST_CASE("An event is the same after export and import", "[seatctl]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t round = 0; round < Volume(60); ++round) {
    Limits limits;
    limits.seats_per_transaction_max =
        static_cast<std::uint32_t>(rng.Between(9, 5000));
    Office office(limits);
    FillAtRandom(office, rng);
    const std::string lines = office.Do("export 1");
    const std::string digest = office.Digest(kEvent);
    const std::string answer =
        office.Do("import 7 - --store shared:other", lines);
    CHECK(Contains(answer, "digest " + digest + "\n"));
    CHECK(office.Digest(EventId{7}, "other") == digest);
    // The second event's number is all that differs.
    const std::string again = office.Do("export 7 --store shared:other");
    CHECK(again.substr(again.find('\n')) == lines.substr(lines.find('\n')));
    CHECK(office.Do("verify --store shared:other") ==
          "event 7: ok  digest " + digest + "\n");
  }
}

TEST_CASE("An import can be run again, and then does nothing", "[seatctl]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  Office office;
  FillAtRandom(office, rng);
  const std::string lines = office.Do("export 1");
  office.Do("import 1 - --store shared:other", lines);
  const std::string again = office.Do("import 1 - --store shared:other", lines);
  CHECK(Contains(again, ": 5 sections, 0 seats loaded, "));
  CHECK(office.Digest(kEvent, "other") == office.Digest(kEvent));
}

TEST_CASE("An import that is cut off goes on where it ended", "[seatctl]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  Office office;
  FillAtRandom(office, rng);
  const std::string lines = office.Do("export 1");
  for (std::size_t round = 0; round < Volume(40); ++round) {
    const std::string store = "other" + std::to_string(round);
    const std::size_t size = rng.Below(lines.size() - 1);
    const Result cut =
        office.Run("import 1 - --store shared:" + store, lines.substr(0, size));
    INFO(cut.error);
    CHECK(cut.exit_status == 3);
    CHECK(cut.out.empty());
    office.Do("import 1 - --store shared:" + store, lines);
    CHECK(office.Digest(kEvent, store) == office.Digest(kEvent));
  }
}

TEST_CASE("An event stays paused while its import is half done", "[seatctl]") {
  Office office;
  const Result cut = office.Run(
      "import 1 -", std::string(kHeader) + kHall + Taken("1-1", "sold"));
  CheckFails(cut, 3,
             "seatctl: -:3: the end line is missing: the input is cut off\n"
             "  so far: 0 seats of it in the store, paused; put it right and "
             "import it again\n");
  CHECK(Contains(office.Do("stats 1"), "paused"));
}

TEST_CASE("Paused sections are paused after an import, others are not",
          "[seatctl]") {
  Office office;
  office.Create();
  office.Do("pause 1 Floor-2");
  const std::string lines = office.Do("export 1");
  office.Do("import 1 - --store shared:other", lines);
  const auto stats = [&](const std::string& store) {
    return office.Do("stats 1 --json --store shared:" + store);
  };
  CHECK(stats("other") == stats("office"));
  office.Do("pause 1");
  office.Do("import 1 - --store shared:all", office.Do("export 1"));
  CHECK(stats("all") == stats("office"));
  office.Do("resume 1 --store shared:all");
  CHECK_FALSE(Contains(stats("all"), "\"paused\":true"));
}

TEST_CASE("Holds that have run out are left out of exports and imports",
          "[seatctl]") {
  Office office;
  office.Create();
  office.Do(
      "reserve 1 Box-1 1-1 --buyer 7 --hold 10m --booking "
      "00000000-0000-0000-0000-000000000001");
  office.Do(
      "reserve 1 Box-1 1-2 --buyer 7 --hold 20m --booking "
      "00000000-0000-0000-0000-000000000002");
  office.clock->Advance(std::chrono::minutes(15));
  const std::string lines = office.Do("export 1");
  CHECK_FALSE(Contains(lines, "\"1-1\""));
  CHECK(Contains(lines, "\"1-2\""));
  office.clock->Advance(std::chrono::minutes(15));
  CHECK(Contains(office.Do("import 1 - --store shared:other", lines),
                 "0 seats loaded, 0 there already, 1 left out whose hold had "
                 "run out\n"));
}

TEST_CASE("What an import finds otherwise is refused by its line",
          "[seatctl]") {
  Office office;
  office.Create();
  office.Do("block 1 Floor-1 1-1 --reason 4");
  const std::string lines = office.Do("export 1");
  office.Create("2");
  office.Do(
      "reserve 2 Floor-1 1-1 --buyer 7 --booking "
      "00000000-0000-0000-0000-000000000001");
  CheckFails(office.Run("import 2 -", lines), 1,
             "seatctl: -:5: Floor-1 1-1 is reserved to booking "
             "00000000-0000-0000-0000-000000000001 in the store, not blocked "
             "for reason 4\n");
  office.Create("3");
  office.Do("block 3 Box-1 1-1");
  CheckFails(office.Run("import 3 -", lines), 1,
             "all seats are in, but the event is not as the file has it");
  office.Do("create 4 --venue -",
            R"({"rows":9,"cols":10,"sections":[)"
            R"({"name":"Floor","price":1,"subsections":1}]})");
  CheckFails(office.Run("import 4 -", lines), 1, "Floor-1");
}

TEST_CASE("A limit of the store is told by the line that met it", "[seatctl]") {
  Limits limits;
  limits.seats_per_booking_max = 1;
  Office office(limits);
  CheckFails(
      office.Run("import 1 -", std::string(kHeader) + kHall +
                                   Taken("1-1", "sold") + Taken("1-2", "sold") +
                                   R"({"end":{"sections":1,"seats":2}})"),
      1, "-:4: refused limit_exceeded (seats_per_booking)");
}

TEST_CASE("Lines out of place are told by their number", "[seatctl]") {
  Office office;
  int event = 0;
  const auto fails = [&](const std::string& input, std::string_view message) {
    INFO(input);
    CheckFails(office.Run("import " + std::to_string(++event) + " -", input), 3,
               message);
  };
  const std::string header = kHeader;
  const std::string begin = header + kHall;
  const std::string end = R"({"end":{"sections":1,"seats":0}})";
  fails("", "-: the end line is missing");
  fails("\n\n", "-:2: the end line is missing");
  fails(kHall, "-:1: the first line must be");
  fails(header + header, "-:2: a second first line");
  fails(header + "{\"end\":{}}", "-:2: end.sections: missing");
  fails(begin + "not json\n", "-:3: not JSON");
  fails(begin + kHall, "-:3: section Hall stands twice");
  fails(begin + Taken("1-1", "sold") + kHall,
        "-:4: sections must stand before all seats");
  fails(begin + R"({"section":"Box","seat":"1-1","state":"blocked"})",
        "-:3: section Box has no line of its own before");
  fails(begin + Taken("1-1", "sold") + end,
        "-:4: the end line speaks of 1 sections and 0 seats, not 1 and 1");
  fails(begin + end + "\n" + kHall, "nothing may stand behind the end line");
  fails(header + std::string(70'000, 'x'), "-:2: longer than 65536 bytes");
  fails(begin + Taken("1-1", "available"), "-:3: ");
}

TEST_CASE("Seats that the store cannot take are told by their line",
          "[seatctl]") {
  Office office;
  const std::string begin = std::string(kHeader) + kHall;
  const auto fails = [&](const std::string& event, const std::string& seats,
                         std::string_view message) {
    CheckFails(
        office.Run("import " + event + " -",
                   begin + seats + R"({"end":{"sections":1,"seats":2}})"),
        1, message);
  };
  fails("1", Taken("1-1", "sold") + Taken("3-1", "sold"),
        "-:4: refused invalid_argument (seat_row)");
  fails("2", Taken("1-1", "sold") + Taken("1-1", "sold"),
        "-:4: refused invalid_argument (seat_repeated)");
  const std::string forever = Taken("1-1", "reserved");
  fails("3",
        forever + Taken("1-2", "reserved",
                        ",\"hold_until\":\"2033-01-01T00:00:00.000000Z\""),
        "-:4: refused invalid_argument (load_record)");
}

TEST_CASE("Lines may end as on other systems, and the last not at all",
          "[seatctl]") {
  Office office;
  office.Create();
  office.Do("block 1 Floor-1 1-1");
  std::string lines;
  for (const char c : office.Do("export 1")) {
    lines += c == '\n' ? "\r\n" : std::string(1, c);
  }
  lines.resize(lines.size() - 2);
  office.Do("import 2 -", lines);
  CHECK(office.Digest(EventId{2}) == office.Digest(EventId{1}));
}

TEST_CASE("Files are written whole or not at all", "[seatctl]") {
  Office office;
  office.Create();
  const Folder folder;
  const std::string path = folder.File("e.jsonl");
  CHECK(office.Do("export 1 " + path).empty());
  CHECK(FileText(path) == office.Do("export 1 -"));
  const Result missing = office.Run("export 9 " + path);
  CHECK(missing.exit_status == 1);
  CHECK(FileText(path) == office.Do("export 1"));
  CHECK_FALSE(std::filesystem::exists(path + ".partial"));
  office.Do("import 2 " + path);
  office.Do("export 1 /dev/null");
  CheckFails(office.Run("export 1 " + folder.File("no/e")), 3,
             "No such file or directory");
  CheckFails(office.Run("import 1 " + folder.File("none")), 3,
             "No such file or directory");
  CheckFails(office.Run("import 1 " + folder.File("")), 3, "Is a directory");
}

TEST_CASE("Bytes of a section go out and in", "[seatctl]") {
  Office office;
  office.Create();
  office.Do("block 1 Floor-1 1-1,4-10");
  office.Do(
      "reserve 1 Floor-1 2-2 --buyer 1 --booking "
      "00000000-0000-0000-0000-000000000001");
  office.Do("finalize 1 00000000-0000-0000-0000-000000000001");
  office.Do(
      "reserve 1 Floor-1 2-3 --buyer 1 --booking "
      "00000000-0000-0000-0000-000000000002");
  const std::string bytes = office.Do(
      "export 1 --format bytes --section "
      "Floor-1");
  CHECK(bytes == office.Do("bytes 1 Floor-1"));
  office.Create("2");
  CheckFails(office.Run("import 2 - --format bytes --section Floor-1", bytes),
             2, "seat 2-2 is sold: say by --booking and --buyer to whom");
  CHECK(office.Do("import 2 - --format bytes --section Floor-1 --buyer 5 "
                  "--price 3 --reason 8 --booking "
                  "00000000-0000-0000-0000-000000000001",
                  bytes) ==
        "event 2: 4 seats loaded, 0 there already, 0 left out whose hold had "
        "run out\n");
  CHECK(office.States("Floor-1", EventId{2}) == office.States("Floor-1"));
  CHECK(Contains(office.Do("row 2 Floor-1 1"), "reason 8"));
  CHECK(Contains(office.Do("row 2 Floor-1 2"), "3.00"));
  CheckFails(office.Run("import 2 - --format bytes --section Floor-1", "x"), 3,
             "the section needs 10 bytes, not 1");
  CheckFails(office.Run("import 2 - --format bytes --section Hall", "x"), 1,
             "Hall");
}

TEST_CASE("Rows of bits go out, and in as blocked or as sold", "[seatctl]") {
  Office office;
  office.Create();
  office.Do("block 1 Box-1 1-1,2-5");
  const std::string rows = office.Do("export 1 --format rows --section Box-1");
  CHECK(rows == std::string("\x80\x08", 2));
  office.Create("2");
  office.Do("import 2 - --format rows --section Box-1", rows);
  CHECK(office.States("Box-1", EventId{2}) == "BAAAAAAAAB");
  CHECK(Contains(office.Do("import 2 - --format rows --section Box-1", rows),
                 "0 seats loaded, 2 there already"));
  office.Create("3");
  office.Do(
      "import 3 - --format rows --section Box-1 --buyer 5 --booking "
      "00000000-0000-0000-0000-000000000001",
      rows);
  CHECK(office.States("Box-1", EventId{3}) == "SAAAAAAAAS");
}

}  // namespace seatfield::test
