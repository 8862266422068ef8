// SPDX-License-Identifier: MIT
//
// A process on a simulated machine that uses a journal as a store does, dies at
// some system call, and is started again; and a ledger that knows what must be
// found then.
//
//   JournalCrashRig rig(seed);
//   while (...) rig.RunAndCrash();
//   CHECK(rig.complaint().empty());

#ifndef SEATFIELD_TESTS_MAPPED_JOURNAL_CRASH_RIG_H_
#define SEATFIELD_TESTS_MAPPED_JOURNAL_CRASH_RIG_H_

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "mapped/journal.h"
#include "mapped/journal_rig.h"
#include "mapped/journal_scan.h"
#include "platform/file.h"
#include "seatfield/internal/text.h"
#include "support/seed.h"
#include "support/simulated_system.h"

namespace seatfield::test {

class JournalCrashRig {
 public:
  struct Odds {
    double power_cut = .5;     // else the process is killed
    double fault = .2;         // a call fails, other than by the crash
    double dies_opening = .2;  // the process dies while it opens the store
    std::size_t calls_max = 80;
  };

  explicit JournalCrashRig(std::uint64_t seed)
      : JournalCrashRig(seed, Odds()) {}
  JournalCrashRig(std::uint64_t seed, const Odds& odds)
      : rng_(seed), odds_(odds), system_({.seed = seed}) {}

  SimulatedSystem& system() { return system_; }

  // One life of the process, and its end.
  void RunAndCrash() {
    if (rng_.Chance(odds_.dies_opening)) CrashAt(rng_.Between(1, 25));
    if (rng_.Chance(odds_.fault)) InjectFault();
    if (Open()) {
      if (!rng_.Chance(odds_.dies_opening)) {
        CrashAt(rng_.Between(1, odds_.calls_max));
      }
      for (int i = 0; i < 40 && !system_.crashed(); ++i) Step();
    }
    End();
  }

  // A last opening, in which nothing goes wrong.
  void OpenUndisturbed() {
    if (!Open() && complaint_.empty()) {
      Complain(internal::Cat("does not open: ", status_.ToString()));
    }
    End();
  }

  // What is wrong; empty: nothing so far.
  const std::string& complaint() const { return complaint_; }
  std::uint64_t records_given() const { return given_.size(); }
  std::uint64_t lives() const { return lives_; }

 private:
  void Complain(std::string text) {
    if (complaint_.empty()) complaint_ = std::move(text);
  }

  void CrashAt(std::uint64_t calls) {
    system_.Inject({.effect = Fault::Effect::kCrash, .at = calls});
  }

  void InjectFault() {
    const int errors[] = {EIO, ENOSPC, EINTR, EIO};
    const Fault::Effect effects[] = {
        Fault::Effect::kError, Fault::Effect::kShort, Fault::Effect::kForget};
    Fault fault;
    fault.effect = effects[rng_.Below(3)];
    fault.error = errors[rng_.Below(4)];
    fault.at = rng_.Between(1, 60);
    fault.for_ever = rng_.Chance(.3) && fault.error != EINTR;
    if (fault.effect == Fault::Effect::kForget) {
      fault.error = EIO;
      has_forgotten_ = true;
    }
    system_.Inject(fault);
  }

  // --- Opening
  // ----------------------------------------------------------------

  bool Open() {
    status_ = TryOpen();
    const bool may_fail = system_.crashed() || system_.faults_met() > 0;
    if (!status_.ok() && !may_fail) {
      Complain(internal::Cat("does not open: ", status_.ToString()));
    }
    return status_.ok();
  }

