// SPDX-License-Identifier: MIT
//
// The verbs of seatctl, run one after the other on stores in this process.

#include <chrono>
#include <string>

#include "seatctl/json_lines.h"
#include "seatctl/office.h"
#include "support/catch.h"
#include "support/folder.h"
#include "support/program.h"

namespace seatfield::test {
namespace {

constexpr const char* kTwo = "00000000-0000-0000-0000-000000000002";

// For booking kOne unless `more` says so.
std::string Booked(const std::string& more = "") {
  return " --buyer 7 --booking " + std::string(kOne) + " " + more;
}

// An office with some of everything.
void Fill(Office& office) {
  office.Create();
  office.Do("reserve 1 Floor-1 1-1..1-3 --price 45.50" + Booked());
  office.Do(std::string("finalize 1 ") + kOne);
  office.Do("reserve 1 Floor-2 2-2,2-4 --buyer 8 --hold 30m --booking " +
            std::string(kTwo));
  office.Do(
      "reserve 1 Box-1 1-1 --buyer 9 --hold forever --booking "
      "00000000-0000-0000-0000-000000000003");
  office.Do("block 1 Floor-1 4-1..4-10 --reason 3");
  office.Do("block 1 Box-1 2-5");
  office.Do("pause 1 Floor-2");
}

}  // namespace

// --- Selling ----------------------------------------------------------------

TEST_CASE("Seats are held, sold and refunded", "[seatctl]") {
  Office office;
  office.Create();
  CHECK(office.Do("reserve 1 Floor-1 1-1..1-2 2-1 --price 45.5" + Booked()) ==
        "Floor-1 1-1  available -> reserved  45.50\n"
        "Floor-1 1-2  available -> reserved  45.50\n"
        "Floor-1 2-1  available -> reserved  45.50\n"
        "held until 2023-11-14T22:23:20.000000Z\n"
        "done\n");
  CHECK(office.Do(std::string("extend 1 ") + kOne + " --hold 20m") ==
        "held until 2023-11-14T22:33:20.000000Z\ndone\n");
  CHECK(office.Do(std::string("finalize 1 ") + kOne + " Floor-1:1-1,1-2") ==
        "Floor-1 1-1  reserved -> sold  45.50\n"
        "Floor-1 1-2  reserved -> sold  45.50\n"
        "held until 2023-11-14T22:33:20.000000Z\n"
        "done\n");
  office.Do(std::string("release 1 ") + kOne);
  CHECK(office.States("Floor-1").starts_with("SSAAAAAAAAAA"));
  CHECK(office.Do(std::string("refund 1 ") + kOne) ==
        "Floor-1 1-1  sold -> available\n"
        "Floor-1 1-2  sold -> available\n"
        "done\n");
  CHECK(office.Do(std::string("release 1 ") + kOne) == "nothing to do\n");
}

TEST_CASE("A refusal exits with 1 and names every seat", "[seatctl]") {
  Office office;
  Fill(office);
  const Result result = office.Run(
      "reserve 1 Floor-1 1-3 1-4 4-1 --buyer 1 --booking "
      "00000000-0000-0000-0000-00000000000f");
  CHECK(result.exit_status == 1);
  CHECK(result.out.empty());
  CHECK(result.error ==
        "seatctl: refused seat_blocked: the seats are not for sale\n"
        "  Floor-1 1-3  seat_sold\n"
        "  Floor-1 4-1  seat_blocked\n");
  CheckFails(office.Run("reserve 1 Floor-1 5-1 --buyer 1 --booking " +
                        std::string(kTwo)),
             1, "invalid_argument (seat_row)");
  CheckFails(office.Run("reserve 1 Hall 1-1" + Booked()), 1,
             "not_found (section)");
  CheckFails(office.Run("reserve 2 Floor-1 1-1" + Booked()), 1,
             "not_found (event)");
  CheckFails(office.Run("reserve 1 Floor-2 1-1 --buyer 1 --booking "
                        "00000000-0000-0000-0000-00000000000f"),
             1, "sales are paused");
}

TEST_CASE("With --json an outcome is one line, refused or not", "[seatctl]") {
  Office office;
  office.Create();
  const auto held =
      Json(office.Do("reserve 1 Box-1 1-1 --json --price 120" + Booked()));
  CHECK(held.at("committed") == true);
  CHECK(held.at("steps").at(0).at("seats").at(0).at("price") == 12000);
  const Result result = office.Run(
      "reserve 1 Box-1 1-1 --buyer 1 --json --booking " + std::string(kTwo));
  CHECK(result.exit_status == 1);
  CHECK(result.error.empty());
  const auto refused = Json(result.out);
  CHECK(refused.at("refusal") == "seat_reserved");
  CHECK(refused.at("refused_seats").at(0).at("seat") == "1-1");
}

TEST_CASE("The same --txn gives the first answer again", "[seatctl]") {
  Office office;
  office.Create();
  const std::string line =
      "reserve 1 Box-1 1-1 --txn 00000000-0000-0000-0000-0000000000aa" +
      Booked();
  office.Do(line);
  CHECK(Contains(office.Do(line), "done before, by the same --txn\n"));
  CheckFails(office.Run(line + " --price 1"), 1, "id_reused");
}

TEST_CASE("The best seats are found where one asks, or anywhere", "[seatctl]") {
  Office office;
  office.Create();
  CHECK(office.Do("best 1 4 --section Floor-2 --policy first" + Booked()) ==
        "Floor-2 1-1  available -> reserved  0.00\n"
        "Floor-2 1-2  available -> reserved  0.00\n"
        "Floor-2 1-3  available -> reserved  0.00\n"
        "Floor-2 1-4  available -> reserved  0.00\n"
        "held until 2023-11-14T22:23:20.000000Z\n"
        "done\n");
  CHECK(Contains(office.Do("best 1 5 --section Floor-1 --buyer 1 --booking " +
                           std::string(kTwo)),
                 "Floor-1 1-3  available"));  // the middle of the row
  CHECK(Contains(office.Do("best 1 2" + Booked("--price 30")), "30.00"));
  const Result result = office.Run(
      "best 1 11 --section Box-1 --buyer 1 --booking "
      "00000000-0000-0000-0000-000000000003");
  CheckFails(result, 1, "no_best_available");
  CHECK(Contains(result.error, " available, 5 side by side\n"));
}

TEST_CASE("Of many sections those with most room are offered", "[seatctl]") {
  Office office;
  office.Do("create 1 --venue -",
            R"({"rows":1,"cols":4,"sections":[)"
            R"({"name":"S","price":1,"subsections":20}]})");
  for (int i = 1; i <= 18; ++i) {
    office.Do("block 1 S-" + std::to_string(i) + " 1-1..1-4");
  }
  CHECK(Contains(office.Do("best 1 4" + Booked()), "S-19 1-1"));
  CheckFails(office.Run("best 1 4 --txn 00000000-0000-0000-0000-0000000000aa" +
                        Booked()),
             2, "--txn needs --section");
  CheckFails(office.Run("best 2 4" + Booked()), 1, "no event 2");
}

TEST_CASE("Sold seats are exchanged in one transaction at the old price",
          "[seatctl]") {
  Office office;
  Fill(office);
  CHECK(office.Do(std::string("exchange 1 ") + kOne +
                  " Floor-1:1-1,1-2 --to Box-1:1-2,1-3") ==
        "Floor-1 1-1  sold -> available\n"
        "Floor-1 1-2  sold -> available\n"
        "Box-1 1-2  available -> reserved  45.50\n"
        "Box-1 1-3  available -> reserved  45.50\n"
        "Box-1 1-2  reserved -> sold  45.50\n"
        "Box-1 1-3  reserved -> sold  45.50\n"
        "done\n");
  const auto booking = Json(office.Do(std::string("booking 1 --json ") + kOne));
  CHECK(booking.at("seats").as_array().size() == 3);
  CHECK(booking.at("buyer_id") == 7);
}

TEST_CASE("Seats may move over themselves in an exchange", "[seatctl]") {
  Office office;
  Fill(office);
  office.Do(std::string("exchange 1 ") + kOne +
            " Floor-1:1-1..1-3 --to Floor-1:1-2..1-4");
  CHECK(office.States("Floor-1").starts_with("ASSSA"));
}

TEST_CASE("Held seats are exchanged and keep their deadline", "[seatctl]") {
  Office office;
  office.Create();
  office.Do("reserve 1 Floor-1 1-1,1-2 --price 10" + Booked());
  office.clock->Advance(std::chrono::minutes(4));
  CHECK(office.Do(std::string("exchange 1 ") + kOne +
                  " Floor-1:1-1,1-2 --to Floor-1:2-1,2-2,2-3") ==
        "Floor-1 1-1  reserved -> available\n"
        "Floor-1 1-2  reserved -> available\n"
        "Floor-1 2-1  available -> reserved  10.00\n"
        "Floor-1 2-2  available -> reserved  10.00\n"
        "Floor-1 2-3  available -> reserved  10.00\n"
        "held until 2023-11-14T22:23:20.000000Z\n"
        "done\n");
}

TEST_CASE("An exchange that cannot be leaves all as it was", "[seatctl]") {
  Office office;
  Fill(office);
  const std::string before = office.Digest(kEvent);
  const std::string exchange = std::string("exchange 1 ") + kOne;
  CheckFails(office.Run(exchange + " Floor-1:1-1 --to Box-1:1-1"), 1,
             "refused seat_reserved at step 2, reserve");
  CheckFails(office.Run(exchange + " Floor-2:2-2 --to Box-1:1-2"), 1,
             "refused not_owner at step 1, refund");
  CheckFails(office.Run("exchange 1 00000000-0000-0000-0000-0000000000ff "
                        "Floor-1:1-1 --to Box-1:1-2"),
             1, "booking");
  CHECK(office.Digest(kEvent) == before);
}

TEST_CASE("An exchange asks for a price where the old ones do not tell",
          "[seatctl]") {
  Office office;
  office.Create();
  office.Do("reserve 1 Floor-1 1-1 --price 10" + Booked());
  office.Do("reserve 1 Floor-1 1-2 --price 20" + Booked());
  const std::string exchange =
      std::string("exchange 1 ") + kOne + " Floor-1:1-1,1-2 --to ";
  CheckFails(office.Run(exchange + "Box-1:1-1"), 2, "--price: needed");
  CHECK(Contains(office.Do(exchange + "Box-1:1-1,1-2"),
                 "Box-1 1-2  available -> reserved  20.00"));
}

TEST_CASE("Seats are blocked and unblocked", "[seatctl]") {
  Office office;
  office.Create();
  CHECK(office.Do("block 1 Box-1 1-1..1-2 --reason 9") ==
        "Box-1 1-1  available -> blocked\n"
        "Box-1 1-2  available -> blocked\n"
        "done\n");
  CHECK(Contains(office.Do("row 1 Box-1 1"), "reason 9"));
  CHECK(office.Do("unblock 1 Box-1 1-1") ==
        "Box-1 1-1  blocked -> available\ndone\n");
  CHECK(office.Do("unblock 1 Box-1 1-1") == "nothing to do\n");
}

// --- Looking ----------------------------------------------------------------

TEST_CASE("Stats count each section and all", "[seatctl]") {
  Office office;
  Fill(office);
  CHECK(office.Do("stats 1") ==
        "section  seats  available  held  sold  blocked  version  next "
        "deadline\n"
        "Box-1       10          8     1     0        1        2\n"
        "Floor-1     40         27     0     3       10        3\n"
        "Floor-2     40         38     2     0        0        1  "
        "2023-11-14T22:43:20.000000Z, paused\n"
        "all         90         73     3     3       11\n");
  const auto lines = JsonLines(office.Do("stats 1 --json"));
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].at("section_id") == "Floor-1");
  CHECK(lines[1].at("sold") == 3);
  CHECK(JsonLines(office.Do("stats 1 Box-1 --json")).size() == 1);
  CHECK(Json(office.Do("events --json")).at("total") == 90);
  CHECK(Contains(office.Do("events"), "1         90         73"));
}

