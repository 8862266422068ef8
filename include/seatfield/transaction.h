// SPDX-License-Identifier: MIT
//
// A Transaction is a request: 1 to N ordered steps within one event, all
// applied or none. Steps see the effect of the steps before them, so an
// exchange is a refund, a reservation and a finalize under one booking.
//
//   Transaction tx(EventId{7});
//   tx.Reserve({.booking = id, .buyer = BuyerId{42}, .section = "A-1",
//               .seats = {{3, 4}, {3, 5}}, .hold_for = 10min,
//               .price = Price(4500)});
//   inventory.Commit(tx, outcome);
//
// It owns what it was given: names, seats and prices are copied in. Clear()
// keeps the memory, so a transaction that is reused stops allocating.
// Building never fails: a request that makes no sense is refused as a whole,
// and by name, when it is committed.
//
// Units: seats are 1-based {row, number}; hold lengths are microseconds.
// Limits: Limits::steps_per_transaction_max and seats_per_transaction_max.
// Thread safety: const members may run concurrently; a change needs exclusive
//   access.

#ifndef SEATFIELD_TRANSACTION_H_
#define SEATFIELD_TRANSACTION_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "seatfield/best_available.h"
#include "seatfield/ids.h"
#include "seatfield/internal/hot.h"
#include "seatfield/list.h"
#include "seatfield/price.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_meta.h"
#include "seatfield/seating_plan.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// Names a section of the transaction's event, by text or by resolved handle.
// A view: the text must outlive the call that takes it.
class SectionRef {
 public:
  constexpr SectionRef() = default;
  constexpr SectionRef(const char* name)  // NOLINT
      : SectionRef(std::string_view(name)) {}
  constexpr SectionRef(std::string_view name)  // NOLINT
      : text_(name.empty() ? "" : name.data()), size_(name.size()) {}
  SectionRef(const std::string& name)  // NOLINT
      : SectionRef(std::string_view(name)) {}
  constexpr SectionRef(const SectionName& name)  // NOLINT
      : SectionRef(name.view()) {}
  constexpr SectionRef(SectionHandle handle)  // NOLINT
      : text_(nullptr), place_(handle.place), generation_(handle.generation) {}

  // Empty for a handle.
  constexpr std::string_view name() const {
    return text_ != nullptr ? std::string_view(text_, size_)
                            : std::string_view();
  }
  constexpr std::optional<SectionHandle> handle() const {
    if (text_ != nullptr) return std::nullopt;
    return SectionHandle{place_, generation_};
  }

 private:
  const char* text_ = "";  // nullptr: a handle
  std::size_t size_ = 0;
  std::uint64_t place_ = 0;
  std::uint64_t generation_ = 0;
};

// A list argument: braces, a vector, an array or a span. A view of the call.
template <typename T>
class ListArg {
 public:
  constexpr ListArg() = default;
  constexpr ListArg(std::initializer_list<T> items)  // NOLINT
      : items_(items.begin(), items.size()) {}
  constexpr ListArg(std::span<const T> items) : items_(items) {}  // NOLINT
  ListArg(const std::vector<T>& items) : items_(items) {}         // NOLINT

  constexpr std::span<const T> items() const { return items_; }

 private:
  std::span<const T> items_;
};

// --- What each step takes ---------------------------------------------------

// available -> reserved. Adding seats to a live hold moves its deadline to
// max(old, now + hold_for), within Limits::total_hold_max.
struct ReserveStep {
  BookingId booking{};
  BuyerId buyer{};
  SectionRef section{};
  ListArg<Seat> seats{};
  Duration hold_for = kForever;
  Price price{};  // of each seat,
  ListArg<Price>
      prices{};  // unless given one by one, in the order of the seats

  // What becomes of a step that leaves an orphan, judged as a whole and by the
  // aisles of the plan, if there is one (best_available.h): kForbid refuses it
  // no_best_available, kAvoid commits it and the outcome tells.
  OrphanRule orphans = OrphanRule::kAllow;
  std::uint32_t min_run = kMinRunDefault;
  std::shared_ptr<const SeatingPlan> plan{};
};

// Where best seats may come from: a section, what a seat costs there, and, if
// given, the seats that may be taken and how good they are. Mask and plan are
// shared, not copied.
struct Offer {
  SectionRef section{};
  Price price{};
  std::shared_ptr<const SeatMask> filter{};
  std::shared_ptr<const SeatingPlan> plan{};
};

