// SPDX-License-Identifier: MIT
//
// Commits each kind of step over a connection that is cut at a given byte, then
// tries again, and compares what stands there with the reference model.
//
// Thread safety: one thread.

#ifndef SEATFIELD_TESTS_REDIS_CUT_RIG_H_
#define SEATFIELD_TESTS_REDIS_CUT_RIG_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "redis/storage_rig.h"
#include "seatfield/internal/text.h"
#include "seatfield/redis_storage.h"
#include "seatfield/seat_meta.h"
#include "seatfield/testing/conformance_compare.h"
#include "seatfield/testing/reference_model.h"
#include "seatfield/transaction.h"
#include "support/cutting_proxy.h"
#include "support/redis_server.h"

namespace seatfield::test {

// What must stand before a step, and the step.
struct CutScene {
  void (*prepare)(Transaction& tx);  // null: nothing
  void (*act)(Transaction& tx);
};

inline constexpr BookingId kFirst{0, 1};
inline constexpr BookingId kSecond{0, 2};
inline constexpr BuyerId kAnn{1};

namespace cut {

inline void Reserve(Transaction& tx) {
  tx.Reserve({.booking = kFirst,
              .buyer = kAnn,
              .section = "A",
              .seats = {{1, 1}, {1, 2}},
              .hold_for = std::chrono::minutes(10),
              .price = Price(3000)});
}
inline void ReserveBest(Transaction& tx) {
  tx.ReserveBest({.booking = kFirst,
                  .buyer = kAnn,
                  .offers = {{.section = "A", .price = Price(5)}},
                  .count = 2,
                  .hold_for = std::chrono::minutes(10)});
}
inline void Finalize(Transaction& tx) { tx.Finalize({.booking = kFirst}); }
inline void Sell(Transaction& tx) {
  Reserve(tx);
  Finalize(tx);
}
inline void Release(Transaction& tx) {
  tx.Release({.booking = kFirst, .section = "A", .seats = {{1, 1}}});
}
inline void Refund(Transaction& tx) { tx.Refund({.booking = kFirst}); }
inline void Extend(Transaction& tx) {
  tx.Extend(kFirst, std::chrono::minutes(20));
}
inline void Transfer(Transaction& tx) {
  tx.Transfer(
      {.booking = kFirst, .to_booking = kSecond, .to_buyer = BuyerId{2}});
}
inline void Block(Transaction& tx) {
  tx.Block({.section = "A", .seats = {{1, 1}, {2, 4}}, .reason = 5});
}
inline void Unblock(Transaction& tx) { tx.Unblock("A", {{1, 1}}); }
inline void Load(Transaction& tx) {
  SeatRecord record;
  record.seat = {2, 1};
  record.state = SeatState::kSold;
  record.meta = SeatMeta{kFirst, kAnn, Price(50), kStart};
  tx.Load({.section = "A", .records = {record}});
}

}  // namespace cut

class CutRig {
 public:
  CutRig(CutScene scene, bool with_id) : scene_(scene), with_id_(with_id) {}

  // The bytes that an undisturbed commit takes.
  std::uint64_t Measure(Direction direction) {
    Begin();
    proxy_.Count();
    const absl::Status status = storage_->Commit(act_, kStart, {}, outcome_);
    Complain(status.ok() && outcome_.committed(), "undisturbed: ", status);
    model_->Commit(act_, kStart, expected_);
    Compare();
    return direction == Direction::kRequest ? proxy_.request_bytes()
                                            : proxy_.reply_bytes();
  }

  // One commit with that cut and, if it has an id, its retries.
  void Run(const Cut& cut) {
    Begin();
    const std::uint64_t cuts = proxy_.cuts();
    proxy_.Arm(cut);
    const absl::Status status = storage_->Commit(act_, kStart, {}, outcome_);
    proxy_.Disarm();
    if (proxy_.cuts() == cuts) ++missed_;
    if (status.ok()) {
      ++committed_;
    } else {
      ++unknown_;
      Complain(absl::IsUnknown(status), "cut: ", status);
    }
    if (with_id_) {
      RetryWithId(status);
    } else {
      LookWithoutId(status);
    }
    Compare();
  }

