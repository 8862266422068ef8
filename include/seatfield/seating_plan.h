// SPDX-License-Identifier: MIT
//
// A SeatingPlan says how good the seats of a section are: where the stage is,
// which rows come first, where aisles run, or outright a score for every seat.
// It is an immutable value of the host's, made once and shared by the requests
// that need it.
//
//   auto plan = SeatingPlan::Create(
//       {.rows = 25, .seats_per_row = 20},
//       {.focal_column = 8, .row_ranks = ranks, .aisles = {5, 15}});
//   if (!plan.ok()) ...;
//   auto shared = std::make_shared<const SeatingPlan>(*std::move(plan));
//
// Without a plan a section counts as one without aisles whose rows are best in
// front and in the middle.
//
// Units: columns and rows are 1-based, as printed on a ticket: column 3 is seat
//   number 3. Distances are in half seats, so that the middle of an even row is
//   exact.
// Limits: sections of at most kSectionSeatCountMax seats. A sum over a section
//   cannot overflow: a score is 32 bits, a distance less than 2^25, and there
//   are at most 2^24 seats.
// Errors: InvalidArgument from Create (fix the spec), naming field and value.
// Thread safety: immutable.
// Complexity: Create O(rows log rows + seats_per_row + scores), all else O(1).

#ifndef SEATFIELD_SEATING_PLAN_H_
#define SEATFIELD_SEATING_PLAN_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/internal/kernels.h"
#include "seatfield/internal/text.h"
#include "seatfield/limits.h"
#include "seatfield/section.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

struct SeatingPlanSpec {
  // The best column of every row; 0 is the exact middle of the row,
  std::uint32_t focal_column = 0;
  // unless given row by row.
  std::vector<std::uint32_t> focal_columns{};

  // How good each row is, 0 the best; ties are allowed. None: front to back.
  std::vector<std::uint32_t> row_ranks{};

  // The columns behind which an aisle runs, ascending. Seats on its two sides
  // are no neighbours.
  std::vector<std::uint32_t> aisles{};

  // A score for each seat, by index, higher is better: it takes the place of
  // the distance to the focal column. None: the distance counts.
  std::vector<std::int32_t> scores{};

  friend bool operator==(const SeatingPlanSpec&,
                         const SeatingPlanSpec&) = default;
};

class SeatingPlan {
 public:
  static absl::StatusOr<SeatingPlan> Create(const SectionConfig& config,
                                            SeatingPlanSpec spec);

  const SectionConfig& config() const { return config_; }
  const SeatingPlanSpec& spec() const { return spec_; }

  // Rows and columns from here on are 0-based.

  // The rows, best first, equal ones front to back. Empty: front to back.
  std::span<const std::uint32_t> row_order() const { return row_order_; }
  std::uint32_t RankOf(std::uint32_t row) const {
    return spec_.row_ranks.empty() ? row : spec_.row_ranks[row];
  }

  // The focal column of a row, in half seats from column 0.
  std::int64_t FocusOf(std::uint32_t row) const {
    const std::uint32_t column = spec_.focal_columns.empty()
                                     ? spec_.focal_column
                                     : spec_.focal_columns[row];
    return column == 0 ? std::int64_t{config_.seats_per_row} - 1
                       : 2 * (std::int64_t{column} - 1);
  }

  // Which columns have an aisle before them: WordCount(seats_per_row) words of
  // spaced bits in seat order (internal/kernels.h), or none without aisles.
  std::span<const std::uint64_t> aisles_before() const {
    return aisles_before_;
  }
  bool HasAisleBefore(std::uint32_t column) const {
    return std::binary_search(spec_.aisles.begin(), spec_.aisles.end(), column);
  }

  // The sums of the scores of the seats before each seat, and of all. Empty
  // without scores.
  std::span<const std::int64_t> scores_before() const { return scores_before_; }

  friend bool operator==(const SeatingPlan& a, const SeatingPlan& b) {
    return a.config_ == b.config_ && a.spec_ == b.spec_;
  }

 private:
  SeatingPlan(const SectionConfig& config, SeatingPlanSpec spec);

  SectionConfig config_;
  SeatingPlanSpec spec_;
  std::vector<std::uint32_t> row_order_;
  std::vector<std::uint64_t> aisles_before_;
  std::vector<std::int64_t> scores_before_;
};

