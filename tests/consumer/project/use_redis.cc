// SPDX-License-Identifier: MIT
//
// A user's program on seatfield::redis, which brings seatfield::core. It needs
// no server: what it asks for is refused before one is asked.

#include <iostream>

#include "absl/status/status.h"
#include "seatfield/redis_storage.h"
#include "seatfield/storage_registry.h"
#include "seatfield/version.h"

int main() {
  seatfield::StorageRegistry registry;
  seatfield::AddRedis(registry);
  const auto storage = registry.Open("redis:127.0.0.1:6379?layout=round");
  if (!absl::IsInvalidArgument(storage.status())) return 1;
  std::cout << "seatfield " << seatfield::kVersionText << '\n';
}
