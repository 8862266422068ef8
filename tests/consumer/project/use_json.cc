// SPDX-License-Identifier: MIT
//
// A user's program on seatfield::json, which brings seatfield::core.

#include <iostream>

#include "seatfield/json.h"
#include "seatfield/version.h"

int main() {
  const auto price = seatfield::ParsePrice("3000");
  if (!price.ok() || seatfield::ToJson(*price) != "3000") return 1;
  if (seatfield::ParsePrice("{").ok()) return 1;
  std::cout << "seatfield " << seatfield::kVersionText << '\n';
}
