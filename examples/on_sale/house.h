// SPDX-License-Identifier: MIT
//
// The venue, on sale: its sections created in an inventory with a clock of
// ours.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_HOUSE_H_
#define SEATFIELD_EXAMPLES_ON_SALE_HOUSE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/clock.h"
#include "seatfield/ids.h"
#include "seatfield/inventory.h"
#include "seatfield/json.h"
#include "seatfield/read_view.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"

namespace examples::on_sale {

inline constexpr seatfield::EventId kEvent{1};

// 2026-07-01T10:00:00Z.
inline constexpr seatfield::Time kOpening =
    seatfield::TimeFromMicros(1'782'900'000'000'000);

class House {
 public:
  // Errors: the file's, the venue's or the storage's.
  static absl::StatusOr<std::unique_ptr<House>> Open(
      const std::string& venue_path,
      std::unique_ptr<seatfield::Storage> storage);

  const seatfield::Venue& venue() const { return venue_; }
  std::size_t section_count() const { return venue_.sections.size(); }
  const seatfield::VenueSection& section(std::size_t at) const {
    return venue_.sections[at];
  }
  seatfield::SectionHandle handle(std::size_t at) const { return handles_[at]; }
  std::size_t IndexOf(const seatfield::SectionName& name) const {
    return indexes_.at(name);
  }

  seatfield::Inventory& inventory() { return inventory_; }
  seatfield::ManualClock& clock() { return *clock_; }

  // All sections in the order of the venue, with the records of their seats.
  absl::Status ReadAll(std::vector<seatfield::SectionView>& views);

 private:
  House(seatfield::Venue venue, std::unique_ptr<seatfield::Storage> storage);
  absl::Status CreateSections();

  seatfield::Venue venue_;
  std::shared_ptr<seatfield::ManualClock> clock_ =
      std::make_shared<seatfield::ManualClock>(kOpening);
  seatfield::Inventory inventory_;
  std::vector<seatfield::SectionHandle> handles_;
  std::unordered_map<seatfield::SectionName, std::size_t> indexes_;
};

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_HOUSE_H_
