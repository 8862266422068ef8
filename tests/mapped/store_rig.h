// SPDX-License-Identifier: MIT
//
// A process on a simulated machine that sells seats from a mapped store, dies
// at some system call, and is started again; and what must be found then.
//
//   StoreRig rig(seed);
//   while (...) rig.RunAndCrash();
//   CHECK(rig.complaint() == "");
//
// It knows the digest of the inventory after each sequence, and up to which
// sequence changes were acknowledged: what is found must be one of those
// states, and none too old. Each opening after a crash is one crash state.
// Between the sequences of one call the digest is not known: there only
// Verify() judges.

#ifndef SEATFIELD_TESTS_MAPPED_STORE_RIG_H_
#define SEATFIELD_TESTS_MAPPED_STORE_RIG_H_

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "mapped/store.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/text.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/outcome.h"
#include "support/mapped_store.h"
#include "support/random_sales.h"
#include "support/seed.h"
#include "support/simulated_system.h"

namespace seatfield::test {

// The smallest files there are.
inline MappedOptions TinyOptions() {
  MappedOptions options = SmallOptions();
  options.segment_bytes = std::uint64_t{16} << 10;
  options.checkpoint_bytes = std::uint64_t{16} << 10;
  return options;
}

// Empties the working memory: after a power cut nobody believes it, and its
// many sectors make a disk slow.
inline void ForgetMemory(SimulatedDisk& disk) {
  for (SimulatedNode* const node : disk.nodes()) {
    if (!node->name.starts_with("live.") && node->name != "work.tmp") continue;
    node->file.Resize(0);
    node->file.Sync();
  }
}

class StoreRig {
 public:
  struct Odds {
    double power_cut = .6;     // else the process is killed
    double fault = .15;        // a call fails, other than by the crash
    double dies_opening = .2;  // the process dies while it opens the store
    double closes = .25;       // it closes the store before it dies
    std::size_t calls_max = 80;
    std::size_t steps_max = 30;
    std::size_t other_cuts = 12;  // of the same moment, looked at read-only
  };

  explicit StoreRig(std::uint64_t seed) : StoreRig(seed, Odds()) {}
  StoreRig(std::uint64_t seed, const Odds& odds)
      : rng_(seed), odds_(odds), system_({.seed = seed}) {}
  ~StoreRig() { LetGo(); }
  StoreRig(const StoreRig&) = delete;
  StoreRig& operator=(const StoreRig&) = delete;

  SimulatedSystem& system() { return system_; }

  // One life of the process, and its end.
  void RunAndCrash() {
    if (rng_.Chance(odds_.dies_opening)) CrashAt(rng_.Between(1, 60));
    if (rng_.Chance(odds_.fault)) InjectFault();
    if (Open()) {
      if (!system_.crashed()) CrashAt(rng_.Between(1, odds_.calls_max));
      const std::size_t steps = rng_.Below(odds_.steps_max + 1);
      for (std::size_t i = 0; i < steps && !system_.crashed(); ++i) Step();
    }
    End();
  }

  // One undisturbed life of so many steps, closed at the end, that dies in its
  // nth call. False: it makes fewer.
  bool RunUntilCall(std::uint64_t n, std::size_t steps) {
    CrashAt(n);
    if (Open()) {
      for (std::size_t i = 0; i < steps && !system_.crashed(); ++i) Step();
      if (!system_.crashed()) Close();
    }
    const bool crashed = system_.crashed();
    LetGo();
    ++lives_;
    return crashed;
  }

  // Then: each outcome of a power cut, or random ones if too many things may be
  // lost or not. True: it was each.
  bool TryEachCut(std::size_t unsynced_max) {
    acked_ = durable_;
    SimulatedDisk disk = system_.Save();
    ForgetMemory(disk);
    if (disk.unsynced() > unsynced_max) {
      for (std::size_t i = 0; i < std::size_t{1} << unsynced_max; ++i) {
        Cut(disk);
        LookReadOnly();
      }
      return false;
    }
    AllCuts cuts;
    do {
      system_.Restore(disk);
      system_.PowerCut(cuts);
      LookReadOnly();
    } while (cuts.Next());
    return true;
  }