// --- Implementation ---------------------------------------------------------

namespace internal {

// 2^24 seats: of 2^31 each a sum stays below 2^55, of 2^25 each below 2^49.
static_assert(kSectionSeatCountMax <= std::uint32_t{1} << 24);

// Complains of a list that is neither empty nor one entry for each.
inline absl::Status CheckListSize(std::string_view field, std::size_t size,
                                  std::uint32_t wanted, std::string_view each) {
  if (size == 0 || size == wanted) return absl::OkStatus();
  return InvalidArgument(field, " has ", size, " entries, not one for each of ",
                         wanted, " ", each);
}

inline absl::Status CheckFocus(const SectionConfig& config,
                               const SeatingPlanSpec& spec) {
  if (spec.focal_column > config.seats_per_row) {
    return InvalidArgument("focal_column is ", spec.focal_column,
                           ", outside rows of ", config.seats_per_row,
                           " seats");
  }
  if (spec.focal_column != 0 && !spec.focal_columns.empty()) {
    return InvalidArgument("focal_column is ", spec.focal_column,
                           ", and focal_columns is given too");
  }
  for (std::size_t row = 0; row < spec.focal_columns.size(); ++row) {
    if (spec.focal_columns[row] > config.seats_per_row) {
      return InvalidArgument("focal_columns[", row, "] is ",
                             spec.focal_columns[row], ", outside rows of ",
                             config.seats_per_row, " seats");
    }
  }
  return CheckListSize("focal_columns", spec.focal_columns.size(), config.rows,
                       "rows");
}

inline absl::Status CheckAisles(const SectionConfig& config,
                                const SeatingPlanSpec& spec) {
  std::uint32_t before = 0;
  for (std::size_t i = 0; i < spec.aisles.size(); ++i) {
    const std::uint32_t column = spec.aisles[i];
    if (column == 0 || column >= config.seats_per_row) {
      return InvalidArgument("aisles[", i, "] is ", column,
                             ", not behind a seat inside rows of ",
                             config.seats_per_row, " seats");
    }
    if (column <= before) {
      return InvalidArgument("aisles[", i, "] is ", column, " after ", before,
                             ": not ascending");
    }
    before = column;
  }
  return absl::OkStatus();
}

inline absl::Status CheckPlan(const SectionConfig& config,
                              const SeatingPlanSpec& spec) {
  absl::Status status = config.Validate(kSectionSeatCountMax);
  if (status.ok()) status = CheckFocus(config, spec);
  if (status.ok()) status = CheckAisles(config, spec);
  if (status.ok()) {
    status =
        CheckListSize("row_ranks", spec.row_ranks.size(), config.rows, "rows");
  }
  if (status.ok()) {
    status = CheckListSize("scores", spec.scores.size(), config.seat_count(),
                           "seats");
  }
  return status;
}

}  // namespace internal

inline absl::StatusOr<SeatingPlan> SeatingPlan::Create(
    const SectionConfig& config, SeatingPlanSpec spec) {
  absl::Status status = internal::CheckPlan(config, spec);
  if (!status.ok()) return status;
  return SeatingPlan(config, std::move(spec));
}

inline SeatingPlan::SeatingPlan(const SectionConfig& config,
                                SeatingPlanSpec spec)
    : config_(config), spec_(std::move(spec)) {
  if (!spec_.row_ranks.empty()) {
    row_order_.resize(config_.rows);
    std::iota(row_order_.begin(), row_order_.end(), 0U);
    std::stable_sort(row_order_.begin(), row_order_.end(),
                     [this](std::uint32_t a, std::uint32_t b) {
                       return spec_.row_ranks[a] < spec_.row_ranks[b];
                     });
  }
  if (!spec_.aisles.empty()) {
    aisles_before_.resize(internal::WordCount(config_.seats_per_row));
    for (const std::uint32_t column : spec_.aisles) {
      aisles_before_[internal::WordIndex(column)] |=
          std::uint64_t{1} << (62 - 2 * (column % internal::kSeatsPerWord));
    }
  }
  if (!spec_.scores.empty()) {
    scores_before_.reserve(spec_.scores.size() + 1);
    scores_before_.push_back(0);
    for (const std::int32_t score : spec_.scores) {
      scores_before_.push_back(scores_before_.back() + score);
    }
  }
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_SEATING_PLAN_H_