TEST_CASE("A picture shows each seat by a letter", "[seatctl]") {
  Office office;
  Fill(office);
  CHECK(office.Do("show 1 Floor-1") ==
        "Section Floor-1\n"
        "    1 ###.......\n"
        "    2 ..........\n"
        "    3 ..........\n"
        "    4 xxxxxxxxxx\n"
        "      .. available  ++ held  xx blocked  ## sold,  each ##oo in turn "
        "a booking\n");
  const std::string all = office.Do("show 1");
  for (const char* const part :
       {"Section Box-1\n    1 +....\n    2 ....x\n\nSection Floor-1\n",
        "\n    2 .+.+......\n"}) {
    CHECK(Contains(all, part));
  }
  const auto lines = JsonLines(office.Do("show 1 --json"));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].at("rows").at(0) == "RAAAA");
  CHECK(lines[0].at("rows").at(1) == "AAAAB");
}

TEST_CASE("A picture is drawn as SVG into a file or to standard output",
          "[seatctl]") {
  Office office;
  Fill(office);
  const Folder folder;
  CHECK(office.Do("show 1 --svg " + folder.File("h.svg")).empty());
  const std::string svg = office.Do("show 1 --svg -");
  CHECK(svg == FileText(folder.File("h.svg")));
  CHECK(svg.starts_with("<svg xmlns="));
  CHECK(Contains(svg, ">3 of 90 seats sold<"));
  CheckFails(office.Run("show 1 --svg " + folder.File("none/h.svg")), 3,
             "No such file or directory");
}

