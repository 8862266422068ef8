// SPDX-License-Identifier: MIT
//
// A user's program on seatfield::core.

#include <iostream>
#include <memory>

#include "seatfield/inventory.h"
#include "seatfield/memory_storage.h"
#include "seatfield/version.h"

int main() {
  const seatfield::EventId event{1};
  seatfield::Inventory inventory(std::make_unique<seatfield::MemoryStorage>());
  if (!inventory.CreateSection(event, "A-1", {25, 20}).ok()) return 1;
  if (!inventory.Verify(event).ok()) return 1;
  std::cout << "seatfield " << seatfield::kVersionText << '\n';
}
