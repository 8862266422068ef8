// SPDX-License-Identifier: MIT
//
// Runs the example programs as a user does.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "support/catch.h"
#include "support/folder.h"
#include "support/program.h"
#include "support/volume.h"

namespace {

using seatfield::test::CheckFails;
using seatfield::test::Contains;
using seatfield::test::FileText;
using seatfield::test::Folder;
using seatfield::test::Result;
using seatfield::test::Run;

constexpr const char* kSmallVenue = SEATFIELD_TEST_DATA "/small_venue.json";

Result OnSale(const std::string& arguments) {
  return Run("on_sale --venue " + std::string(kSmallVenue) + " " + arguments);
}

// A report without what differs from run to run.
std::string Untimed(const std::string& report) {
  const std::size_t timing = report.find("\n  \"timing\": {");
  REQUIRE(timing != std::string::npos);
  return report.substr(0, timing);
}

}  // namespace

TEST_CASE("Samples print what their last lines show", "[examples]") {
  constexpr std::string_view kBegin = "/* Output:\n";
  constexpr std::string_view kEnd = "*/\n";
  for (const std::string name : {"quickstart", "best_seats"}) {
    const std::string source =
        FileText(SEATFIELD_EXAMPLES_SRC "/" + name + ".cc");
    const std::size_t begin = source.find(kBegin);
    REQUIRE(begin != std::string::npos);
    REQUIRE(source.ends_with(kEnd));
    const Result result = Run(name);
    CHECK(result.exit_status == 0);
    CHECK(result.out ==
          source.substr(begin + kBegin.size(),
                        source.size() - kEnd.size() - begin - kBegin.size()));
  }
}

TEST_CASE("The README shows how best seats are asked for", "[examples]") {
  const std::string source = FileText(SEATFIELD_EXAMPLES_SRC "/best_seats.cc");
  constexpr std::string_view kBegin = "  // What the README shows.\n";
  const std::size_t begin = source.find(kBegin) + kBegin.size();
  const std::size_t end = source.find("  // Up to here.\n");
  REQUIRE(begin < end);
  std::istringstream lines(source.substr(begin, end - begin));
  std::string code;
  for (std::string line; std::getline(lines, line);) {
    code += line.substr(2) + "\n";
  }
  CHECK(Contains(FileText(SEATFIELD_SOURCE_DIR "/README.md"),
                 "```cpp\n" + code + "```\n"));
}

TEST_CASE("The README shows the quickstart and what it prints", "[examples]") {
  const std::string readme = FileText(SEATFIELD_SOURCE_DIR "/README.md");
  const std::string source = FileText(SEATFIELD_EXAMPLES_SRC "/quickstart.cc");
  const std::size_t code = source.find('\n') + 1;  // behind the license line
  const std::size_t code_end = source.find("/* Output:\n");
  CHECK(readme.find("```cpp\n" + source.substr(code, code_end - code) +
                    "```\n") != std::string::npos);
  CHECK(readme.find("```\n" + Run("quickstart").out + "```\n") !=
        std::string::npos);
  CHECK(std::count(readme.begin(), readme.end(), '\n') <= 300);
}

TEST_CASE("The quickstart is short enough to read", "[examples]") {
  const std::string source = FileText(SEATFIELD_EXAMPLES_SRC "/quickstart.cc");
  CHECK(std::count(source.begin(), source.end(), '\n') <= 40);
}

TEST_CASE("A backend of a user's own passes the conformance suite",
          "[examples]") {
  const Result result = Run("custom_storage");
  INFO(result.out << result.error);
  CHECK(result.exit_status == 0);
}