TEST_CASE("A row lists its seats with who has them", "[seatctl]") {
  Office office;
  Fill(office);
  const std::string row = office.Do("row 1 Floor-2 2");
  CHECK(Contains(row,
                 "2-2   reserved   00000000-0000-0000-0000-000000000002      8"
                 "   0.00  2023-11-14T22:13:20.000000Z  "
                 "2023-11-14T22:43:20.000000Z\n"));
  CHECK(Contains(row, "2-10  available\n"));
  const auto json = Json(office.Do("row 1 Floor-1 1 --json"));
  CHECK(json.at("sold") == 3);
  CHECK(json.at("seats").at(0).at("meta").at("price") == 4550);
  CheckFails(office.Run("row 1 Floor-1 5"), 2, "no seat 5-1");
}

TEST_CASE("A booking tells what it has, and when it is over", "[seatctl]") {
  Office office;
  Fill(office);
  CHECK(Contains(office.Do(std::string("booking 1 ") + kTwo),
                 "booking 00000000-0000-0000-0000-000000000002 of buyer 8: "
                 "open, held until 2023-11-14T22:43:20.000000Z\n"
                 "section  seat  state     price  reserved at\n"
                 "Floor-2  2-2   reserved   0.00  "));
  office.Do(std::string("refund 1 ") + kOne);
  CHECK(office.Do(std::string("booking 1 ") + kOne) ==
        std::string("booking ") + kOne +
            " of buyer 7: refunded at 2023-11-14T22:13:20.000000Z\n");
  CheckFails(office.Run("booking 1 00000000-0000-0000-0000-0000000000ff"), 1,
             "seatctl: ");
}

