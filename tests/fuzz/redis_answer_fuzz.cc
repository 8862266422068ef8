// SPDX-License-Identifier: MIT
//
// Answers of a server that is not to be trusted: none may read past its bytes
// or lead to a seat outside its section.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/input.h"
#include "redis/answer_reader.h"
#include "redis/chooser.h"
#include "redis/form.h"
#include "redis/pack.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/section.h"
#include "seatfield/transaction.h"

namespace {

using namespace seatfield;  // NOLINT(google-build-using-namespace)

Transaction MakeTransaction() {
  Transaction transaction(EventId{1});
  BestPolicy policy;
  policy.order = BestPolicy::Order::kBest;
  transaction.ReserveBest(
      {BookingId(0, 1), BuyerId{1}, {{"A"}, {"B"}}, 3, policy});
  return transaction.Reserve({.booking = BookingId(0, 1),
                              .buyer = BuyerId{1},
                              .section = "A",
                              .seats = {{1, 1}, {1, 3}},
                              .orphans = OrphanRule::kForbid});
}

void ReadAsOutcome(std::string_view bytes, const redis::Form& form) {
  redis::Unpacker answer(bytes);
  answer.Array();
  const redis::OutcomeKind kind = redis::ReadKind(answer);
  Outcome outcome;
  redis::Expired expired;
  if (kind == redis::OutcomeKind::kChoose) {
    static const Transaction transaction = MakeTransaction();
    static_cast<void>(redis::Choose(transaction, answer).ok());
    return;
  }
  if (!redis::ReadOutcome(kind, form, answer, outcome, expired).ok()) return;
  for (const SeatChange& seat : outcome.seats) {
    test::Expect(seat.section < outcome.sections.size());
  }
  for (std::size_t i = 0; i < outcome.steps.size(); ++i) {
    test::Expect(outcome.seats_of(i).size() == outcome.steps[i].seat_count);
  }
}

void ReadAsView(std::string_view bytes, const redis::Form& form) {
  redis::Unpacker answer(bytes);
  SectionView view;
  std::string made;
  if (!redis::ReadSectionStats(EventId{1}, answer, view.stats, made).ok()) {
    return;
  }
  if (!redis::ReadDetails(form, answer, view).ok()) return;
  for (const SeatRecord& record : view.details) {
    test::Expect(view.stats.config.Contains(record.seat));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  if (size == 0) return 0;
  const redis::Form form((data[0] & 1) != 0);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1,
                               size - 1);
  ReadAsOutcome(bytes, form);
  ReadAsView(bytes, form);
  redis::Unpacker answer(bytes);
  Booking booking;
  static_cast<void>(
      redis::ReadBookingAnswer(EventId{1}, form, answer, booking).ok());
  return 0;
}
