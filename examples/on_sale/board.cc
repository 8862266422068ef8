// SPDX-License-Identifier: MIT

#include "board.h"

#include <algorithm>
#include <utility>

#include "seatfield/seat_search.h"

namespace examples::on_sale {

using seatfield::SeatRun;
using seatfield::SectionView;

Board::Board(House& house)
    : house_(house),
      popularity_(house.section_count(), kZipfExponent),
      shown_(house.section_count()),
      read_(house.section_count()),
      room_(house.section_count()) {}

absl::Status Board::Refresh(seatfield::Time now) {
  const bool is_first = refresh_at_ == kOpening;
  refresh_at_ = now + kPeriod;
  std::swap(shown_, read_);
  for (std::size_t i = 0; i < read_.size(); ++i) {
    absl::Status status =
        house_.inventory().ReadSection(kEvent, house_.handle(i), {}, read_[i]);
    if (!status.ok()) return status;
  }
  if (is_first) shown_ = read_;
  for (std::size_t i = 0; i < shown_.size(); ++i) {
    room_[i] = shown_[i].stats.counts.available;
  }
  return absl::OkStatus();
}

std::uint64_t Board::CountOrphans() const {
  std::uint64_t orphans = 0;
  for (const SectionView& view : shown_) orphans += on_sale::CountOrphans(view);
  return orphans;
}

std::uint64_t Board::CountReserved() const {
  std::uint64_t reserved = 0;
  for (const SectionView& view : shown_) reserved += view.stats.counts.reserved;
  return reserved;
}

std::size_t Board::PickSection(Buyer& buyer) const {
  constexpr int kGlances = 8;
  std::size_t section = popularity_.Pick(buyer.random);
  if (buyer.tries <= 1) return section;
  for (int i = 0; i < kGlances && !ShowsRoom(buyer, section); ++i) {
    section = popularity_.Pick(buyer.random);
  }
  // No luck with the popular ones: once around the house.
  for (std::size_t i = 0; i < shown_.size() && !ShowsRoom(buyer, section);
       ++i) {
    section = (section + 1) % shown_.size();
  }
  return section;
}

bool Board::ShowsRoom(const Buyer& buyer, std::size_t section) const {
  const std::uint64_t wanted = buyer.insists_on_all() ? buyer.group : 1;
  return room_[section] >= wanted;
}

std::uint32_t Board::SeatsToAskFor(const Buyer& buyer,
                                   std::size_t section) const {
  if (buyer.insists_on_all()) return buyer.group;
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(room_[section], 1, buyer.group));
}

bool Board::PickSeats(Buyer& buyer, std::size_t section,
                      std::vector<seatfield::Seat>& seats) const {
  const SectionView& view = shown_[section];
  const auto& config = view.stats.config;
  const std::uint32_t count = SeatsToAskFor(buyer, section);
  seats.clear();
  const auto take = [&](std::size_t first, std::size_t size) {
    for (std::size_t i = 0; i < size && seats.size() < count; ++i) {
      seats.push_back(
          config.SeatAt(static_cast<seatfield::SeatIndex>(first + i)));
    }
  };
  // The first run behind a place that caught the eye.
  const std::size_t eye = buyer.random.Below(view.map.size());
  auto run = FindRun(view.map, config.seats_per_row, count, nullptr, eye);
  if (!run) run = FindRun(view.map, config.seats_per_row, count);
  if (run) {
    take(*run, count);
    return true;
  }
  if (buyer.insists_on_together()) return false;
  ForEachRun(view.map, config.seats_per_row, [&](SeatRun free) {
    take(free.first, free.size());
    return seats.size() < count;
  });
  return seats.size() == count;
}

std::uint64_t CountOrphans(const SectionView& view) {
  std::uint64_t orphans = 0;
  ForEachRun(view.map, view.stats.config.seats_per_row,
             [&](SeatRun run) { orphans += run.size() == 1 ? 1 : 0; });
  return orphans;
}

}  // namespace examples::on_sale