TEST_CASE("Holds are listed, the next to end first", "[seatctl]") {
  Office office;
  Fill(office);
  const auto lines = JsonLines(office.Do("holds 1 --json"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].at("booking_id") == kTwo);
  CHECK(lines[0].at("seats") == 2);
  CHECK(lines[0].at("hold_until") == "2023-11-14T22:43:20.000000Z");
  CHECK_FALSE(lines[1].as_object().contains("hold_until"));
  CHECK(Contains(office.Do("holds 1"), "never  "));
}

TEST_CASE("The bytes of a section are those of its map", "[seatctl]") {
  Office office;
  Fill(office);
  CHECK(office.Do("bytes 1 Box-1") == std::string("\x40\x00\x30", 3));
  CHECK(office.Do("bytes 1 Box-1 --hex") == "400030\n");
  CHECK(Json(office.Do("bytes 1 Box-1 --json")).at("hex") == "400030");
}

// --- Care -------------------------------------------------------------------

TEST_CASE("Holds that have run out are given back when told", "[seatctl]") {
  Office office;
  Fill(office);
  CHECK(office.Do("expire") == "0 holds expired\n");
  office.clock->Advance(std::chrono::minutes(31));
  CHECK(office.Do("expire") == "1 hold expired\n");
  CHECK(Json(office.Do("expire --json")).at("expired_holds") == 0);
}

