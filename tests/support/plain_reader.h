// SPDX-License-Identifier: MIT
//
// Runs tests/redis/plain_reader.py, the other service that reads and writes the
// same keys. SEATFIELD_READER_PYTHON is a python3 that has redis.

#ifndef SEATFIELD_TESTS_SUPPORT_PLAIN_READER_H_
#define SEATFIELD_TESTS_SUPPORT_PLAIN_READER_H_

#include <sys/wait.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "support/redis_server.h"

namespace seatfield::test {

class PlainReader {
 public:
  struct Answer {
    int exit_status = -1;
    std::string out;  // without the end of the line
  };

  explicit PlainReader(const RedisServer& server, std::string prefix = {},
                       bool event_tag = false)
      : start_(std::string(SEATFIELD_READER_PYTHON
                           " " SEATFIELD_SOURCE_DIR
                           "/tests/redis/plain_reader.py --socket ") +
               server.socket() + (event_tag ? " --event_tag" : "") +
               (prefix.empty() ? "" : " --prefix '" + prefix + "'") + " ") {}

  // A verb and its arguments, as one types them.
  Answer Run(std::string_view words) const {
    Answer answer;
    const std::string line = start_ + std::string(words) + " 2>&1";
    std::FILE* const pipe = ::popen(line.c_str(), "r");
    if (pipe == nullptr) return answer;
    char part[4096];
    while (std::fgets(part, sizeof part, pipe) != nullptr) answer.out += part;
    const int status = ::pclose(pipe);
    answer.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    while (!answer.out.empty() && answer.out.back() == '\n') {
      answer.out.pop_back();
    }
    return answer;
  }

 private:
  const std::string start_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_PLAIN_READER_H_
