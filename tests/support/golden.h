// SPDX-License-Identifier: MIT
//
// tests/data/golden.json: bytes and replies dumped from a live server. For
// programs that link Boost.JSON.

#ifndef SEATFIELD_TESTS_SUPPORT_GOLDEN_H_
#define SEATFIELD_TESTS_SUPPORT_GOLDEN_H_

#include <boost/json.hpp>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace seatfield::test {

// The member of that name. A missing file or name ends the test by exception.
inline const boost::json::value& Golden(std::string_view name) {
  static const boost::json::value golden = [] {
    std::ifstream file(SEATFIELD_TEST_DATA "/golden.json");
    const std::string text(std::istreambuf_iterator<char>(file), {});
    return boost::json::parse(text);
  }();
  return golden.as_object().at({name.data(), name.size()});
}

inline std::string Text(const boost::json::value& value) {
  return std::string(value.as_string());
}

// ["1-2", "1-3"] as it stands; nothing for null.
inline std::vector<std::string> Texts(const boost::json::value& value) {
  std::vector<std::string> texts;
  if (value.is_null()) return texts;
  for (const auto& element : value.as_array()) texts.push_back(Text(element));
  return texts;
}

inline std::size_t Number(const boost::json::value& value) {
  return value.to_number<std::size_t>();
}

// "1-3" in rows of that width.
inline std::size_t SeatIndexOf(std::string_view ticket,
                               std::size_t seats_per_row) {
  const std::size_t dash = ticket.find('-');
  const std::size_t row = std::stoul(std::string(ticket.substr(0, dash)));
  const std::size_t number = std::stoul(std::string(ticket.substr(dash + 1)));
  return (row - 1) * seats_per_row + number - 1;
}

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_GOLDEN_H_