TEST_CASE("A small venue sells out and every invariant holds", "[examples]") {
  const Folder folder;
  const Result result =
      OnSale("--buyers 300 --threads 3 --report " + folder.File("r.json") +
             " --svg " + folder.File("h.svg"));
  INFO(result.out << result.error);
  CHECK(result.exit_status == 0);
  for (const char* const part :
       {"90 seats, 300 buyers, 3 threads, seed 1\n", "100.0 %", "SOLD OUT",
        "90 sold, 0 held, 0 available", "reserve_best", "p99.9",
        "Section Floor-1", "Every invariant holds", "oversold     0",
        "drift        0"}) {
    INFO(part);
    CHECK(Contains(result.out, part));
  }
  CHECK_FALSE(Contains(result.out, "\x1b"));  // no colour in a file
  CHECK_FALSE(Contains(result.out, "\r"));

  const std::string report = FileText(folder.File("r.json"));
  for (const char* const part :
       {"\"sold_out\": true", "\"sold\": 90", "\"passed\": true",
        "\"oversold\": 0", "\"drift\": 0", "\"operations_per_second\": "}) {
    INFO(part);
    CHECK(Contains(report, part));
  }
  const std::string svg = FileText(folder.File("h.svg"));
  CHECK(svg.starts_with("<svg xmlns="));
  CHECK(svg.ends_with("</svg>\n"));
  CHECK(Contains(svg, ">90 of 90 seats sold<"));
  CHECK(Contains(svg, ">Box-1: 10 of 10<"));
}

TEST_CASE("A venue that is too large for the crowd stays unsold",
          "[examples]") {
  const Result result = OnSale("--buyers 5 --threads 2");
  INFO(result.out);
  CHECK(result.exit_status == 0);
  CHECK(Contains(result.out, "No buyer is left after "));
  CHECK(Contains(result.out, " 0 held, "));
}

TEST_CASE("One seed and one thread give one report but for its timing",
          "[examples]") {
  const Folder folder;
  const auto report = [&](const std::string& seed, const std::string& name) {
    const Result result = OnSale("--buyers 400 --threads 1 --seed " + seed +
                                 " --report " + folder.File(name));
    CHECK(result.exit_status == 0);
    return Untimed(FileText(folder.File(name)));
  };
  const std::string first = report("7", "a.json");
  CHECK(report("7", "b.json") == first);
  CHECK(report("8", "c.json") != first);
}

TEST_CASE("A stadium of 65,000 seats sells out on several threads",
          "[examples]") {
  const Result result =
      Run("on_sale --venue " SEATFIELD_EXAMPLES_SRC
          "/venues/stadium_65000.json --buyers 60000 --threads 4 --seed 1");
  INFO(result.out << result.error);
  CHECK(result.exit_status == 0);
  CHECK(Contains(result.out, "SOLD OUT"));
  CHECK(Contains(result.out, "65,000 sold, 0 held, 0 available"));
}

// The number of that name in a report.
std::uint64_t NumberIn(const std::string& report, const std::string& name) {
  const std::size_t at = report.find("\"" + name + "\": ");
  REQUIRE(at != std::string::npos);
  return std::stoull(report.substr(at + name.size() + 4));
}

TEST_CASE("Best seats leave half the single seats, and groups together",
          "[examples]") {
  if constexpr (seatfield::test::kSanitized) {
    SUCCEED("the figures are those of other builds, and take minutes");
    return;
  }
  const Folder folder;
  const auto report = [&](const std::string& policy, int buyers) {
    const Result result =
        Run("on_sale --venue " SEATFIELD_EXAMPLES_SRC
            "/venues/stadium_65000.json --threads 1 --seed 1 --policy " +
            policy + " --buyers " + std::to_string(buyers) + " --report " +
            folder.File(policy));
    INFO(result.out << result.error);
    CHECK(result.exit_status == 0);
    return FileText(folder.File(policy));
  };
  for (const int buyers : {30'000, 60'000}) {  // the latter leave no seat
    const std::string first = report("first", buyers);
    const std::string best = report("best", buyers);
    INFO(buyers << " buyers\n" << first << best);
    CHECK(Contains(first, "\"policy\": \"first_fit\""));
    CHECK(Contains(best, "\"policy\": \"best\""));
    CHECK(NumberIn(best, "groups_together") >=
          NumberIn(first, "groups_together"));
    for (const char* const orphans : {"orphans_left", "orphans_most_at_once"}) {
      CHECK(2 * NumberIn(best, orphans) <= NumberIn(first, orphans));
    }
  }
}

