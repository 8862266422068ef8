// SPDX-License-Identifier: MIT
//
// The library's side of the job: MemoryStorage through its interface, sections
// by handle, a transaction and an outcome for each thread, used again. Clerks
// and batches serve every inventory with a storage().

#ifndef SEATFIELD_BENCH_OUR_INVENTORY_H_
#define SEATFIELD_BENCH_OUR_INVENTORY_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "job.h"
#include "seatfield/memory_storage.h"

namespace seatfield::bench {

inline constexpr EventId kEvent{1};

inline void Require(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

// The request as a transaction.
inline void BuildReserve(const Request& request, const SectionConfig& config,
                         SectionHandle section, Transaction& tx) {
  std::array<Seat, kGroupMax> seats;
  const Seat first = config.SeatAt(request.first);
  for (std::uint32_t i = 0; i < request.size; ++i) {
    seats[i] = {first.row, first.number + i};
  }
  tx.Clear(kEvent);
  tx.Reserve({.booking = request.booking,
              .buyer = request.buyer,
              .section = section,
              .seats = std::span<const Seat>(seats.data(), request.size),
              .hold_for = kHoldFor,
              .price = kPrice});
}

class OurInventory {
 public:
  explicit OurInventory(const House& house) : config_(house.config) {
    std::vector<SectionSpec> specs;
    for (std::uint32_t i = 0; i < house.sections; ++i) {
      specs.push_back({"S-" + std::to_string(i), house.config});
    }
    Require(storage_.CreateSections(kEvent, specs, kNow));
    for (const SectionSpec& spec : specs) {
      sections_.push_back(storage_.Resolve(kEvent, spec.name).value());
    }
  }

  MemoryStorage& storage() { return storage_; }
  SeatState StateOf(std::uint32_t section, SeatIndex seat) {
    return Read(section, {.range = SeatRange{seat, seat + 1}}).map.Get(0);
  }
  BookingId OwnerOf(std::uint32_t section, SeatIndex seat) {
    return Read(section, {.range = SeatRange{seat, seat + 1}, .details = true})
        .details[0]
        .meta->booking;
  }
  SectionHandle section(std::uint32_t at) const { return sections_[at]; }
  std::size_t section_count() const { return sections_.size(); }

  void BuildReserve(const Request& request, Transaction& tx) const {
    bench::BuildReserve(request, config_, sections_[request.section], tx);
  }

  // Whether it is what the ledger says of itself.
  bool IsSound() { return storage_.Verify(kEvent).ok(); }

  SectionView Read(std::uint32_t section, const ReadOptions& options) {
    SectionView view;
    Require(storage_.ReadSection(kEvent, sections_[section], options, view));
    return view;
  }
  SeatCounts Counts(std::uint32_t section) {
    return Read(section, {.range = SeatRange{0, 0}}).stats.counts;
  }

 private:
  SectionConfig config_;
  MemoryStorage storage_;
  std::vector<SectionHandle> sections_;
};

template <typename Inventory>
class StorageClerk {
 public:
  explicit StorageClerk(Inventory& inventory) : inventory_(inventory) {}

  bool Reserve(const Request& request, Time now) {
    inventory_.BuildReserve(request, tx_);
    return Commit(now);
  }
  bool Finalize(const Request& request, Time now) {
    tx_.Clear(kEvent);
    tx_.Finalize({.booking = request.booking});
    return Commit(now);
  }
  bool Release(const Request& request, Time now) {
    tx_.Clear(kEvent);
    tx_.Release({.booking = request.booking});
    return Commit(now);
  }

 private:
  bool Commit(Time now) {
    return inventory_.storage().Commit(tx_, now, {}, outcome_).ok() &&
           outcome_.committed();
  }

  Inventory& inventory_;
  Transaction tx_;
  Outcome outcome_;
};

using OurClerk = StorageClerk<OurInventory>;
inline OurClerk ClerkOf(OurInventory& inventory) { return OurClerk(inventory); }

// As WorkInGroups(), each group by one commit(transactions, outcomes).
template <typename Inventory, typename Commit>
JobResult WorkInBatches(Inventory& inventory, RequestSpan requests,
                        std::size_t batch_size, Commit commit) {
  JobResult result;
  std::vector<Transaction> batch(batch_size);
  std::vector<Outcome> outcomes(batch_size);
  std::vector<const Request*> reserved;
  const auto commit_first = [&](std::size_t count) {
    commit(std::span(batch).first(count), std::span(outcomes).first(count));
    result.operations += count;
  };
  for (std::size_t first = 0; first < requests.size(); first += batch_size) {
    const std::size_t count = std::min(requests.size() - first, batch_size);
    for (std::size_t i = 0; i < count; ++i) {
      inventory.BuildReserve(requests[first + i], batch[i]);
    }
    commit_first(count);
    reserved.clear();
    for (std::size_t i = 0; i < count; ++i) {
      if (!outcomes[i].committed()) continue;
      const Request& request = requests[first + i];
      Transaction& tx = batch[reserved.size()];
      tx.Clear(kEvent);
      if (request.finalize) {
        tx.Finalize({.booking = request.booking});
      } else {
        tx.Release({.booking = request.booking});
      }
      reserved.push_back(&request);
    }
    commit_first(reserved.size());
    for (std::size_t i = 0; i < reserved.size(); ++i) {
      if (reserved[i]->finalize && outcomes[i].committed()) {
        result.sold_seats += reserved[i]->size;
      }
    }
  }
  return result;
}

// By calls that take a batch.
template <typename Inventory>
JobResult WorkInBatches(Inventory& inventory, RequestSpan requests,
                        std::size_t batch_size) {
  return WorkInBatches(
      inventory, requests, batch_size,
      [&](std::span<Transaction> batch, std::span<Outcome> outcomes) {
        Require(inventory.storage().CommitBatch(batch, kNow, {}, outcomes));
      });
}

// Whether a peer ended with the same seats sold to the same bookings.
template <typename Peer>
bool SameEnd(OurInventory& ours, Peer& peer) {
  for (std::uint32_t s = 0; s < ours.section_count(); ++s) {
    const SectionView view = ours.Read(s, {.details = true});
    if (view.stats.counts != peer.Counts(s)) return false;
    for (const SeatRecord& seat : view.details) {
      const SeatIndex index = view.stats.config.IndexOf(seat.seat);
      if (peer.StateOf(s, index) != seat.state ||
          peer.OwnerOf(s, index) != seat.meta->booking) {
        return false;
      }
    }
  }
  return true;
}

// With several threads who wins a seat is chance: whether as many seats are
// sold as the threads have finalized, and all others are available.
template <typename Inventory>
bool SumsUp(Inventory& inventory, const House& house,
            std::uint64_t sold_seats) {
  SeatCounts counts;
  for (std::uint32_t s = 0; s < house.sections; ++s) {
    counts += inventory.Counts(s);
  }
  return counts.sold == sold_seats && counts.reserved == 0 &&
         counts.available + counts.sold == house.seat_count();
}

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_OUR_INVENTORY_H_
