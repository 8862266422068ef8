// SPDX-License-Identifier: MIT
//
// The library's side of the job in a redis-server: RedisStorage through its
// interface, and a look at the bytes that it sends.
//
// Errors: std::runtime_error.
// Thread safety: one thread.

#ifndef SEATFIELD_BENCH_OUR_REDIS_INVENTORY_H_
#define SEATFIELD_BENCH_OUR_REDIS_INVENTORY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "job.h"
#include "our_inventory.h"
#include "redis/client.h"
#include "redis/store.h"
#include "seatfield/redis_storage.h"

namespace seatfield::bench {

// What was sent: of each round trip its commands, as bytes.
using Trips = std::vector<std::vector<std::string>>;

class RecordingClient : public redis::Client {
 public:
  // Records while `trips` points somewhere.
  RecordingClient(std::unique_ptr<redis::Client> to, Trips* const& trips)
      : to_(std::move(to)), trips_(trips) {}

  absl::StatusOr<redis::ReplyPtr> Call(const redis::Request& request) override {
    Record({&request, 1});
    return to_->Call(request);
  }
  void CallMany(
      std::span<const redis::Request> requests,
      std::vector<absl::StatusOr<redis::ReplyPtr>>& answers) override {
    Record(requests);
    to_->CallMany(requests, answers);
  }
  void CallAsync(redis::Request request, Callback callback) override {
    Record({&request, 1});
    to_->CallAsync(std::move(request), std::move(callback));
  }
  absl::Status CallEverywhere(const redis::Request& request) override {
    Record({&request, 1});
    return to_->CallEverywhere(request);
  }
  RedisServerInfo server() const override { return to_->server(); }
  RedisPoolStats pool() const override { return to_->pool(); }
  void Close() override { to_->Close(); }

 private:
  void Record(std::span<const redis::Request> requests) {
    if (trips_ == nullptr || requests.empty()) return;
    auto& trip = trips_->emplace_back();
    for (const redis::Request& request : requests) {
      trip.push_back(request.bytes);
    }
  }

  std::unique_ptr<redis::Client> to_;
  Trips* const& trips_;
};

// In a server that has no such event yet.
class OurRedisInventory {
 public:
  OurRedisInventory(const RedisOptions& options, const House& house)
      : config_(house.config), storage_(Open(options)) {
    std::vector<SectionSpec> specs;
    for (std::uint32_t i = 0; i < house.sections; ++i) {
      specs.push_back({"S-" + std::to_string(i), house.config});
      names_.push_back(specs.back().name);
    }
    Require(storage_->CreateSections(kEvent, specs, kNow));
    for (const SectionSpec& spec : specs) {
      sections_.push_back(storage_->Resolve(kEvent, spec.name).value());
    }
  }

  RedisStorage& storage() { return *storage_; }
  const std::string& name(std::uint32_t section) const {
    return names_[section];
  }

  void BuildReserve(const Request& request, Transaction& tx) const {
    bench::BuildReserve(request, config_, sections_[request.section], tx);
  }

  // Back to where it began, but for versions and for what was ever allocated.
  void Reset() {
    Require(storage_->Reset({kEvent}, true, kNow));
    read_.reset();
  }

  // What `work` sends.
  Trips Record(const std::function<void()>& work) {
    Trips trips;
    recording_ = &trips;
    work();
    recording_ = nullptr;
    return trips;
  }

  // For the comparison of end states. They read a section once after a Reset().
  SeatCounts Counts(std::uint32_t section) {
    return Read(section).stats.counts;
  }
  SeatState StateOf(std::uint32_t section, SeatIndex seat) {
    return Read(section).map.Get(seat);
  }
  BookingId OwnerOf(std::uint32_t section, SeatIndex seat) {
    const SectionView& view = Read(section);
    for (const SeatRecord& record : view.details) {
      if (config_.IndexOf(record.seat) == seat) return record.meta->booking;
    }
    return {};
  }

 private:
  std::unique_ptr<RedisStorage> Open(const RedisOptions& options) {
    auto client = redis::Client::Connect(options);
    Require(client.status());
    auto store = RedisStorage::Store::Over(
        options,
        std::make_unique<RecordingClient>(*std::move(client), recording_));
    Require(store.status());
    return std::make_unique<RedisStorage>(*std::move(store));
  }

  const SectionView& Read(std::uint32_t section) {
    if (read_ == nullptr || read_->stats.key.name.view() != names_[section]) {
      read_ = std::make_unique<SectionView>();
      Require(storage_->ReadSection(kEvent, names_[section], {.details = true},
                                    *read_));
    }
    return *read_;
  }

  SectionConfig config_;
  Trips* recording_ = nullptr;
  std::unique_ptr<RedisStorage> storage_;
  std::vector<std::string> names_;
  std::vector<SectionHandle> sections_;
  std::unique_ptr<SectionView> read_;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_OUR_REDIS_INVENTORY_H_