  // Two lives: in the first, the nth sync of a segment's data crashes or fails
  // and forgets what it should have written, and the process is killed; the
  // power is cut at the mth call of the second.
  void DieTwice(Fault::Effect effect, std::uint64_t n, std::uint64_t m,
                std::size_t steps) {
    system_.Kill();
    Fault fault;
    fault.effect = effect;
    fault.at = n;
    fault.kind = CallKind::kSyncData;
    fault.name = "jrnl-";
    may_forget_ = effect == Fault::Effect::kForget;
    system_.Inject(fault);
    if (Open()) {
      for (std::size_t i = 0; i < steps && !system_.crashed(); ++i) Step();
    }
    LetGo();
    system_.Kill();
    CrashAt(m);
    Open();
    LetGo();
    lives_ += 2;
    CutPower();
  }

  // A last opening, in which nothing goes wrong.
  void OpenUndisturbed() {
    if (!Open()) return;
    const absl::Status files = store_->VerifyFiles();
    // A write that a failed sync forgot is damage to the files, even if the
    // inventory was saved into a snapshot.
    const bool is_known = forgot_ && absl::IsDataLoss(files);
    if (!files.ok() && !is_known) Complain("files", files);
    Close();
  }

  // What is wrong; empty: nothing so far.
  const std::string& complaint() const { return complaint_; }
  std::uint64_t crash_states() const { return crash_states_; }

 private:
  struct Kept {
    Transaction transaction;
    Outcome outcome;
  };

  void Complain(std::string text) {
    if (complaint_.empty()) complaint_ = std::move(text);
  }
  void Complain(std::string_view what, const absl::Status& status) {
    Complain(internal::Cat(what, ": ", status.ToString()));
  }

  void CrashAt(std::uint64_t calls) {
    Fault crash;
    crash.effect = Fault::Effect::kCrash;
    crash.at = calls;
    system_.Inject(crash);
  }

  void InjectFault() {
    constexpr int kErrors[] = {EIO, ENOSPC, EINTR, EIO};
    constexpr Fault::Effect kEffects[] = {
        Fault::Effect::kError, Fault::Effect::kShort, Fault::Effect::kForget};
    Fault fault;
    fault.effect = kEffects[rng_.Below(3)];
    fault.error = kErrors[rng_.Below(4)];
    fault.at = rng_.Between(1, 100);
    fault.for_ever = rng_.Chance(.3) && fault.error != EINTR;
    if (fault.effect == Fault::Effect::kForget) fault.error = EIO;
    may_forget_ = fault.effect == Fault::Effect::kForget;
    system_.Inject(fault);
  }

  // --- Opening --------------------------------------------------------------

  bool Disturbed() const {
    return system_.crashed() || system_.faults_met() > 0;
  }

  bool Open() {
    auto store = OpenStore(system_, TinyOptions());
    if (!store.ok()) {
      if (!Disturbed()) Complain("does not open", store.status());
      return false;
    }
    Count();
    store_ = store->get();
    storage_ = std::make_unique<MappedStorage>(*std::move(store));
    if (system_.crashed()) return true;
    Judge(*store_);
    JudgeWriter();
    return complaint_.empty();
  }

  void Count() { crash_states_ += lives_ > 0 ? 1 : 0; }

  // What was found must be all that was acknowledged, and what was.
  void Judge(MappedStorage::Store& store) {
    const RecoveryReport& report = store.report();
    const std::uint64_t found = report.sequence;
    if (opened_ && report.kind == RecoveryReport::Kind::kCreated) {
      return Complain("the store is gone");
    }
    if (found < acked_) {
      return Complain(
          internal::Cat(acked_, " was acknowledged, found ", found));
    }
    if (!states_.empty() && found > states_.rbegin()->first) {
      return Complain(
          internal::Cat("found sequence ", found, ", which was never given"));
    }
    const auto digest = DigestOf(store);
    if (!digest.ok()) return Complain("digest", digest.status());
    const auto known = states_.find(found);
    if (known != states_.end() && known->second != *digest) {
      Complain(internal::Cat("another state at sequence ", found));
    }
  }

  // What was found is what there is from here on.
  void JudgeWriter() {
    for (const std::int64_t event : {0, 1}) {
      const absl::Status status = store_->Verify(EventId{event});
      if (!status.ok() && !absl::IsNotFound(status)) Complain("Verify", status);
    }
    const std::uint64_t found = store_->report().sequence;
    states_.erase(states_.upper_bound(found), states_.end());
    states_[found] = *DigestOf(*store_);
    acked_ = durable_ = found;
    opened_ = true;
    std::erase_if(
        kept_, [&](const Kept& kept) { return kept.outcome.sequence > found; });
    if (!kept_.empty()) Replay(kept_[rng_.Below(kept_.size())]);
  }

