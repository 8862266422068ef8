// SPDX-License-Identifier: MIT
//
// A real process that sells seats on a real file system is killed, again and
// again: nothing is lost and no seat sold twice. SEATFIELD_KILLS says how often
// the long test kills.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "support/seed.h"
#include "support/temporary_directory.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

pid_t Start(std::vector<std::string> words) {
  words.insert(words.begin(), SEATFIELD_SELLER);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = -1;
  const int error = ::posix_spawn(&child, SEATFIELD_SELLER, nullptr, nullptr,
                                  arguments.data(), environ);
  REQUIRE(error == 0);
  return child;
}

// Its exit status; of a killed process the negative signal.
int WaitFor(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

void KillAndCheck(std::size_t rounds) {
  SEATFIELD_INFO_SEED();
  Rng rng;
  const TemporaryDirectory scratch;
  const std::string store = scratch.path() + "/store";
  const std::string log = scratch.path() + "/log";
  std::uintmax_t logged = 0;
  for (std::size_t round = 1; round <= rounds; ++round) {
    INFO("round " << round);
    const pid_t child = Start({"sell", store, log, std::to_string(round)});
    std::this_thread::sleep_for(std::chrono::milliseconds(rng.Below(120)));
    REQUIRE(::kill(child, SIGKILL) == 0);
    REQUIRE(WaitFor(child) == -SIGKILL);
    std::error_code none;
    const auto size = std::filesystem::file_size(log, none);
    if (!none) logged += size;
    REQUIRE(WaitFor(Start({"check", store, log, "kill"})) == 0);
  }
  CHECK(logged > 0);
}

TEST_CASE("A process that is killed loses nothing", "[mapped]") {
  KillAndCheck(Volume(20) == 20 ? 20 : 5);
}

TEST_CASE("A process that is killed a thousand times loses nothing",
          "[.][mapped][slow]") {
  const char* const text = std::getenv("SEATFIELD_KILLS");
  KillAndCheck(text == nullptr ? 1000 : std::strtoull(text, nullptr, 10));
}

}  // namespace
}  // namespace seatfield::test