TEST_CASE("A pause refuses reservations until it is resumed", "[seatctl]") {
  Office office;
  office.Create();
  CHECK(office.Do("pause 1") == "paused\n");
  CheckFails(office.Run("reserve 1 Box-1 1-1" + Booked()), 1, "paused");
  CHECK(office.Do("resume 1") == "resumed\n");
  office.Do("pause 1 Floor-1");
  office.Do("reserve 1 Box-1 1-1" + Booked());
  CheckFails(office.Run("reserve 1 Floor-1 1-1" + Booked()), 1, "paused");
}

TEST_CASE("Each event is verified and tells its digest", "[seatctl]") {
  Office office;
  Fill(office);
  office.Create("2");
  CHECK(office.Do("verify") ==
        "event 1: ok  digest " + office.Digest(EventId{1}) +
            "\nevent 2: ok  digest " + office.Digest(EventId{2}) + "\n");
  const auto lines = JsonLines(office.Do("verify --json"));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].at("ok") == true);
}

TEST_CASE("What needs files says so elsewhere", "[seatctl]") {
  Office office;
  for (const std::string verb : {"log", "info", "backup", "salvage"}) {
    const bool has_target = verb == "backup" || verb == "salvage";
    CheckFails(office.Run(verb + (has_target ? " /nowhere" : "")), 2,
               verb + " needs a file: store");
  }
}

// --- The command line -------------------------------------------------------

TEST_CASE("Every verb has help with examples", "[seatctl]") {
  Office office;
  const std::string help = office.Do("--help");
  for (const std::string verb :
       {"reserve",  "best",   "finalize", "release", "refund", "extend",
        "exchange", "block",  "unblock",  "show",    "stats",  "row",
        "booking",  "holds",  "events",   "log",     "create", "export",
        "import",   "bytes",  "info",     "verify",  "expire", "pause",
        "resume",   "backup", "salvage"}) {
    INFO(verb);
    CHECK(Contains(help, "\n  " + verb + " "));
    const std::string own = office.Do(verb + " --help");
    CHECK(Contains(own, "Usage: seatctl " + verb));
    CHECK(Contains(own, "Examples:\n  "));
    CHECK(Contains(own, "seatctl " + verb));
    CHECK(Contains(own, "--store URI"));
    CHECK(Contains(own, "--json"));
  }
  CHECK(office.Do("--version") == "seatctl 0.1.0\n");
}

