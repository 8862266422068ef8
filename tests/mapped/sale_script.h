// SPDX-License-Identifier: MIT
//
// A fixed life of a store on a simulated machine: everything that a store does,
// once, and what was acknowledged meanwhile. For tests that let one thing after
// the other fail.
//
//   SaleScript script;
//   script.Run(system);      // whatever fails
//   script.Check(system);    // with all put right

#ifndef SEATFIELD_TESTS_MAPPED_SALE_SCRIPT_H_
#define SEATFIELD_TESTS_MAPPED_SALE_SCRIPT_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "mapped/store_rig.h"
#include "seatfield/internal/text.h"
#include "seatfield/mapped_storage.h"
#include "support/mapped_store.h"
#include "support/random_sales.h"
#include "support/seed.h"
#include "support/simulated_system.h"

namespace seatfield::test {

class SaleScript {
 public:
  // Opens, sells, checkpoints and closes, and opens again.
  void Run(SimulatedSystem& system) {
    for (int life = 0; life < 2; ++life) {
      auto store = OpenStore(system, TinyOptions());
      if (Failed(store.status())) continue;
      MappedStorage::Store& inside = **store;
      MappedStorage storage(*std::move(store));
      poisoned_ = false;
      Sell(storage, inside);
      if (!Failed(storage.Close())) durable_ = storage.sequence();
    }
  }

  // Everything that was acknowledged is found, in a state that was.
  void Check(SimulatedSystem& system) {
    auto store = OpenStore(system, TinyOptions());
    if (!store.ok()) return Complain("does not open", store.status());
    const std::uint64_t found = (*store)->report().sequence;
    if (found < durable_) {
      Complain(internal::Cat(durable_, " was acknowledged, found ", found));
    }
    const auto digest = DigestOf(**store);
    if (!digest.ok()) return Complain("digest", digest.status());
    const auto known = states_.find(found);
    if (known != states_.end() && known->second != *digest) {
      Complain(internal::Cat("another state at sequence ", found));
    }
    for (const std::int64_t event : {0, 1}) {
      const absl::Status status = (*store)->Verify(EventId{event});
      if (!status.ok() && !absl::IsNotFound(status)) Complain("Verify", status);
    }
    const absl::Status closed = (*store)->Close();
    if (!closed.ok()) Complain("Close", closed);
  }

  // For a disk that promised more than it kept.
  void ForgetAcknowledged() { durable_ = 0; }

  // For a machine without memory.
  void LetReadsFail() { may_fail_to_read_ = true; }

  const std::string& complaint() const { return complaint_; }
  const std::vector<absl::Status>& failures() const { return failures_; }
  std::uint64_t durable() const { return durable_; }

 private:
  void Complain(std::string text) {
    if (complaint_.empty()) complaint_ = std::move(text);
  }
  void Complain(const std::string& what, const absl::Status& status) {
    Complain(internal::Cat(what, ": ", status.ToString()));
  }
  bool Failed(const absl::Status& status) {
    if (!status.ok()) failures_.push_back(status);
    return !status.ok();
  }

  void Sell(MappedStorage& storage, MappedStorage::Store& inside) {
    Note(inside);
    for (const std::int64_t event : {0, 1}) {
      (void)Failed(storage.CreateSections(
          EventId{event}, RandomSales::Sections(), sales_.now()));
      Note(inside);
    }
    for (int i = 0; i < 14; ++i) {
      Commit(storage, inside,
             i % 3 == 0 ? Durability::kNone : Durability::kGroup);
      if (i == 4) (void)Failed(storage.Checkpoint());
      if (i == 6) (void)Failed(storage.SetPaused({EventId{1}}, true));
      if (i == 8) (void)Failed(storage.Reset({EventId{1}}, true, sales_.now()));
      Note(inside);
    }
    CommitAsync(storage, inside);
    (void)Failed(storage.VerifyFiles());
    (void)Failed(storage.Drop({EventId{1}}, true, sales_.now()));
    Note(inside);
  }

  void Commit(MappedStorage& storage, MappedStorage::Store& inside,
              Durability level) {
    const bool was_poisoned = poisoned_;
    sales_.MoveTime();
    while (true) {
      const auto expired = storage.ExpireDue(sales_.now(), 1);
      Note(inside);
      if (!expired.ok() || *expired == 0) break;
    }
    Outcome outcome;
    const absl::Status status = storage.Commit(
        sales_.MakeTransaction(), sales_.now(), {.durability = level}, outcome);
    Note(inside);
    if (Failed(status)) {
      if (absl::IsUnknown(status)) poisoned_ = true;
      if (was_poisoned && !absl::IsUnavailable(status)) {
        Complain("a poisoned store answers", status);
      }
    } else if (was_poisoned && outcome.committed()) {
      Complain("a poisoned store commits");
    } else if (outcome.committed() &&
               outcome.durability == Durability::kGroup) {
      durable_ = std::max(durable_, outcome.sequence);
    }
  }

  void CommitAsync(MappedStorage& storage, MappedStorage::Store& inside) {
    bool answered = false;
    storage.CommitAsync(sales_.MakeTransaction(), sales_.now(),
                        {.durability = Durability::kGroup},
                        [&](const absl::Status& status, const Outcome& answer) {
                          answered = true;
                          if (Failed(status) || !answer.committed()) return;
                          durable_ = std::max(durable_, answer.sequence);
                        });
    (void)Failed(storage.WaitDurable(storage.sequence()));
    if (!answered) Complain("a callback was not called");
    Note(inside);
  }

  // Reads go on whatever has failed.
  void Note(MappedStorage::Store& inside) {
    const auto digest = DigestOf(inside);
    if (digest.ok()) {
      states_.try_emplace(inside.sequence(), *digest);
    } else if (!may_fail_to_read_) {
      Complain("a read failed", digest.status());
    }
  }

  Rng rng_{11};
  RandomSales sales_{rng_};
  std::map<std::uint64_t, Digest128> states_;  // by sequence
  std::uint64_t durable_ = 0;
  bool poisoned_ = false;
  bool may_fail_to_read_ = false;
  std::vector<absl::Status> failures_;
  std::string complaint_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_MAPPED_SALE_SCRIPT_H_
