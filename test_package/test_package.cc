// SPDX-License-Identifier: MIT

#include <iostream>
#include <memory>

#include "seatfield/inventory.h"
#include "seatfield/memory_storage.h"
#include "seatfield/version.h"
#ifdef TEST_PACKAGE_MAPPED
#include "seatfield/mapped_storage.h"
#endif
#ifdef TEST_PACKAGE_JSON
#include "seatfield/json.h"
#endif
#ifdef TEST_PACKAGE_REDIS
#include "seatfield/redis_storage.h"
#endif

int main() {
  const seatfield::EventId event{1};
  seatfield::Inventory inventory(std::make_unique<seatfield::MemoryStorage>());
  if (!inventory.CreateSection(event, "A-1", {25, 20}).ok()) return 1;
#ifdef TEST_PACKAGE_MAPPED
  seatfield::MappedOptions nowhere;
  nowhere.create = false;
  if (seatfield::MappedStorage::Open("no such directory", nowhere).ok()) {
    return 1;
  }
#endif
#ifdef TEST_PACKAGE_JSON
  if (seatfield::ToJson(seatfield::Price(3000)) != "3000") return 1;
#endif
#ifdef TEST_PACKAGE_REDIS
  seatfield::RedisOptions no_server;
  no_server.servers.clear();
  if (seatfield::RedisStorage::Connect(no_server).ok()) return 1;
#endif
  std::cout << "seatfield " << seatfield::kVersionText << '\n';
}
