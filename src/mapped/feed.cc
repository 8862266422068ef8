// SPDX-License-Identifier: MIT

#include "mapped/feed.h"

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "mapped/record.h"
#include "seatfield/change.h"
#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/price.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace seatfield::mapped {
namespace {

ChangeCause CauseOf(RecordKind kind) {
  static_assert(static_cast<int>(RecordKind::kCommit) ==
                static_cast<int>(ChangeCause::kCommitted) + 1);
  static_assert(static_cast<int>(RecordKind::kResume) ==
                static_cast<int>(ChangeCause::kResumed) + 1);
  return static_cast<ChangeCause>(static_cast<int>(kind) - 1);
}

}  // namespace

absl::Status FeedReader::Read(std::uint64_t sequence,
                              std::span<const std::byte> record,
                              StoreChange& change) {
  if (!DecodeRecord(record, record_)) {
    return absl::DataLossError(
        internal::Cat("the journal's record ", sequence, " is no record"));
  }
  change.sequence = sequence;
  change.cause = CauseOf(record_.kind);
  change.time = TimeFromMicros(record_.time);
  change.event = record_.event;
  change.transaction = record_.id;
  change.sections.clear();
  change.seats.clear();
  AddCreated(change);
  absl::Status status = AddSections(change);
  if (status.ok()) AddSeats(change);
  return status;
}

absl::StatusOr<const NumberedSection*> FeedReader::Find(std::uint32_t number) {
  auto at = sections_.find(number);
  if (at == sections_.end() && !found_older_) {
    found_older_ = true;
    absl::Status status = find_older_(sections_);
    if (!status.ok()) return status;
    at = sections_.find(number);
  }
  if (at == sections_.end()) {
    return absl::DataLossError(internal::Cat(
        "the journal names a section, number ", number, ", that never was"));
  }
  return &at->second;
}

void FeedReader::AddCreated(StoreChange& change) {
  for (const RecordCreated& created : record_.created) {
    sections_[created.number] = {created.name, created.config};
    change.sections.push_back({created.name, 0});
  }
}

absl::Status FeedReader::AddSections(StoreChange& change) {
  for (const RecordSection& named : record_.sections) {
    const auto section = Find(named.number);
    if (!section.ok()) return section.status();
    change.sections.push_back({(*section)->name, named.version});
  }
  return absl::OkStatus();
}

void FeedReader::AddSeats(StoreChange& change) {
  for (const RecordRun& run : record_.runs) {
    const SectionConfig& config =
        sections_.find(record_.sections[run.section].number)->second.config;
    const std::uint32_t booking =
        run.owner != kNoBooking ? run.owner : run.giver;
    for (std::uint32_t i = 0; i < run.count; ++i) {
      ChangedSeat& seat = change.seats.emplace_back();
      seat.section = run.section;
      seat.seat = config.SeatAt(run.first + i);
      seat.from = run.from;
      seat.to = run.to;
      if (booking != kNoBooking) seat.booking = record_.bookings[booking].id;
      seat.price = Price(run.price);
    }
  }
}

}  // namespace seatfield::mapped
