// SPDX-License-Identifier: MIT

#include "storage.h"

#include "seatfield/storage_registry.h"
#ifdef SEATFIELD_EXAMPLES_MAPPED
#include "seatfield/mapped_storage.h"
#endif
#ifdef SEATFIELD_EXAMPLES_REDIS
#include "seatfield/redis_storage.h"
#endif

namespace examples::on_sale {

using seatfield::Durability;

absl::StatusOr<std::unique_ptr<seatfield::Storage>> OpenStorage(
    const std::string& uri) {
  seatfield::StorageRegistry registry;
  seatfield::AddMemory(registry);
#ifdef SEATFIELD_EXAMPLES_MAPPED
  seatfield::AddMapped(registry);
#endif
#ifdef SEATFIELD_EXAMPLES_REDIS
  seatfield::AddRedis(registry);
#endif
  return registry.Open(uri);
}

seatfield::CommitOptions OptionsOf(const std::string& level) {
  for (const Durability known :
       {Durability::kNone, Durability::kInterval, Durability::kGroup}) {
    if (level == DurabilityName(known)) return {.durability = known};
  }
  return {};
}

}  // namespace examples::on_sale
