// SPDX-License-Identifier: MIT

#include "redis/client.h"

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "redis/nodes_client.h"
#include "redis/options_check.h"
#include "redis/tls.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/redis_storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

absl::StatusOr<std::unique_ptr<Client>> Client::Connect(
    const RedisOptions& options) {
  using Result = absl::StatusOr<std::unique_ptr<Client>>;
  return internal::OrNoMemory([&]() -> Result {
    absl::Status status = CheckOptions(options);
    if (status.ok()) status = CheckTls(options);
    if (!status.ok()) return status;
    auto client = std::make_unique<NodesClient>(options);
    status = client->Connect();
    if (!status.ok()) return status;
    return client;
  });
}

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield
