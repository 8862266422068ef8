// SPDX-License-Identifier: MIT

#include "audit.h"

#include <cstddef>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "seatfield/booking.h"
#include "seatfield/seat_meta.h"

namespace examples::on_sale {

using seatfield::BookedSeat;
using seatfield::BookingId;
using seatfield::SeatCounts;
using seatfield::SeatRecord;
using seatfield::SeatState;
using seatfield::SectionView;

namespace {

class Auditor {
 public:
  Auditor(House& house, const Tally& tally, std::span<const SectionView> views)
      : house_(house), tally_(tally), views_(views) {}

  Audit Run() {
    audit_.wrong_replays = tally_.wrong_replays;
    ReadLedger();
    for (std::size_t i = 0; i < views_.size(); ++i) {
      CheckSeats(i);
      CheckCounters(i);
    }
    CheckBookings();
    audit_.verify = house_.inventory().Verify(kEvent);
    if (!audit_.verify.ok()) Complain(std::string(audit_.verify.message()));
    return std::move(audit_);
  }

 private:
  void Complain(std::string text) {
    constexpr std::size_t kComplaintsMax = 20;
    if (audit_.complaints.size() < kComplaintsMax) {
      audit_.complaints.push_back(std::move(text));
    }
  }

  void ComplainOfSeat(std::size_t section, std::size_t seat, const char* what) {
    const auto& about = house_.section(section);
    Complain(about.name + " " +
             about.config.SeatAt(static_cast<seatfield::SeatIndex>(seat))
                 .ToString() +
             " " + what);
  }

  // Whom each seat was sold to, by what the buyers were told.
  void ReadLedger() {
    owners_.resize(views_.size());
    for (std::size_t i = 0; i < views_.size(); ++i) {
      owners_[i].resize(house_.section(i).config.seat_count());
    }
    for (const Sale& sale : tally_.sales) {
      const Sale*& owner = owners_[sale.section][sale.seat];
      if (owner != nullptr) {
        ++audit_.oversold;
        ComplainOfSeat(sale.section, sale.seat, "was sold twice");
      }
      owner = &sale;
      ++seats_of_booking_[sale.booking];
    }
  }

  // The ledger against the records, and the records against the bits.
  void CheckSeats(std::size_t section) {
    const auto& config = house_.section(section).config;
    std::vector<const SeatRecord*> records(config.seat_count());
    for (const SeatRecord& record : views_[section].details) {
      records[config.IndexOf(record.seat)] = &record;
    }
    for (std::size_t seat = 0; seat < records.size(); ++seat) {
      CheckSeat(section, seat, records[seat]);
    }
  }

  void CheckSeat(std::size_t section, std::size_t seat,
                 const SeatRecord* record) {
    const SeatState state = views_[section].map.Get(seat);
    const Sale* const sale = owners_[section][seat];
    const bool agrees =
        record == nullptr
            ? state == SeatState::kAvailable
            : state == record->state &&
                  record->meta.has_value() == (state == SeatState::kReserved ||
                                               state == SeatState::kSold);
    if (!agrees) {
      ++audit_.unasked;
      ComplainOfSeat(section, seat, "has a record that is not its state");
    } else if (sale != nullptr && !IsSoldAs(*sale, record)) {
      ++audit_.lost;
      ComplainOfSeat(section, seat, "is not sold as it was acknowledged");
    } else if (sale == nullptr && state == SeatState::kSold) {
      ++audit_.unasked;
      ComplainOfSeat(section, seat, "is sold but to nobody");
    }
  }

  static bool IsSoldAs(const Sale& sale, const SeatRecord* record) {
    return record != nullptr && record->state == SeatState::kSold &&
           record->meta->booking == sale.booking &&
           record->meta->buyer == sale.buyer &&
           record->meta->price == sale.price;
  }

  // The counters against a count of one seat after the other.
  void CheckCounters(std::size_t section) {
    const SectionView& view = views_[section];
    SeatCounts counts;
    for (std::size_t i = 0; i < view.map.size(); ++i) ++counts[view.map.Get(i)];
    audit_.counts += counts;
    if (counts == view.stats.counts &&
        counts.total() == view.stats.config.seat_count()) {
      return;
    }
    ++audit_.drifted_counters;
    Complain(house_.section(section).name + " counts wrong");
  }

  void CheckBookings() {
    audit_.bookings = seats_of_booking_.size();
    for (const auto& [id, seats] : seats_of_booking_) {
      if (IsWhole(id, seats)) continue;
      ++audit_.drifted_bookings;
      Complain("booking " + id.ToString() + " disagrees with its seats");
    }
  }

  bool IsWhole(BookingId id, std::uint64_t seats) {
    const auto booking = house_.inventory().ReadBooking(kEvent, id);
    if (!booking.ok() || booking->seats.size() != seats) return false;
    for (const BookedSeat& seat : booking->seats) {
      const std::size_t section = house_.IndexOf(seat.section);
      const auto index = house_.section(section).config.IndexOf(seat.seat);
      const Sale* const sale = owners_[section][index];
      if (seat.state != SeatState::kSold || sale == nullptr ||
          std::tie(sale->booking, sale->buyer, sale->price) !=
              std::tie(id, booking->buyer, seat.price)) {
        return false;
      }
    }
    return true;
  }

  House& house_;
  const Tally& tally_;
  std::span<const SectionView> views_;
  Audit audit_;
  std::vector<std::vector<const Sale*>> owners_;  // by section and seat
  std::unordered_map<BookingId, std::uint64_t> seats_of_booking_;
};

}  // namespace

Audit AuditSale(House& house, const Tally& tally,
                std::span<const SectionView> views) {
  return Auditor(house, tally, views).Run();
}

}  // namespace examples::on_sale
