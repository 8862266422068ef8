// SPDX-License-Identifier: MIT
//
// Clients that wait for a disk: many threads that work on one list of requests
// together, for a time, by the wall clock. The first part of the time warms up
// and is not counted.

#ifndef SEATFIELD_BENCH_CLIENTS_H_
#define SEATFIELD_BENCH_CLIENTS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "durable_inventory.h"
#include "job.h"
#include "seatfield/time.h"

namespace seatfield::bench {

// Of the requests, one in so many warms up at most, and is not counted: who
// answers fast would not be left with any.
constexpr std::size_t kWarmUpShare = 8;

struct ClientsJob {
  RequestSpan requests;
  std::size_t clients = 1;
  bool stays = false;  // each on the first processor
  Duration warm_up{};
  Duration timed{};
  // Called over and over beside the clients with how much of the time or of the
  // requests is gone, 0 to 1. Empty: nothing.
  std::function<void(double progress)> beside{};
};

struct ClientsResult {
  double commits_per_second = 0;   // refusals are none
  std::vector<std::uint8_t> sold;  // of each request, acknowledged
  // Microseconds of each commit, from the client's last answer to this one.
  std::vector<double> latencies;
};

// Errors: what a clerk or `beside` has thrown.
ClientsResult RunClients(DurableInventory& inventory, const ClientsJob& job);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_CLIENTS_H_