  // The first thing that went wrong, and where.
  const std::string& complaint() const { return complaint_; }
  void Name(std::string where) { where_ = std::move(where); }

  std::uint64_t committed() const { return committed_; }
  std::uint64_t unknown() const { return unknown_; }
  std::uint64_t done() const { return done_; }      // Unknown, and had effect
  std::uint64_t missed() const { return missed_; }  // no cut came

 private:
  // A new event on an empty server, as far as the step needs it.
  void Begin() {
    server_->Call({"FLUSHALL"});
    model_ = std::make_unique<ReferenceModel>();
    event_ = EventId{++last_event_};
    const SectionSpec spec{"A", {2, 4}};
    absl::Status made = storage_->CreateSections(event_, {&spec, 1}, kStart);
    Complain(made.ok(), "create: ", made);
    (void)model_->CreateSections(event_, {&spec, 1}, kStart);
    if (scene_.prepare != nullptr) {
      Transaction tx(event_);
      scene_.prepare(tx);
      made = storage_->Commit(tx, kStart, {}, outcome_);
      Complain(made.ok() && outcome_.committed(), "prepare: ", made);
      model_->Commit(tx, kStart, expected_);
    }
    act_ = Transaction(event_);
    if (with_id_) act_.SetId({7, 7});
    scene_.act(act_);
  }

  void RetryWithId(absl::Status status) {
    const bool at_once = status.ok();
    if (!at_once) status = CommitUntilOk(*storage_, act_, outcome_, 5);
    Complain(status.ok(), "retry: ", status);
    if (outcome_.replayed) ++done_;
    model_->Commit(act_, kStart, expected_);
    expected_.replayed = outcome_.replayed && !at_once;
    Complain(conformance::DifferInOutcome(expected_, outcome_));
    // Once more, which must change nothing. The connection may be found closed
    // only now.
    status = CommitUntilOk(*storage_, act_, outcome_, 5);
    Complain(status.ok() && outcome_.replayed, "again: ", status);
  }

  // Committed stands there whole; Unknown whole or not at all.
  void LookWithoutId(const absl::Status& status) {
    if (!status.ok()) {
      if (Difference().empty()) return;
      ++done_;
    }
    model_->Commit(act_, kStart, expected_);
    if (status.ok()) {
      Complain(conformance::DifferInOutcome(expected_, outcome_));
    }
  }

  std::string Difference() {
    return conformance::StateComparison(*watcher_, *model_, event_, kStart)
        .Run(2, 3);
  }
  void Compare() { Complain(Difference()); }

  void Complain(std::string text) {
    if (text.empty() || !complaint_.empty()) return;
    complaint_ = internal::Cat(where_, ": ", text);
  }
  void Complain(bool well, std::string_view what, const absl::Status& status) {
    if (!well) {
      Complain(
          internal::Cat(what, status.ToString(), "; ", Describe(outcome_)));
    }
  }

  const CutScene scene_;
  const bool with_id_;
  const std::unique_ptr<RedisServer> server_ = Serve();
  CuttingProxy proxy_{*server_};
  const std::unique_ptr<RedisStorage> storage_ =
      Connect(OptionsFor(proxy_.address()));
  // Past the proxy.
  const std::unique_ptr<RedisStorage> watcher_ = Connect(*server_);
  std::unique_ptr<ReferenceModel> model_;
  std::int64_t last_event_ = 100'000;  // all of as many digits
  EventId event_{};
  Transaction act_;
  Outcome outcome_, expected_;
  std::string where_ = "before the cuts";
  std::string complaint_;
  std::uint64_t committed_ = 0;
  std::uint64_t unknown_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t missed_ = 0;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_REDIS_CUT_RIG_H_
