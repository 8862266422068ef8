// SPDX-License-Identifier: MIT
//
// The answers of seatctl --json.

#ifndef SEATFIELD_TESTS_SEATCTL_JSON_LINES_H_
#define SEATFIELD_TESTS_SEATCTL_JSON_LINES_H_

#include <boost/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.h"

namespace seatfield::test {

// One line.
inline boost::json::value Json(const std::string& text) {
  INFO(text);
  REQUIRE(text.ends_with('\n'));
  boost::json::error_code error;
  auto value = boost::json::parse(text, error);
  REQUIRE_FALSE(error);
  return value;
}

inline std::vector<boost::json::value> JsonLines(const std::string& text) {
  std::vector<boost::json::value> values;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    values.push_back(Json(line + "\n"));
  }
  return values;
}

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SEATCTL_JSON_LINES_H_