TEST_CASE("A sale that is claimed twice is found", "[examples]") {
  const Folder folder;
  const Result result = OnSale("--buyers 300 --threads 2 --canary --report " +
                               folder.File("r.json"));
  INFO(result.out);
  CHECK(result.exit_status == 1);
  CHECK(Contains(result.out, "AN INVARIANT IS BROKEN"));
  CHECK(Contains(result.out, "oversold     1"));
  CHECK(Contains(result.out, "was sold twice"));
  CHECK(Contains(FileText(folder.File("r.json")), "\"passed\": false"));
}

TEST_CASE("Wrong arguments exit with 2 and are named", "[examples]") {
  CheckFails(Run("on_sale"), 2, "--venue");
  CheckFails(OnSale("--threads 0"), 2, "--threads");
  CheckFails(OnSale("--threads 257"), 2, "--threads");
  CheckFails(OnSale("--buyers 0"), 2, "--buyers");
  CheckFails(OnSale("--buyers -1"), 2, "--buyers");
  CheckFails(OnSale("--buyers x"), 2, "--buyers");
  CheckFails(OnSale("--seed x"), 2, "--seed");
  CheckFails(OnSale("--boxes 3"), 2, "--boxes");
  CheckFails(OnSale("--policy worst"), 2, "--policy");
  CheckFails(OnSale("extra"), 2, "extra");
  CheckFails(OnSale("--requests x.jsonl --buyers 3"), 2, "--requests");
  CheckFails(OnSale("--storage memory"), 2, "'memory'");
  CheckFails(OnSale("--storage disk:x"), 2,
             "on_sale: unknown storage scheme 'disk' (known: file, memory");
  CheckFails(OnSale("'--storage=memory:?seats=1'"), 2,
             "unknown option 'seats' (known: ");
  CheckFails(OnSale("'--storage=memory:?seats_max=x'"), 2, "seats_max");
  CheckFails(OnSale("'--storage=memory:?hold_max=10s'"), 2, "hold_max");
}

TEST_CASE("Help is no error", "[examples]") {
  const Result result = Run("on_sale --help");
  CHECK(result.exit_status == 0);
  CHECK(Contains(result.out, "--requests FILE"));
}

TEST_CASE("Files that cannot be read exit with 3 and are named", "[examples]") {
  const Folder folder;
  CheckFails(Run("on_sale --venue " + folder.File("none.json")), 3,
             "none.json: No such file or directory");
  const std::string bad = folder.Write("bad.json", "{\"rows\": 4, ");
  CheckFails(Run("on_sale --venue " + bad), 3, bad);
  const std::string typo = folder.Write(
      "typo.json",
      R"({"rows":4,"cols":5,"color":1,"sections":[{"name":"A","price":1,"subsections":1}]})");
  CheckFails(Run("on_sale --venue " + typo), 3, "color");
  CheckFails(OnSale("--requests " + folder.File("none.jsonl")), 3,
             "none.jsonl: No such file or directory");
  CheckFails(OnSale("'--storage=memory:?seats_max=1'"), 3, "small_venue.json");
}

TEST_CASE("Files that cannot be written are named before the sale begins",
          "[examples]") {
  const Folder folder;
  for (const char* const option : {"--report ", "--svg "}) {
    const Result result = OnSale(option + folder.File("none/file"));
    CheckFails(result, 3, "none/file: No such file or directory");
    CHECK(result.out.empty());
  }
}

TEST_CASE("A user's own requests give their outcomes line by line",
          "[examples]") {
  const Folder folder;
  const Result result =
      OnSale("--requests " SEATFIELD_TEST_DATA "/requests.jsonl --svg " +
             folder.File("h.svg"));
  CHECK(result.exit_status == 0);
  CHECK(result.out == FileText(SEATFIELD_TEST_DATA "/requests_outcomes.jsonl"));
  CHECK(result.error == "3 committed, 1 replayed, 3 refused\n");
  CHECK(Contains(FileText(folder.File("h.svg")), ">6 of 90 seats sold<"));
}

