// SPDX-License-Identifier: MIT
//
// Runs a program of the examples as a user does. SEATFIELD_EXAMPLES_BIN is
// where they stand.

#ifndef SEATFIELD_TESTS_SUPPORT_PROGRAM_H_
#define SEATFIELD_TESTS_SUPPORT_PROGRAM_H_

#include <sys/wait.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "support/catch.h"
#include "support/folder.h"

namespace seatfield::test {

struct Result {
  int exit_status = -1;
  std::string out;
  std::string error;
};

inline bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The program's name and its arguments, as one types them.
inline Result Run(const std::string& command) {
  const Folder folder;
  const std::string line = std::string(SEATFIELD_EXAMPLES_BIN "/") + command +
                           " >" + folder.File("out") + " 2>" +
                           folder.File("error") + " </dev/null";
  const int status = std::system(line.c_str());
  REQUIRE(WIFEXITED(status));
  return {WEXITSTATUS(status), FileText(folder.File("out")),
          FileText(folder.File("error"))};
}

inline void CheckFails(const Result& result, int exit_status,
                       std::string_view message) {
  INFO(result.error << result.out);
  CHECK(result.exit_status == exit_status);
  CHECK(Contains(result.error, message));
}

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_PROGRAM_H_