  absl::Status TryOpen() {
    auto directory = platform::Directory::OpenOrMake(system_, kStore);
    if (!directory.ok()) return directory.status();
    directory_ = *std::move(directory);
    Found found = Scan(directory_, {.after = snapshot_});
    if (!found.status.ok()) return found.status;
    std::vector<Bytes> rescued;
    absl::Status status = Rescue(found.result.end.sequence, rescued);
    if (!status.ok()) return status;
    if (system_.crashed()) return absl::UnavailableError("crashed");
    Judge(found, rescued);
    // As a store does, which writes a snapshot of what it read before it goes
    // on: what a failed sync left in the page cache need not be on the disk.
    if (has_forgotten_ || rng_.Chance(.5)) {
      snapshot_ = found.result.end.sequence;
    }
    status = Start(found.result.end);
    if (!status.ok()) return status;
    for (const Bytes& record : rescued) journal_->Append(record);
    status = journal_->Flush();
    if (!status.ok()) return status;
    status = directory_.Rename(kLiveNew, kLive);
    if (!status.ok() || system_.crashed()) return status;
    boot_ = system_.BootId();
    acked_ = durable_ = given_.size();
    return status;
  }

  absl::Status Rescue(std::uint64_t after, std::vector<Bytes>& records) {
    if (boot_ != system_.BootId()) return absl::OkStatus();
    auto file = directory_.Open(kLive, platform::OpenMode::kRead);
    if (!file.ok()) return file.status();
    auto map = file->Map(0, LiveBytes(), /*writable=*/false);
    if (!map.ok()) return map.status();
    return mapped::RescueRecords(
               {map->data(), map->size()}, TestId(), after,
               [&](std::uint64_t, std::span<const std::byte> record) {
                 records.emplace_back(record.begin(), record.end());
                 return absl::OkStatus();
               })
        .status();
  }

  absl::Status Start(const mapped::JournalEnd& end) {
    absl::Status status = directory_.Unlink(kLiveNew);
    if (!status.ok()) return status;
    auto file = directory_.Open(kLiveNew, platform::OpenMode::kCreate);
    if (!file.ok()) return file.status();
    status = file->Allocate(LiveBytes());
    if (!status.ok()) return status;
    auto map = file->Map(0, LiveBytes(), /*writable=*/true);
    if (!map.ok()) return map.status();
    live_ = *std::move(map);
    auto journal = mapped::Journal::Start(
        directory_, TestId(), end, {live_.data(), live_.size()}, options_);
    if (journal.ok()) journal_ = *std::move(journal);
    return journal.status();
  }

  std::uint64_t LiveBytes() const {
    return mapped::JournalBufferBytes(options_.buffer_bytes);
  }

  // What was found must be all that was acknowledged, and what was given.
  void Judge(const Found& found, const std::vector<Bytes>& rescued) {
    const bool same_boot = boot_ == system_.BootId();
    const std::uint64_t needed = same_boot ? acked_ : durable_;
    std::vector<Bytes> records = found.records;
    records.insert(records.end(), rescued.begin(), rescued.end());
    const std::uint64_t last = snapshot_ + records.size();
    if (last != found.result.end.sequence + rescued.size()) {
      return Complain("the end is not behind the last record");
    }
    if (last < needed) {
      return Complain(internal::Cat(needed, " was acknowledged, found ", last,
                                    same_boot ? " after a kill" : ""));
    }
    if (last > given_.size()) {
      return Complain(internal::Cat("found ", last, " records, but only ",
                                    given_.size(), " were given"));
    }
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (records[i] != given_[snapshot_ + i]) {
        return Complain(internal::Cat("record ", snapshot_ + i + 1,
                                      " is not what was given"));
      }
    }
    given_.resize(last);
  }

  // --- Work
  // -------------------------------------------------------------------

