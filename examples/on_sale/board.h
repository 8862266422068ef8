// SPDX-License-Identifier: MIT
//
// What buyers see: the maps of all sections as they were some seconds ago.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_BOARD_H_
#define SEATFIELD_EXAMPLES_ON_SALE_BOARD_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "buyer.h"
#include "house.h"
#include "random.h"
#include "seatfield/read_view.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace examples::on_sale {

class Board {
 public:
  // Shown maps are between one and two periods old.
  static constexpr seatfield::Duration kPeriod = std::chrono::seconds(3);

  explicit Board(House& house);

  // Reads the house anew; to be done when it is time. Nobody may look
  // meanwhile.
  absl::Status Refresh(seatfield::Time now);
  seatfield::Time refresh_at() const { return refresh_at_; }

  // Single available seats between taken ones, and held seats, as shown.
  std::uint64_t CountOrphans() const;
  std::uint64_t CountReserved() const;

  // Where the buyer wants to sit: by popularity, and if they have lost before,
  // where the board shows room.
  std::size_t PickSection(Buyer& buyer) const;

  // How many seats the buyer asks for there: at most their group.
  std::uint32_t SeatsToAskFor(const Buyer& buyer, std::size_t section) const;

  // Picks seats that the board shows as available into `seats`. Returns false
  // if it shows none that would do.
  bool PickSeats(Buyer& buyer, std::size_t section,
                 std::vector<seatfield::Seat>& seats) const;

 private:
  bool ShowsRoom(const Buyer& buyer, std::size_t section) const;

  House& house_;
  Zipf popularity_;
  std::vector<seatfield::SectionView> shown_;
  std::vector<seatfield::SectionView> read_;  // shown next
  std::vector<std::uint64_t> room_;           // available seats, as shown
  seatfield::Time refresh_at_ = kOpening;
};

// Of one section.
std::uint64_t CountOrphans(const seatfield::SectionView& view);

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_BOARD_H_