// Finds `count` available seats together and reserves them in the same act. The
// outcome names them. Never a no-op: it adds. Offers of paused sections are
// passed over.
struct ReserveBestStep {
  BookingId booking{};
  BuyerId buyer{};
  ListArg<Offer> offers{};  // in order of preference, each section once
  std::uint32_t count = 0;
  BestPolicy policy{};
  Duration hold_for = kForever;
};

// Seats of one booking in one section. An empty section means every seat of the
// booking, over all sections, in the state that the step needs.
struct SeatsOfBooking {
  BookingId booking{};
  SectionRef section{};
  ListArg<Seat> seats{};
};

// Moves ownership without a gap; states and prices stay. Held seats keep the
// earlier of the two deadlines: a transfer never buys time.
struct TransferStep {
  BookingId booking{};
  BookingId to_booking{};
  BuyerId to_buyer{};
  SectionRef section{};  // empty: every seat
  ListArg<Seat> seats{};
};

// available -> blocked, with a code of the host's.
struct BlockStep {
  SectionRef section{};
  ListArg<Seat> seats{};
  std::uint32_t reason = 0;
};

// Privileged: writes states, bookings and times as they are into available
// seats, for import and restore. Records of one booking agree on its buyer and,
// for held seats, on the deadline; available records write nothing.
struct LoadStep {
  SectionRef section{};
  ListArg<SeatRecord> records{};
};

// --- The transaction --------------------------------------------------------

class Transaction {
 public:
  // A step as it stands in the transaction. The ranges are of its pools.
  struct Step {
    // Not defaulted, which would zero the whole before it is filled.
    Step() {}  // NOLINT(modernize-use-equals-default)

    StepKind kind = StepKind::kReserve;
    bool all_seats = false;  // of the booking, in the state it needs
    BookingId booking{};
    BuyerId buyer{};
    BookingId to_booking{};
    BuyerId to_buyer{};
    Duration hold_for = kForever;
    std::uint32_t reason = 0;
    std::uint32_t count = 0;  // of best seats
    // Of best seats; of Reserve only what it says of orphans.
    BestPolicy policy{.orphans = OrphanRule::kAllow};
    struct Range {
      std::uint32_t first = 0;
      std::uint32_t size = 0;
    };
    Range sections;  // none, one, or one for each offer
    Range seats;
    Range prices;
    Range filters;
    Range plans;  // none, or one for each offer
    Range records;
  };

  // A version that a section must have when the transaction is decided.
  struct Precondition {
    std::uint32_t section = 0;  // in the pool of sections
    std::uint64_t version = 0;
  };

  explicit Transaction(EventId event = EventId{}) : event_(event) {}

  // Makes a retry exact: the same id and steps give the first answer again.
  // The nil id means none.
  Transaction& SetId(TransactionId id);

  Transaction& Reserve(const ReserveStep& step);
  Transaction& ReserveBest(const ReserveBestStep& step);
  // reserved -> sold
  Transaction& Finalize(const SeatsOfBooking& step);
  // reserved -> available; the metadata is removed
  Transaction& Release(const SeatsOfBooking& step);
  // sold -> available; the metadata is removed
  Transaction& Refund(const SeatsOfBooking& step);
  // Moves the deadline of all held seats to now + hold_for, within
  // Limits::total_hold_max from the first reservation; never shortens.
  Transaction& Extend(BookingId booking, Duration hold_for);
  Transaction& Transfer(const TransferStep& step);
  Transaction& Block(const BlockStep& step);
  // blocked -> available
  Transaction& Unblock(SectionRef section, ListArg<Seat> seats);
  Transaction& Load(const LoadStep& step);

  // Refuses version_mismatch unless the section, after what is due in it has
  // expired, is at this version.
  Transaction& IfVersion(SectionRef section, std::uint64_t version);

  // Drops the steps, the id and the preconditions; keeps the memory.
  void Clear(EventId event);

  EventId event() const { return event_; }
  TransactionId id() const { return id_; }
  std::span<const Step> steps() const { return steps_; }
  std::span<const Precondition> preconditions() const { return preconditions_; }

