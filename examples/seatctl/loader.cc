// SPDX-License-Identifier: MIT

#include "seatctl/loader.h"

#include <algorithm>
#include <string_view>

#include "seatctl/exit_status.h"
#include "seatfield/commit_options.h"
#include "seatfield/internal/text.h"
#include "seatfield/seat_state.h"

namespace examples::seatctl {

using seatfield::Seat;
using seatfield::SeatIndex;
using seatfield::SeatRecord;
using seatfield::SeatState;
using seatfield::SectionConfig;
using seatfield::SectionName;
using seatfield::internal::Cat;

namespace {

constexpr std::uint32_t kBatchMax = 512;

bool IsBefore(const SeatRecord& a, const SeatRecord& b) {
  return a.seat < b.seat;
}

std::string WhatItIs(const SeatRecord& record) {
  std::string text(SeatStateName(record.state));
  if (record.block_reason != 0) {
    text += Cat(" for reason ", record.block_reason);
  }
  if (!record.meta) return text;
  return Cat(text, " to booking ", record.meta->booking.ToString());
}

}  // namespace

Loader::Loader(seatfield::Inventory& inventory, seatfield::EventId event)
    : inventory_(inventory),
      event_(event),
      now_(inventory.Now()),
      batch_max_(std::min(
          kBatchMax,
          inventory.storage().info().limits.seats_per_transaction_max)) {}

std::optional<Trouble> Loader::Add(const SectionName& section,
                                   const SeatRecord& record,
                                   std::uint64_t line) {
  if (!records_.empty() &&
      (section != section_ || records_.size() >= batch_max_)) {
    if (auto trouble = Flush()) return trouble;
  }
  if (IsLapsed(record)) {
    ++counts_.lapsed;
    return std::nullopt;
  }
  section_ = section;
  records_.push_back(record);
  lines_.push_back(line);
  return std::nullopt;
}

std::optional<Trouble> Loader::Flush() {
  if (records_.empty()) return std::nullopt;
  auto trouble = DropStored();
  if (!trouble && !records_.empty()) trouble = Commit();
  records_.clear();
  lines_.clear();
  return trouble;
}

bool Loader::IsLapsed(const SeatRecord& record) const {
  return record.state == SeatState::kReserved &&
         record.meta->hold_until <= now_;
}

absl::Status Loader::ReadStored() {
  absl::Status status = inventory_.ReadSection(
      event_, section_, {.range = seatfield::SeatRange{0, 0}}, view_);
  if (!status.ok()) return status;
  const SectionConfig config = view_.stats.config;
  const auto [first, last] =
      std::minmax_element(records_.begin(), records_.end(), IsBefore);
  seatfield::SeatRange range{0, config.seat_count()};
  if (config.Contains(first->seat) && config.Contains(last->seat)) {
    range = {config.IndexOf(first->seat), config.IndexOf(last->seat) + 1};
  }
  return inventory_.ReadSection(event_, section_,
                                {.range = range, .details = true}, view_);
}

const SeatRecord* Loader::FindStored(Seat seat) const {
  const auto at = std::lower_bound(view_.details.begin(), view_.details.end(),
                                   SeatRecord{.seat = seat}, IsBefore);
  const bool is_found =
      at != view_.details.end() && at->seat == seat && !IsLapsed(*at);
  return is_found ? &*at : nullptr;
}

std::optional<Trouble> Loader::DropStored() {
  const absl::Status status = ReadStored();
  if (!status.ok()) {
    return Trouble{kEnvironment, lines_[0], std::string(status.message())};
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    const SeatRecord* const stored = FindStored(records_[i].seat);
    if (stored == nullptr) {
      records_[kept] = records_[i];
      lines_[kept++] = lines_[i];
    } else if (*stored == records_[i]) {
      ++counts_.there;
    } else {
      return Trouble{
          kRefused, lines_[i],
          Cat(section_.view(), " ", stored->seat.ToString(), " is ",
              WhatItIs(*stored), " in the store, not ", WhatItIs(records_[i]))};
    }
  }
  records_.resize(kept);
  lines_.resize(kept);
  return std::nullopt;
}

std::optional<Trouble> Loader::Commit() {
  transaction_.Clear(event_);
  transaction_.Load({.section = section_, .records = records_});
  const absl::Status status = inventory_.storage().Commit(
      transaction_, now_, {.durability = seatfield::Durability::kNone},
      outcome_);
  if (!status.ok()) {
    return Trouble{kEnvironment, lines_[0], std::string(status.message())};
  }
  if (outcome_.committed()) {
    counts_.loaded += records_.size();
    return std::nullopt;
  }
  const auto& seats = outcome_.refused_seats;
  return Trouble{kRefused, seats.empty() ? lines_[0] : LineOf(seats[0].seat),
                 seatfield::Describe(outcome_)};
}

// The last, if a seat stands in several.
std::uint64_t Loader::LineOf(Seat seat) const {
  std::uint64_t line = lines_[0];
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (records_[i].seat == seat) line = lines_[i];
  }
  return line;
}

}  // namespace examples::seatctl
