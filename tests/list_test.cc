// SPDX-License-Identifier: MIT

#include "seatfield/list.h"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "support/catch.h"

namespace seatfield::test {
namespace {

TEST_CASE("A list keeps its order while it grows, and its memory when cleared",
          "[list]") {
  List<std::uint32_t> list;
  std::vector<std::uint32_t> expected;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    list.push_back(i);
    expected.push_back(i);
    REQUIRE(list == expected);
  }
  const std::uint32_t* const memory = list.data();
  const std::size_t capacity = list.capacity();
  list.clear();
  CHECK(list.empty());
  list.append(expected);
  CHECK(list == expected);
  CHECK(list.data() == memory);
  CHECK(list.capacity() == capacity);
}

TEST_CASE("A list takes an item of its own", "[list]") {
  List<std::uint64_t> list = {1};
  for (int i = 0; i < 100; ++i) list.push_back(list.front());
  CHECK(list == std::vector<std::uint64_t>(101, 1));
}

TEST_CASE("A list is a value", "[list]") {
  const List<int> first = {1, 2, 3};
  List<int> second = first;
  second[1] = 7;
  CHECK(first == List<int>{1, 2, 3});
  CHECK(second == List<int>{1, 7, 3});
  second = first;
  CHECK(second == first);
  const List<int> moved = std::move(second);
  CHECK(moved == first);
  second = List<int>{4};
  CHECK(second.back() == 4);
  const std::vector<int> copied = first;
  CHECK(copied == std::vector<int>{1, 2, 3});
  CHECK(List<int>(copied) == first);
}

TEST_CASE("What Extend and Refill make room for is the caller's to write",
          "[list]") {
  List<int> list = {1};
  int* const more = list.Extend(2);
  more[0] = 2;
  more[1] = 3;
  CHECK(list == List<int>{1, 2, 3});
  list.clear();
  *list.Refill(1) = 9;
  CHECK(list == List<int>{9});
}

}  // namespace
}  // namespace seatfield::test
