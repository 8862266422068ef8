// SPDX-License-Identifier: MIT
//
// Redis storages on servers of the test's own, and what most tests of them do.

#ifndef SEATFIELD_TESTS_REDIS_STORAGE_RIG_H_
#define SEATFIELD_TESTS_REDIS_STORAGE_RIG_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/ids.h"
#include "seatfield/outcome.h"
#include "seatfield/redis_storage.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "support/catch.h"
#include "support/redis_cluster.h"
#include "support/redis_server.h"

namespace seatfield::test {

inline constexpr EventId kEvent{1};
inline constexpr BuyerId kBuyer{7};
inline constexpr Time kStart = TimeFromMicros(1'700'000'000'000'000);
inline constexpr BookingId kBooking{0x0123456789abcdef, 0x0123456789abcdef};

inline std::unique_ptr<RedisServer> Serve(
    const RedisServerOptions& options = {}) {
  std::string reason;
  auto server = RedisServer::Start(options, &reason);
  INFO(reason);
  REQUIRE(server != nullptr);
  return server;
}

inline std::unique_ptr<RedisCluster> Form(
    const RedisClusterOptions& options = {}) {
  std::string reason;
  auto cluster = RedisCluster::Start(options, &reason);
  INFO(reason);
  REQUIRE(cluster != nullptr);
  return cluster;
}

// Of a storage that gives up soon.
inline RedisOptions OptionsFor(std::string address) {
  RedisOptions options;
  options.servers = {std::move(address)};
  options.connect_timeout = std::chrono::seconds(2);
  options.socket_timeout = std::chrono::seconds(2);
  options.backoff_min = std::chrono::milliseconds(1);
  options.backoff_max = std::chrono::milliseconds(20);
  return options;
}

inline std::unique_ptr<RedisStorage> Connect(const RedisOptions& options) {
  auto storage = RedisStorage::Connect(options);
  INFO(storage.status().ToString());
  REQUIRE(storage.ok());
  return *std::move(storage);
}

inline std::unique_ptr<RedisStorage> Connect(const RedisServer& server) {
  return Connect(OptionsFor(server.socket()));
}

inline void Create(Storage& storage, std::string_view name, std::uint32_t rows,
                   std::uint32_t seats_per_row, EventId event = kEvent) {
  const SectionSpec spec{std::string(name), {rows, seats_per_row}};
  const absl::Status status = storage.CreateSections(event, {&spec, 1}, kStart);
  INFO(status.ToString());
  REQUIRE(status.ok());
}

inline Transaction ReserveSeats(std::string_view section,
                                const std::vector<Seat>& seats,
                                BookingId booking = kBooking,
                                EventId event = kEvent) {
  Transaction tx(event);
  tx.Reserve({.booking = booking,
              .buyer = kBuyer,
              .section = section,
              .seats = seats,
              .hold_for = std::chrono::minutes(10),
              .price = Price(3000)});
  return tx;
}

// It must be committed.
inline Outcome Must(Storage& storage, const Transaction& tx,
                    Time now = kStart) {
  Outcome outcome;
  const absl::Status status = storage.Commit(tx, now, {}, outcome);
  INFO(status.ToString());
  REQUIRE(status.ok());
  INFO(Describe(outcome));
  REQUIRE(outcome.committed());
  return outcome;
}

// Until the environment lets it through, at most `tries` times. The last
// status; whether one was Unknown before stands in `was_unknown`.
inline absl::Status CommitUntilOk(Storage& storage, const Transaction& tx,
                                  Outcome& outcome, int tries,
                                  bool* was_unknown = nullptr) {
  absl::Status status;
  for (int i = 0; i < tries; ++i) {
    status = storage.Commit(tx, kStart, {}, outcome);
    if (status.ok()) break;
    if (was_unknown != nullptr && absl::IsUnknown(status)) *was_unknown = true;
  }
  return status;
}

inline SectionView ReadAll(Storage& storage, std::string_view section,
                           EventId event = kEvent) {
  SectionView view;
  const absl::Status status =
      storage.ReadSection(event, section, {.details = true}, view);
  INFO(status.ToString());
  REQUIRE(status.ok());
  return view;
}

inline std::string States(Storage& storage, std::string_view section) {
  return ReadAll(storage, section).map.ToString();
}

inline bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_REDIS_STORAGE_RIG_H_
