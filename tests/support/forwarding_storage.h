// SPDX-License-Identifier: MIT
//
// A storage that passes everything on to another: a base for those that change
// one thing.

#ifndef SEATFIELD_TESTS_SUPPORT_FORWARDING_STORAGE_H_
#define SEATFIELD_TESTS_SUPPORT_FORWARDING_STORAGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "seatfield/storage.h"

namespace seatfield::test {

class ForwardingStorage : public Storage {
 public:
  explicit ForwardingStorage(std::unique_ptr<Storage> inner)
      : owned_(std::move(inner)), inner_(owned_.get()) {}
  // `inner` must outlive it.
  explicit ForwardingStorage(Storage& inner) : inner_(&inner) {}

  StorageInfo info() const override { return inner_->info(); }
  absl::Status CreateSections(EventId event,
                              std::span<const SectionSpec> sections,
                              Time now) override {
    return inner_->CreateSections(event, sections, now);
  }
  absl::Status Drop(Scope scope, bool force, Time now) override {
    return inner_->Drop(scope, force, now);
  }
  absl::Status Reset(Scope scope, bool force, Time now) override {
    return inner_->Reset(scope, force, now);
  }
  absl::Status SetPaused(Scope scope, bool paused) override {
    return inner_->SetPaused(scope, paused);
  }
  absl::StatusOr<SectionHandle> Resolve(EventId event,
                                        std::string_view section) override {
    return inner_->Resolve(event, section);
  }
  absl::StatusOr<std::vector<EventId>> ListEvents() override {
    return inner_->ListEvents();
  }
  absl::Status Commit(const Transaction& transaction, Time now,
                      const CommitOptions& options, Outcome& outcome) override {
    return inner_->Commit(transaction, now, options, outcome);
  }
  absl::StatusOr<std::uint64_t> ExpireDue(Time now,
                                          std::uint64_t holds_max) override {
    return inner_->ExpireDue(now, holds_max);
  }
  absl::StatusOr<Time> NextDeadline() override {
    return inner_->NextDeadline();
  }
  absl::Status ReadSection(EventId event, SectionRef section,
                           const ReadOptions& options,
                           SectionView& view) override {
    return inner_->ReadSection(event, section, options, view);
  }
  absl::Status ReadStats(Scope scope,
                         std::vector<SectionStats>& stats) override {
    return inner_->ReadStats(scope, stats);
  }
  absl::StatusOr<Booking> ReadBooking(EventId event,
                                      BookingId booking) override {
    return inner_->ReadBooking(event, booking);
  }
  absl::StatusOr<std::vector<Booking>> ListBookings(EventId event,
                                                    BuyerId buyer) override {
    return inner_->ListBookings(event, buyer);
  }
  absl::StatusOr<std::vector<Hold>> ListHolds(EventId event, Time from,
                                              std::size_t holds_max) override {
    return inner_->ListHolds(event, from, holds_max);
  }
  StoreCounters counters() const override { return inner_->counters(); }
  absl::Status Verify(EventId event) override { return inner_->Verify(event); }
  absl::Status Close() override { return inner_->Close(); }

 protected:
  Storage& inner() { return *inner_; }
  const Storage& inner() const { return *inner_; }
  void Replace(std::unique_ptr<Storage> inner) {
    owned_ = std::move(inner);
    inner_ = owned_.get();
  }

 private:
  std::unique_ptr<Storage> owned_;
  Storage* inner_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_FORWARDING_STORAGE_H_
