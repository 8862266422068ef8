// SPDX-License-Identifier: MIT
//
// One thread that serves many buyers at once by CommitAsync(): as many commits
// are under way as there are buyers. A buyer's next step follows the answer to
// its last one.

#ifndef SEATFIELD_BENCH_ASYNC_CLIENT_H_
#define SEATFIELD_BENCH_ASYNC_CLIENT_H_

#include <cstddef>
#include <functional>

#include "clients.h"
#include "job.h"
#include "our_durable_inventory.h"

namespace seatfield::bench {

// Without latencies. Errors: std::runtime_error when a commit fails.
ClientsResult RunAsyncClient(OurDurableInventory& inventory,
                             RequestSpan requests, std::size_t in_flight,
                             std::function<void(double progress)> beside);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_ASYNC_CLIENT_H_