TEST_CASE("A request that is not in its form is named by its line",
          "[examples]") {
  const Folder folder;
  const std::string path =
      folder.Write("r.jsonl",
                   "{\"event\":1,\"steps\":[]}\n\n{\"event\":1,\"steps\":[{"
                   "\"sell\":{}}]}\n");
  const Result result = OnSale("--requests " + path);
  CheckFails(result, 3, path + ":3: ");
  CheckFails(result, 3, "sell");
  CHECK(Contains(result.out, "\"detail\":\"no_steps\""));
  CheckFails(
      OnSale("--requests " + folder.Write("w.jsonl", "{\"wait_seconds\":-1}")),
      3, "w.jsonl:1: ");
}

#ifdef SEATFIELD_EXAMPLES_MAPPED

namespace {

// A durable on-sale in a folder, small enough for a test.
std::string Durable(const Folder& folder, const std::string& more) {
  return "on_sale --brief --venue " SEATFIELD_EXAMPLES_SRC
         "/venues/arena_50000.json --buyers 3000 --threads 4 "
         "--hold-level interval --sale-level group --ledger " +
         folder.File("ledger") + " '--storage=file:" + folder.File("store") +
         "?clock_skew_max=forever' " + more;
}

// Ends the sale by kill -9 once so many lines are in its ledger. Waits until it
// is gone: till then it holds the store's lock.
void KillAt(const Folder& folder, int lines) {
  const std::string script =
      SEATFIELD_EXAMPLES_BIN "/" + Durable(folder, ">/dev/null & pid=$!; ") +
      "while kill -0 $pid 2>/dev/null && [ \"$(cat " + folder.File("ledger") +
      " 2>/dev/null | wc -l)\" -lt " + std::to_string(lines) +
      " ]; do sleep 0.01; done; kill -9 $pid; wait $pid; [ $? = 137 ]";
  REQUIRE(std::system(("{ " + script + "; } 2>/dev/null").c_str()) == 0);
}

}  // namespace

TEST_CASE("A sale that is killed half way is gone on with, and loses nothing",
          "[examples]") {
  const Folder folder;
  KillAt(folder, 200);
  std::ofstream(folder.File("ledger"), std::ios::app) << "5ea7f1";  // torn
  const Result result = Run(Durable(folder, "--resume"));
  INFO(result.out << result.error);
  CHECK(result.exit_status == 0);
  CHECK(Contains(result.out,
                 " bookings that the ledger says were sold are in "
                 "the store, each with its seats"));
  CHECK(Contains(result.out, "Every invariant holds"));
  const std::string ledger = FileText(folder.File("ledger"));
  CHECK(ledger.starts_with("run 0\n"));
  CHECK(Contains(ledger, "\nrun 1\n"));

  // What nobody has sold is missed.
  std::ofstream(folder.File("ledger"), std::ios::app)
      << "00000000-0000-0000-0000-000000000001 A-1:1-1\n";
  const Result lost = Run(Durable(folder, "--resume"));
  CheckFails(lost, 1,
             "LOST: booking 00000000-0000-0000-0000-000000000001 was "
             "acknowledged, but A-1 1-1 is not sold to it");
}

TEST_CASE("A sale does not go on unasked, or without its ledger",
          "[examples]") {
  const Folder folder;
  CHECK(Run(Durable(folder, "")).exit_status == 0);
  CheckFails(Run(Durable(folder, "")), 3, "--resume");
  CheckFails(OnSale("--resume"), 2, "--ledger");
  CheckFails(OnSale("--hold-level often"), 2, "--hold-level");
  CheckFails(
      Run(Durable(folder, "--resume --ledger " + folder.Write("l", "x\n"))), 2,
      "--ledger");
  folder.Write("ledger", "run 0\nnonsense\n");
  CheckFails(Run(Durable(folder, "--resume")), 3, "ledger:2: not a UUID");
}

#endif  // SEATFIELD_EXAMPLES_MAPPED