TEST_CASE("Wrong arguments of seatctl exit with 2 and are named", "[seatctl]") {
  Office office;
  office.Create();
  const auto fails = [&](const std::string& line, std::string_view message) {
    INFO(line);
    const Result result = office.Run(line);
    CheckFails(result, 2, message);
    CHECK(result.out.empty());
  };
  fails("", "subcommand is required");
  fails("sell", "neither a verb nor an option: 'sell'");
  fails("stats", "EVENT is required");
  fails("stats x", "EVENT: not a whole number 0 to 9223372036854775807: 'x'");
  fails("stats -1", "EVENT: ");
  fails("stats 9223372036854775808", "EVENT: ");
  fails("stats 1 A/1", "SECTION: not a section name");
  fails("stats 1 A-1 more", "more");
  fails("stats 1 --boxes", "--boxes");
  fails("reserve 1 A-1" + Booked(), "SEATS is required");
  fails("reserve 1 A-1 3" + Booked(), "SEATS: not a seat");
  fails("reserve 1 A-1 3-1 --buyer 7", "--booking is required");
  fails("reserve 1 A-1 3-1 --buyer 7 --booking 1",
        "--booking: not a UUID (8-4-4-4-12 hexadecimal digits): '1'");
  fails(
      "reserve 1 A-1 3-1 --buyer 7 --booking "
      "00000000-0000-0000-0000-000000000000",
      "--booking: the nil UUID names nothing");
  fails("reserve 1 A-1 3-1 --buyer -7 --booking " + std::string(kOne),
        "--buyer: not a whole number");
  fails("reserve 1 A-1 3-1 --price 1,5" + Booked(), "--price: ");
  fails("reserve 1 A-1 3-1 --price 1.505" + Booked(),
        "--price: price '1.505': has more decimals than the currency");
  fails("reserve 1 A-1 3-1 --hold 10" + Booked(),
        "--hold: not a length of time");
  fails("reserve 1 A-1 3-1 --txn z" + Booked(), "--txn: not a UUID");
  fails("reserve 1 A-1 3-1 --places 5" + Booked(), "--places");
  fails("best 1 0x2" + Booked(), "COUNT: not a whole number");
  fails("best 1 2 --policy worst" + Booked(), "--policy");
  fails("best 1 2 --section A/1" + Booked(), "--section: not a section name");
  fails("finalize 1 x", "BOOKING: not a UUID");
  fails(std::string("finalize 1 ") + kOne + " 3-4",
        "SEATS: not SECTION:ROW-SEAT, as in A-1:3-4: '3-4'");
  fails(std::string("extend 1 ") + kOne, "--hold is required");
  fails(std::string("exchange 1 ") + kOne + " A:1-1", "--to is required");
  fails(std::string("exchange 1 ") + kOne + " A:1-1 --to 1-2", "--to: not");
  fails("block 1 A-1 1-1 --reason -3", "--reason: not a whole number");
  fails("row 1 A-1 x", "ROW: not a whole number");
  fails("log --since -3", "--since: not a whole number");
  fails("create 1", "--venue is required");
  fails("export 1 --format csv", "--format");
  fails("export 1 --format rows", "--section: needed");
  fails("export 1 --section A-1", "--section needs --format");
  fails("import 1", "FILE is required");
  fails("import 1 - --format bytes", "--section: needed");
  fails("import 1 - --buyer 7", "--buyer requires --booking");
  fails("stats 1 --store disk:x", "unknown storage scheme 'disk'");
  fails("stats 1 --store nothing", "'nothing'");
}

TEST_CASE("Options stand before the verb, or behind it", "[seatctl]") {
  Office office;
  office.Create();
  const std::string behind = office.Do("stats 1 Box-1 --json");
  CHECK(office.Do("--json stats 1 Box-1") == behind);
  CHECK(office.Do("--store shared:office stats --json 1 Box-1") == behind);
  CHECK(
      Contains(office.Do("reserve 1 Box-1 1-1 --places 0 --price 7" + Booked()),
               "reserved  7\n"));
}

TEST_CASE("A section may be called as a verb is", "[seatctl]") {
  Office office;
  office.Do("create 1 --venue -",
            R"({"sections":[{"name":"log","price":1,"subsections":1,)"
            R"("rows":1,"cols":2}]})");
  CHECK(Contains(office.Do("stats 1 log-1"), "log-1"));
  CheckFails(office.Run("stats 1 log"), 1, "log");
}

TEST_CASE("Colour stands on a terminal alone", "[seatctl]") {
  Office office;
  Fill(office);
  for (const std::string line : {"show 1", "stats 1", "verify", "holds 1"}) {
    CHECK_FALSE(Contains(office.Do(line), "\x1b"));
  }
  office.terminal = examples::Terminal::WithColor(80);
  CHECK(Contains(office.Do("show 1"), "\x1b["));
  CHECK_FALSE(Contains(office.Do("show 1 --json"), "\x1b"));
}

TEST_CASE("A venue that is wrong or in conflict is named", "[seatctl]") {
  Office office;
  CHECK(office.Do("create 1 --venue - --json", std::string(kVenue)) ==
        "{\"event_id\":1,\"sections\":3,\"seats\":90}\n");
  CHECK(office.Do("create 1 --venue -", std::string(kVenue)) ==
        "event 1: 3 sections, 90 seats\n");
  CheckFails(office.Run("create 1 --venue -",
                        R"({"rows":5,"cols":10,"sections":[)"
                        R"({"name":"Floor","price":1,"subsections":1}]})"),
             1, "Floor-1");
  CheckFails(office.Run("create 1 --venue -", "{\"rows\": 4, "), 3,
             "venue -: ");
  CheckFails(office.Run("create 1 --venue /nowhere/v.json"), 3,
             "cannot read /nowhere/v.json: No such file or directory");
  CheckFails(office.Run("create 1 --venue /tmp"), 3, "Is a directory");
}

}  // namespace seatfield::test
