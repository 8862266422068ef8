// SPDX-License-Identifier: MIT
//
// The library's side of the durable job: MappedStorage through its interface.

#ifndef SEATFIELD_BENCH_OUR_DURABLE_INVENTORY_H_
#define SEATFIELD_BENCH_OUR_DURABLE_INVENTORY_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "durable_inventory.h"
#include "job.h"
#include "our_inventory.h"
#include "seatfield/mapped_storage.h"

namespace seatfield::bench {

inline std::unique_ptr<MappedStorage> OpenOurs(const std::string& directory,
                                               const MappedOptions& options) {
  auto storage = MappedStorage::Open(directory, options);
  Require(storage.status());
  return *std::move(storage);
}

// In a directory that is there; makes the store unless there is one.
class OurDurableInventory : public DurableInventory {
 public:
  OurDurableInventory(std::string directory, const House& house,
                      const MappedOptions& options)
      : directory_(std::move(directory)),
        config_(house.config),
        storage_(OpenOurs(directory_, options)) {
    std::vector<SectionSpec> specs;
    for (std::uint32_t i = 0; i < house.sections; ++i) {
      specs.push_back({"S-" + std::to_string(i), house.config});
    }
    Require(storage_->CreateSections(kEvent, specs, kNow));
    for (const SectionSpec& spec : specs) {
      sections_.push_back(storage_->Resolve(kEvent, spec.name).value());
    }
  }

  std::unique_ptr<DurableClerk> NewClerk() override {
    return std::make_unique<Clerk>(*this);
  }

  SectionEnd ReadSection(std::uint32_t section) override {
    SectionView view;
    Require(storage_->ReadSection(kEvent, sections_[section], {.details = true},
                                  view));
    SectionEnd end{.counts = view.stats.counts,
                   .owners = std::vector<BookingId>(config_.seat_count())};
    for (SeatIndex seat = 0; seat < config_.seat_count(); ++seat) {
      end.states.push_back(view.map.Get(seat));
    }
    for (const SeatRecord& seat : view.details) {
      end.owners[config_.IndexOf(seat.seat)] = seat.meta->booking;
    }
    return end;
  }

  MappedStorage& storage() { return *storage_; }

  // Of the clerks' commits from here on.
  void SetLevel(Durability level) { level_.durability = level; }
  void Build(Act act, const Request& request, Transaction& tx) const {
    if (act == Act::kReserve) {
      BuildReserve(request, config_, sections_[request.section], tx);
      return;
    }
    tx.Clear(kEvent);
    if (act == Act::kFinalize) {
      tx.Finalize({.booking = request.booking});
    } else {
      tx.Release({.booking = request.booking});
    }
  }

  // The names of its files that begin so.
  std::set<std::string> Files(std::string_view prefix) const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      std::string name = entry.path().filename().string();
      if (name.starts_with(prefix)) names.insert(std::move(name));
    }
    return names;
  }

 private:
  class Clerk : public DurableClerk {
   public:
    explicit Clerk(OurDurableInventory& inventory) : inventory_(inventory) {}

    bool Do(Act act, const Request& request, Time now) override {
      inventory_.Build(act, request, tx_);
      Require(
          inventory_.storage().Commit(tx_, now, inventory_.level_, outcome_));
      return outcome_.committed();
    }

   private:
    OurDurableInventory& inventory_;
    Transaction tx_;
    Outcome outcome_;
  };

  std::string directory_;
  SectionConfig config_;
  CommitOptions level_;
  std::unique_ptr<MappedStorage> storage_;
  std::vector<SectionHandle> sections_;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_OUR_DURABLE_INVENTORY_H_
