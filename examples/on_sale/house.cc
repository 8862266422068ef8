// SPDX-License-Identifier: MIT

#include "house.h"

#include <utility>

#include "common/files.h"

namespace examples::on_sale {

using seatfield::SectionSpec;
using seatfield::SectionView;
using seatfield::Storage;
using seatfield::Venue;
using seatfield::VenueSection;

absl::StatusOr<std::unique_ptr<House>> House::Open(
    const std::string& venue_path, std::unique_ptr<Storage> storage) {
  const auto text = ReadFile(venue_path);
  if (!text.ok()) return text.status();
  auto venue = seatfield::ParseVenue(*text, storage->info().limits);
  if (!venue.ok()) {
    return absl::InvalidArgumentError("venue " + venue_path + ": " +
                                      std::string(venue.status().message()));
  }
  std::unique_ptr<House> house(
      new House(*std::move(venue), std::move(storage)));
  absl::Status status = house->CreateSections();
  if (!status.ok()) return status;
  return house;
}

House::House(Venue venue, std::unique_ptr<Storage> storage)
    : venue_(std::move(venue)), inventory_(std::move(storage), clock_) {}

absl::Status House::CreateSections() {
  std::vector<SectionSpec> specs;
  for (const VenueSection& section : venue_.sections) {
    specs.push_back({section.name, section.config});
  }
  absl::Status status = inventory_.CreateSections(kEvent, specs);
  if (!status.ok()) return status;
  for (const VenueSection& section : venue_.sections) {
    const auto name = seatfield::SectionName::Parse(section.name);
    if (!name.ok()) return name.status();
    const auto handle = inventory_.Resolve(kEvent, section.name);
    if (!handle.ok()) return handle.status();
    indexes_[*name] = handles_.size();
    handles_.push_back(*handle);
  }
  return absl::OkStatus();
}

absl::Status House::ReadAll(std::vector<SectionView>& views) {
  views.resize(section_count());
  for (std::size_t i = 0; i < views.size(); ++i) {
    absl::Status status =
        inventory_.ReadSection(kEvent, handle(i), {.details = true}, views[i]);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace examples::on_sale