  // The parts of a step. Views; valid until the transaction changes.
  std::size_t section_count() const { return sections_.size(); }
  SectionRef section(std::size_t at) const;
  // The step that names it; 0 for a precondition.
  std::size_t StepOfSection(std::size_t at) const;
  std::span<const Seat> seats(const Step& step) const;
  // One price for all seats, or one each; for best seats, one an offer.
  std::span<const Price> prices(const Step& step) const;
  const SeatMask* filter(const Step& step, std::size_t offer) const;
  // Of an offer or, where orphans are judged, of Reserve; nullptr for none.
  const SeatingPlan* plan(const Step& step, std::size_t offer = 0) const;
  std::span<const SeatRecord> records(const Step& step) const;

 private:
  struct SectionText {
    bool is_handle;
    std::uint64_t first;   // the handle's place, or where the name begins
    std::uint64_t second;  // its generation, or the name's size
  };

  // `pool` is a vector or a List.
  template <typename Pool, typename T>
  static Step::Range Push(Pool& pool, std::span<const T> items);
  Step::Range PushSection(const SectionRef& section);
  Step& PushStep(StepKind kind, BookingId booking);
  Transaction& PushSeatsOfBooking(StepKind kind, const SeatsOfBooking& step);

  // What few transactions have.
  void ClearRare();

  EventId event_;
  TransactionId id_;
  List<Step> steps_;
  List<SectionText> sections_;
  List<Seat> seats_;
  List<Price> prices_;
  List<char> names_;
  List<Precondition> preconditions_;
  bool has_rare_ = false;  // filters, plans or records
  std::vector<std::shared_ptr<const SeatMask>> filters_;
  std::vector<std::shared_ptr<const SeatingPlan>> plans_;
  std::vector<SeatRecord> records_;
};

// --- Implementation ---------------------------------------------------------

template <typename Pool, typename T>
SEATFIELD_INLINE Transaction::Step::Range Transaction::Push(
    Pool& pool, std::span<const T> items) {
  const Step::Range range{static_cast<std::uint32_t>(pool.size()),
                          static_cast<std::uint32_t>(items.size())};
  if constexpr (std::is_same_v<Pool, List<T>>) {
    pool.append(items);
  } else {
    pool.insert(pool.end(), items.begin(), items.end());
  }
  return range;
}

SEATFIELD_INLINE Transaction::Step::Range Transaction::PushSection(
    const SectionRef& section) {
  const Step::Range range{static_cast<std::uint32_t>(sections_.size()), 1};
  if (const auto handle = section.handle()) {
    sections_.push_back({true, handle->place, handle->generation});
  } else {
    const Step::Range name = Push(names_, std::span(section.name()));
    sections_.push_back({false, name.first, name.size});
  }
  return range;
}

SEATFIELD_INLINE Transaction::Step& Transaction::PushStep(StepKind kind,
                                                          BookingId booking) {
  Step& step = steps_.emplace_back();
  step.kind = kind;
  step.booking = booking;
  return step;
}

inline Transaction& Transaction::SetId(TransactionId id) {
  id_ = id;
  return *this;
}

inline Transaction& Transaction::Reserve(const ReserveStep& from) {
  Step& step = PushStep(StepKind::kReserve, from.booking);
  step.buyer = from.buyer;
  step.hold_for = from.hold_for;
  step.sections = PushSection(from.section);
  step.seats = Push(seats_, from.seats.items());
  if (from.prices.items().empty()) {
    step.prices = {static_cast<std::uint32_t>(prices_.size()), 1};
    prices_.push_back(from.price);
  } else {
    step.prices = Push(prices_, from.prices.items());
  }
  if (from.orphans == OrphanRule::kAllow) return *this;
  has_rare_ = true;
  step.policy.orphans = from.orphans;
  step.policy.min_run = from.min_run;
  step.plans = Push(plans_, std::span(&from.plan, 1));
  return *this;
}

inline Transaction& Transaction::ReserveBest(const ReserveBestStep& from) {
  Step& step = PushStep(StepKind::kReserveBest, from.booking);
  step.buyer = from.buyer;
  step.hold_for = from.hold_for;
  step.count = from.count;
  step.policy = from.policy;
  has_rare_ = true;
  step.sections.first = static_cast<std::uint32_t>(sections_.size());
  step.prices.first = static_cast<std::uint32_t>(prices_.size());
  step.filters.first = static_cast<std::uint32_t>(filters_.size());
  step.plans.first = static_cast<std::uint32_t>(plans_.size());
  for (const Offer& offer : from.offers.items()) {
    PushSection(offer.section);
    prices_.push_back(offer.price);
    filters_.push_back(offer.filter);
    plans_.push_back(offer.plan);
  }
  step.sections.size = step.prices.size = step.filters.size = step.plans.size =
      static_cast<std::uint32_t>(from.offers.items().size());
  return *this;
}

