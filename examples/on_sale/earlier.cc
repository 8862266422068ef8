// SPDX-License-Identifier: MIT

#include "earlier.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "seatfield/internal/text.h"
#include "seatfield/read_view.h"
#include "seatfield/seat_meta.h"
#include "ticks.h"

namespace examples::on_sale {

using seatfield::BookingId;
using seatfield::SeatRecord;
using seatfield::SectionView;
using seatfield::internal::Cat;

namespace {

// Where each booking sits, by section and seat of the house.
using SeatsOfBookings = std::unordered_map<BookingId, std::vector<Sale>>;

SeatsOfBookings ReadSold(const std::vector<SectionView>& views) {
  SeatsOfBookings sold;
  for (std::size_t i = 0; i < views.size(); ++i) {
    for (const SeatRecord& record : views[i].details) {
      if (record.state != seatfield::SeatState::kSold) continue;
      sold[record.meta->booking].push_back(
          {.section = static_cast<std::uint32_t>(i),
           .seat = views[i].stats.config.IndexOf(record.seat),
           .booking = record.meta->booking,
           .buyer = record.meta->buyer,
           .price = record.meta->price});
    }
  }
  return sold;
}

absl::Status Lost(const LedgerLine& line, const SectionSeats& seats,
                  seatfield::Seat seat) {
  return absl::DataLossError(
      Cat("LOST: booking ", line.booking.ToString(), " was acknowledged, but ",
          seats.section.view(), " ", seat.ToString(), " is not sold to it"));
}

// Whether all seats of a line are among those that its booking has.
absl::Status CheckLine(const House& house, const LedgerLine& line,
                       const SeatsOfBookings& sold) {
  const auto found = sold.find(line.booking);
  for (const SectionSeats& entry : line.sections) {
    for (const seatfield::Seat seat : entry.seats) {
      const auto is_it = [&](const Sale& sale) {
        const auto& section = house.section(sale.section);
        return section.name == entry.section.view() &&
               section.config.SeatAt(sale.seat) == seat;
      };
      if (found == sold.end() ||
          std::none_of(found->second.begin(), found->second.end(), is_it)) {
        return Lost(line, entry, seat);
      }
    }
  }
  return absl::OkStatus();
}

// The clock goes on where the last change was made.
void SetClock(House& house, const std::vector<SectionView>& views) {
  seatfield::Time last = kOpening;
  for (const SectionView& view : views) {
    last = std::max(last, view.stats.updated_at);
  }
  house.clock().Set(TimeOf(TickAt(last)));
}

}  // namespace

absl::StatusOr<Earlier> FindEarlier(House& house, const Ledger& ledger) {
  const auto text = ledger.Read();
  if (!text.ok()) return text.status();
  std::vector<SectionView> views;
  absl::Status status = house.ReadAll(views);
  if (!status.ok()) return status;
  const SeatsOfBookings sold = ReadSold(views);
  for (const LedgerLine& line : text->bookings) {
    status = CheckLine(house, line, sold);
    if (!status.ok()) return status;
  }
  Earlier earlier{.runs = text->runs, .acknowledged = text->bookings.size()};
  earlier.unwritten =
      sold.size() - std::min(sold.size(), text->bookings.size());
  for (const auto& [booking, sales] : sold) {
    earlier.buyers.insert(static_cast<std::uint32_t>(Value(sales[0].buyer)));
    earlier.sales.insert(earlier.sales.end(), sales.begin(), sales.end());
  }
  SetClock(house, views);
  return earlier;
}

absl::Status CheckNothingEarlier(House& house, const Ledger* ledger) {
  const auto counts = house.inventory().CountEvent(kEvent);
  if (!counts.ok()) return counts.status();
  LedgerText text;
  if (ledger != nullptr) {
    auto read = ledger->Read();
    if (!read.ok()) return read.status();
    text = *std::move(read);
  }
  if (counts->available == counts->total() && text.runs == 0) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      "the store or the ledger is of an earlier run: go on with it by --resume "
      "and its --ledger, or begin with another");
}

}  // namespace examples::on_sale