  void Step() {
    switch (rng_.Below(12)) {
      case 0:
        Acknowledge(journal_->Flush().ok() ? journal_->sequence() : 0);
        break;
      case 1: {
        const auto sealed = journal_->Seal();
        if (sealed.ok()) Acknowledge(sealed->sequence);
        break;
      }
      case 2:
        Drop();
        break;
      case 3:
        // The kernel may write pages of its own accord; time passes.
        system_.AdvanceClocks(static_cast<std::int64_t>(rng_.Below(200'000)));
        break;
      default:
        Commit();
    }
    NoteDurable();
  }

  // What is dropped stands in a snapshot.
  void Drop() {
    if (system_.crashed()) return;
    const std::uint64_t at = snapshot_ + rng_.Below(durable_ - snapshot_ + 1);
    snapshot_ = at;
    (void)journal_->DropThrough(at);
  }

  void Commit() {
    const auto need = rng_.Chance(.5) ? mapped::SpaceNeed::kTakes
                                      : mapped::SpaceNeed::kGivesBack;
    const std::size_t count = rng_.Between(1, 6);
    for (std::size_t i = 0; i < count; ++i) {
      if (!journal_->Admit(need).ok()) return;
      Append();
    }
    const mapped::Journal& journal = *journal_;
    const std::uint64_t last = journal.sequence();
    const std::uint64_t sequence =
        last - rng_.Below(std::min<std::uint64_t>(last, 3));
    const Durability level =
        std::vector{Durability::kNone, Durability::kInterval,
                    Durability::kGroup}[rng_.Below(3)];
    if (rng_.Chance(.3)) {
      calls_.push_back(std::make_unique<FunctionCall>(
          [this, sequence, level](const absl::Status& status) {
            if (status.ok()) Acknowledged(sequence, level);
          }));
      journal_->CallWhen(sequence, level, *calls_.back());
    } else if (journal_->Wait(sequence, level).ok()) {
      Acknowledged(sequence, level);
    }
  }

  void Append() {
    const std::size_t size_max = rng_.Chance(.02)  ? journal_->RecordBytesMax()
                                 : rng_.Chance(.1) ? 3000
                                                   : 200;
    const Bytes record = RandomBytes(rng_, rng_.Below(size_max + 1));
    const std::uint64_t sequence = journal_->Append(record);
    if (system_.crashed()) return;
    // A poisoned journal gives sequences and keeps nothing.
    if (sequence == given_.size() + 1) {
      given_.push_back(record);
    } else if (system_.faults_met() == 0) {
      Complain(internal::Cat("gave ", sequence, " after ", given_.size()));
    }
  }

  void Acknowledged(std::uint64_t sequence, Durability level) {
    if (system_.crashed()) return;
    acked_ = std::max(acked_, sequence);
    if (level == Durability::kGroup) durable_ = std::max(durable_, sequence);
  }
  void Acknowledge(std::uint64_t sequence) {
    Acknowledged(sequence, Durability::kGroup);
  }
  void NoteDurable() { Acknowledge(journal_->durable_sequence()); }

  // --- The end
  // ----------------------------------------------------------------

  void End() {
    const bool closes = !system_.crashed() && rng_.Chance(.3);
    if (closes && journal_ != nullptr && journal_->Close().ok()) {
      Acknowledge(journal_->sequence());
    }
    if (!system_.crashed()) CrashAt(1);
    journal_.reset();
    calls_.clear();
    live_ = {};
    directory_ = {};
    if (rng_.Chance(odds_.power_cut)) {
      system_.Kill();
      system_.PowerCut(rng_.Next());
    } else {
      system_.Kill();
    }
    ++lives_;
  }

  static constexpr char kLiveNew[] = "live.new";

  Rng rng_;
  const Odds odds_;
  SimulatedSystem system_;
  const mapped::JournalOptions options_ = SmallOptions();
  platform::Directory directory_;
  platform::Mapping live_;
  std::vector<std::unique_ptr<FunctionCall>> calls_;  // of the journal's life
  std::unique_ptr<mapped::Journal> journal_;
  absl::Status status_;

  std::vector<Bytes> given_;    // by sequence - 1
  std::uint64_t acked_ = 0;     // survives a kill
  std::uint64_t durable_ = 0;   // survives a power cut
  std::uint64_t snapshot_ = 0;  // what the journal need not have
  std::string boot_;            // in which live.map was made
  bool has_forgotten_ = false;  // a failed sync was forgotten
  std::uint64_t lives_ = 0;
  std::string complaint_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_MAPPED_JOURNAL_CRASH_RIG_H_