SEATFIELD_INLINE Transaction& Transaction::PushSeatsOfBooking(
    StepKind kind, const SeatsOfBooking& from) {
  Step& step = PushStep(kind, from.booking);
  step.all_seats = !from.section.handle() && from.section.name().empty() &&
                   from.seats.items().empty();
  if (step.all_seats) return *this;
  step.sections = PushSection(from.section);
  step.seats = Push(seats_, from.seats.items());
  return *this;
}

inline Transaction& Transaction::Finalize(const SeatsOfBooking& step) {
  return PushSeatsOfBooking(StepKind::kFinalize, step);
}
inline Transaction& Transaction::Release(const SeatsOfBooking& step) {
  return PushSeatsOfBooking(StepKind::kRelease, step);
}
inline Transaction& Transaction::Refund(const SeatsOfBooking& step) {
  return PushSeatsOfBooking(StepKind::kRefund, step);
}

inline Transaction& Transaction::Extend(BookingId booking, Duration hold_for) {
  PushStep(StepKind::kExtend, booking).hold_for = hold_for;
  return *this;
}

inline Transaction& Transaction::Transfer(const TransferStep& from) {
  PushSeatsOfBooking(StepKind::kTransfer,
                     {from.booking, from.section, from.seats});
  steps_.back().to_booking = from.to_booking;
  steps_.back().to_buyer = from.to_buyer;
  return *this;
}

inline Transaction& Transaction::Block(const BlockStep& from) {
  Step& step = PushStep(StepKind::kBlock, BookingId());
  step.reason = from.reason;
  step.sections = PushSection(from.section);
  step.seats = Push(seats_, from.seats.items());
  return *this;
}

inline Transaction& Transaction::Unblock(SectionRef section,
                                         ListArg<Seat> seats) {
  Step& step = PushStep(StepKind::kUnblock, BookingId());
  step.sections = PushSection(section);
  step.seats = Push(seats_, seats.items());
  return *this;
}

inline Transaction& Transaction::Load(const LoadStep& from) {
  Step& step = PushStep(StepKind::kLoad, BookingId());
  step.sections = PushSection(from.section);
  has_rare_ = true;
  step.records = Push(records_, from.records.items());
  return *this;
}

inline Transaction& Transaction::IfVersion(SectionRef section,
                                           std::uint64_t version) {
  preconditions_.push_back({PushSection(section).first, version});
  return *this;
}

SEATFIELD_INLINE void Transaction::Clear(EventId event) {
  event_ = event;
  id_ = TransactionId();
  steps_.clear();
  sections_.clear();
  seats_.clear();
  prices_.clear();
  names_.clear();
  preconditions_.clear();
  if (has_rare_) ClearRare();
}

SEATFIELD_COLD void Transaction::ClearRare() {
  filters_.clear();
  plans_.clear();
  records_.clear();
  has_rare_ = false;
}

SEATFIELD_INLINE SectionRef Transaction::section(std::size_t at) const {
  const SectionText& text = sections_[at];
  if (text.is_handle) return SectionHandle{text.first, text.second};
  return std::string_view(names_.data() + text.first, text.second);
}

inline std::size_t Transaction::StepOfSection(std::size_t at) const {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (at - steps_[i].sections.first < steps_[i].sections.size) return i;
  }
  return 0;
}

inline std::span<const Seat> Transaction::seats(const Step& step) const {
  return {seats_.data() + step.seats.first, step.seats.size};
}

inline std::span<const Price> Transaction::prices(const Step& step) const {
  return {prices_.data() + step.prices.first, step.prices.size};
}

inline const SeatMask* Transaction::filter(const Step& step,
                                           std::size_t offer) const {
  return filters_[step.filters.first + offer].get();
}

inline const SeatingPlan* Transaction::plan(const Step& step,
                                            std::size_t offer) const {
  return offer < step.plans.size ? plans_[step.plans.first + offer].get()
                                 : nullptr;
}

inline std::span<const SeatRecord> Transaction::records(
    const Step& step) const {
  return std::span(records_).subspan(step.records.first, step.records.size);
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TRANSACTION_H_
