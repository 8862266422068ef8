// SPDX-License-Identifier: MIT
//
// seatctl as its users run it: a process for each verb, on a store of files.

#include "support/program.h"

#include <sys/stat.h>

#include <cstdlib>
#include <string>

#include "seatctl/json_lines.h"
#include "seatctl/office.h"
#include "support/catch.h"
#include "support/folder.h"

namespace seatfield::test {
namespace {

constexpr const char* kBooking =
    " --booking 01234567-89ab-cdef-0123-456789abcdef --buyer 7 ";

// The store of SEATCTL_STORE while the test runs.
class Here {
 public:
  Here() {
    const std::string uri =
        "file:" + folder_.File("store") + "?segment_bytes=65536";
    REQUIRE(setenv("SEATCTL_STORE", uri.c_str(), 1) == 0);
    venue_ = folder_.Write("venue.json", kVenue);
  }
  ~Here() { unsetenv("SEATCTL_STORE"); }
  Here(const Here&) = delete;
  Here& operator=(const Here&) = delete;

  std::string File(std::string_view name) const { return folder_.File(name); }

  std::string Do(const std::string& line) const {
    const Result result = Run("seatctl " + line);
    INFO(line << '\n' << result.error);
    CHECK(result.exit_status == 0);
    CHECK(result.error.empty());
    return result.out;
  }
  void Create() const { Do("create 1 --venue " + venue_); }

 private:
  const Folder folder_;
  std::string venue_;
};

}  // namespace

TEST_CASE("A sale lasts from process to process", "[seatctl]") {
  const Here here;
  here.Create();
  here.Do("reserve 1 Floor-1 1-1..1-3 --price 45" + std::string(kBooking));
  here.Do("finalize 1 01234567-89ab-cdef-0123-456789abcdef");
  CHECK(Contains(here.Do("show 1 Floor-1"), "    1 ###.......\n"));
  CHECK(Json(here.Do("stats 1 Floor-1 --json")).at("sold") == 3);
  CHECK(Contains(here.Do("verify"), "files: ok\n"));
}

TEST_CASE("The exit status tells what happened", "[seatctl]") {
  const Here here;
  CheckFails(Run("seatctl stats 1"), 3, "store");
  here.Create();
  here.Do("block 1 Box-1 1-1");
  CheckFails(Run("seatctl reserve 1 Box-1 1-1" + std::string(kBooking)), 1,
             "seat_blocked");
  CheckFails(Run("seatctl reserve 1 Box-1 11" + std::string(kBooking)), 2,
             "SEATS: not a seat (ROW-NUMBER, both from 1): '11'");
  CheckFails(Run("seatctl"), 2, "subcommand is required");
  CheckFails(Run("seatctl stats 2"), 1, "no event 2");
  CHECK(Run("seatctl --help").exit_status == 0);
}

TEST_CASE("An event goes through a pipe", "[seatctl]") {
  const Here here;
  here.Create();
  here.Do("block 1 Box-1 1-1,2-2 --reason 4");
  here.Do("reserve 1 Floor-1 1-1 --hold forever" + std::string(kBooking));
  const std::string program = SEATFIELD_EXAMPLES_BIN "/seatctl ";
  const int status = std::system(
      (program + "export 1 | " + program +
       "import 2 - --store file:" + here.File("other") + " >/dev/null")
          .c_str());
  CHECK(WEXITSTATUS(status) == 0);
  const auto digest = [&](const std::string& store) {
    const auto lines = JsonLines(here.Do("verify --json" + store));
    REQUIRE(lines.size() == 2);
    return boost::json::value_to<std::string>(lines[0].at("digest"));
  };
  CHECK(digest(" --store file:" + here.File("other")) == digest(""));
}

TEST_CASE("Output that cannot be written is an error", "[seatctl]") {
  struct stat full {};
  if (stat("/dev/full", &full) != 0) return;
  const Here here;
  here.Create();
  const std::string program = SEATFIELD_EXAMPLES_BIN "/seatctl ";
  const int status = std::system(
      (program + "export 1 >/dev/full 2>" + here.File("error")).c_str());
  CHECK(WEXITSTATUS(status) == 3);
  CHECK(FileText(here.File("error")) ==
        "seatctl: cannot write to standard output\n");
}

}  // namespace seatfield::test