  // The same id and steps get the same answer.
  void Replay(const Kept& kept) {
    Outcome again;
    const absl::Status status =
        storage_->Commit(kept.transaction, sales_.now(), {}, again);
    Note();
    if (!status.ok()) {
      if (!Disturbed()) Complain("replay", status);
    } else if (!again.replayed || again.seats != kept.outcome.seats ||
               again.steps != kept.outcome.steps ||
               again.sections != kept.outcome.sections) {
      Complain(internal::Cat("replayed otherwise: ", Describe(kept.outcome),
                             ", then ", Describe(again)));
    }
  }

  // --- Work -----------------------------------------------------------------

  void Step() {
    switch (rng_.Below(32)) {
      case 0:
        AcknowledgeAll(storage_->Checkpoint());
        break;
      case 1:
        AcknowledgeAll(storage_->WaitDurable(storage_->sequence()));
        break;
      case 2:
        Administer();
        break;
      case 3:
        (void)storage_->ExpireDue(sales_.now(), rng_.Below(3));
        break;
      case 4:
        CommitBatch();
        break;
      case 5:
        system_.AdvanceClocks(static_cast<std::int64_t>(rng_.Below(200'000)));
        break;
      case 6:
        VisitAsAnother();
        break;
      default:
        Commit();
    }
    Note();
    if (store_->sequence() == 0) Create();
    sales_.MoveTime();
    // Holds end one by one, so that the state between them is known.
    for (bool more = rng_.Chance(.7); more && !system_.crashed();) {
      const auto expired = storage_->ExpireDue(sales_.now(), 1);
      more = expired.ok() && *expired > 0;
      Note();
    }
  }

  void Create() {
    (void)storage_->CreateSections(sales_.PickEvent(), RandomSales::Sections(),
                                   sales_.now());
    Note();
  }

  void Administer() {
    const EventId event = sales_.PickEvent();
    const Scope scope{event, rng_.Chance(.5) ? sales_.PickSection() : ""};
    switch (rng_.Below(6)) {
      case 0:
        kept_.clear();
        (void)storage_->Drop(scope, rng_.Chance(.7), sales_.now());
        return;
      case 1:
        kept_.clear();
        (void)storage_->Reset(scope, rng_.Chance(.7), sales_.now());
        return;
      case 2:
        (void)storage_->SetPaused(scope, rng_.Chance(.3));
        return;
      default:
        Create();
    }
  }

  // Another process may read, and not write.
  void VisitAsAnother() {
    const auto other = system_.NewProcess();
    if (OpenStore(*other, TinyOptions()).ok()) Complain("two processes write");
    auto reader =
        MappedStorage::Store::OpenToRead(*other, kStorePath, TinyOptions());
    if (!reader.ok()) return Complain("to read", reader.status());
    const auto digest = DigestOf(**reader);
    if (!digest.ok()) return Complain("digest of a reader", digest.status());
    if (*digest != *DigestOf(*store_)) Complain("a reader sees another state");
  }

  Durability PickLevel() {
    constexpr Durability kLevels[] = {Durability::kNone, Durability::kInterval,
                                      Durability::kGroup};
    return kLevels[rng_.Below(3)];
  }

  void Commit() {
    Kept kept{sales_.MakeTransaction(), {}};
    const Durability level = PickLevel();
    const absl::Status status = storage_->Commit(
        kept.transaction, sales_.now(), {.durability = level}, kept.outcome);
    if (status.ok()) {
      Acknowledge(kept.outcome, level);
      const bool keeps = kept.outcome.committed() &&
                         !kept.outcome.seats.empty() &&
                         !kept.transaction.id().is_nil();
      if (keeps) kept_.push_back(std::move(kept));
      if (kept_.size() > 8) kept_.erase(kept_.begin());
    } else if (!Disturbed()) {
      Complain("Commit", status);
    }
  }

  void CommitBatch() {
    std::vector<Transaction> transactions;
    for (int i = 0; i < 3; ++i) {
      transactions.push_back(sales_.MakeTransaction());
    }
    std::vector<Outcome> outcomes(transactions.size());
    const Durability level = PickLevel();
    const absl::Status status = storage_->CommitBatch(
        transactions, sales_.now(), {.durability = level}, outcomes);
    for (const Outcome& outcome : outcomes) {
      if (status.ok()) Acknowledge(outcome, level);
    }
  }

  void Acknowledge(const Outcome& outcome, Durability level) {
    if (system_.crashed() || !outcome.committed()) return;
    acked_ = std::max(acked_, outcome.sequence);
    if (outcome.durability < level) Complain("a level was not reached");
    if (outcome.durability == Durability::kGroup) {
      durable_ = std::max(durable_, outcome.sequence);
    }
  }
  void AcknowledgeAll(const absl::Status& status) {
    if (!status.ok() || system_.crashed()) return;
    acked_ = durable_ = storage_->sequence();
  }

  // Keeps the state, which can only have changed with the sequence.
  void Note() {
    const std::uint64_t sequence = store_->sequence();
    const auto digest = DigestOf(*store_);
    if (!digest.ok()) return Complain("digest", digest.status());
    const auto [at, is_new] = states_.try_emplace(sequence, *digest);
    if (!is_new && at->second != *digest && !Disturbed()) {
      Complain(internal::Cat("a change after sequence ", sequence,
                             " was not journaled"));
    }
    if (system_.crashed()) return;
    durable_ = std::max(durable_, store_->durable_sequence());
    acked_ = std::max(acked_, durable_);
  }

  // --- The end --------------------------------------------------------------

  bool Close() {
    const absl::Status status = storage_->Close();
    if (status.ok() && !system_.crashed()) {
      acked_ = durable_ = storage_->sequence();
      storage_.reset();
      if (!Disturbed() && system_.files_open() + system_.maps_open() > 0) {
        Complain("a closed store keeps files open");
      }
      if (system_.stores_into_holes() > 0) {
        Complain("memory was used before its blocks were allocated");
      }
    } else if (!Disturbed()) {
      Complain("Close", status);
    }
    return status.ok();
  }

  void LetGo() {
    forgot_ |= may_forget_ && system_.faults_met() > 0;
    may_forget_ = false;
    if (!system_.crashed()) CrashAt(1);
    storage_.reset();
    store_ = nullptr;
  }

  void End() {
    if (storage_ != nullptr && !system_.crashed() &&
        rng_.Chance(odds_.closes)) {
      Close();
    }
    LetGo();
    ++lives_;
    if (!rng_.Chance(odds_.power_cut)) {
      system_.Kill();
      LookReadOnly();
      return;
    }
    CutPower();
  }

  // And looks at other outcomes of it.
  void CutPower() {
    acked_ = durable_;
    const SimulatedDisk disk = system_.Save();
    SimulatedDisk truth = disk;
    ForgetMemory(truth);
    for (std::size_t i = 0; i < odds_.other_cuts; ++i) {
      Cut(truth);
      LookReadOnly();
    }
    Cut(rng_.Chance(.5) ? disk : truth);
  }

  void Cut(const SimulatedDisk& disk) {
    system_.Restore(disk);
    CutOdds odds;
    odds.entry_kept = odds.sector_new = odds.size_new =
        std::vector{.02, .5, .5, .95}[rng_.Below(4)];
    if (rng_.Chance(.5)) odds.sector_torn = odds.sector_garbage = 0;
    system_.PowerCut(rng_.Next(), odds);
  }

  void LookReadOnly() {
    auto store =
        MappedStorage::Store::OpenToRead(system_, kStorePath, TinyOptions());
    if (store.ok()) {
      Count();
      Judge(**store);
    } else if (opened_ || !absl::IsNotFound(store.status())) {
      Complain("does not open to be read", store.status());
    }
  }

  Rng rng_;
  const Odds odds_;
  SimulatedSystem system_;
  RandomSales sales_{rng_};
  std::unique_ptr<MappedStorage> storage_;
  MappedStorage::Store* store_ = nullptr;  // that storage_ has

  std::map<std::uint64_t, Digest128> states_;  // by sequence
  std::uint64_t acked_ = 0;                    // to be found next time
  std::uint64_t durable_ = 0;                  // survives a power cut
  std::vector<Kept> kept_;                     // to be replayed
  bool opened_ = false;
  bool may_forget_ = false;  // of a fault in this life
  bool forgot_ = false;
  std::uint64_t lives_ = 0;
  std::uint64_t crash_states_ = 0;
  std::string complaint_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_MAPPED_STORE_RIG_H_
