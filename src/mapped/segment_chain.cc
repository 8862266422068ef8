// SPDX-License-Identifier: MIT

#include "mapped/segment_chain.h"

#include <algorithm>
#include <string>
#include <utility>

#include "seatfield/internal/text.h"

namespace seatfield::mapped {
namespace {

class ChainFinder {
 public:
  ChainFinder(const platform::Directory& directory, const StoreId& id,
              std::vector<std::uint64_t> numbers)
      : directory_(directory), id_(id), numbers_(std::move(numbers)) {}

  absl::StatusOr<SegmentChain> Find(std::uint64_t after) {
    absl::Status status = FindUnused();
    if (status.ok()) status = FindUsed(after);
    if (status.ok()) status = FindOldest();
    if (!status.ok()) return status;
    std::ranges::reverse(chain_.used);
    std::ranges::reverse(chain_.unused);
    return std::move(chain_);
  }

 private:
  // Takes the last one.
  absl::Status Take(ChainLink& link) {
    link = {.number = numbers_.back()};
    const auto segment = OpenSegment(directory_, link.number);
    if (!segment.ok()) return segment.status();
    const auto page = ReadHeaderPage(*segment, id_);
    if (page.ok()) {
      link.header = page->header;
      if (!page->torn.empty()) link.damage = absl::DataLossError(page->torn);
    } else if (absl::IsDataLoss(page.status())) {
      link.damage = page.status();
      link.is_legible = false;
    } else {
      return page.status();
    }
    numbers_.pop_back();
    return absl::OkStatus();
  }

  // Whether one with that number is next.
  bool Has(std::uint64_t number) const {
    return !numbers_.empty() && numbers_.back() == number;
  }

  // Up to the last one in use, which it takes.
  absl::Status FindUnused() {
    ChainLink link;
    while (!numbers_.empty()) {
      absl::Status status = Take(link);
      if (!status.ok()) return status;
      const bool is_used = link.header.has_value() || !link.is_legible;
      (is_used ? chain_.used : chain_.unused).push_back(link);
      if (is_used) break;
    }
    return absl::OkStatus();
  }

  // Before the last one, to the one that holds the first sequence asked for.
  absl::Status FindUsed(std::uint64_t after) {
    ChainLink link;
    while (!numbers_.empty() && !Begins(chain_.used.back(), after)) {
      const std::uint64_t before = chain_.used.back().number - 1;
      if (!Has(before)) {
        chain_.used.push_back(
            {.number = before, .damage = Damage(before, " is missing")});
      }
      absl::Status status = Take(link);
      if (!status.ok()) return status;
      if (!link.header.has_value() && link.damage.ok()) {
        link.damage = Damage(link.number, " has lost its header");
      }
      chain_.used.push_back(link);
    }
    return absl::OkStatus();
  }

  static bool Begins(const ChainLink& link, std::uint64_t after) {
    return link.header.has_value() && link.header->base_sequence - 1 <= after;
  }

  absl::Status FindOldest() {
    if (chain_.used.empty()) return absl::OkStatus();
    ChainLink link = chain_.used.back();
    while (link.header.has_value()) {
      chain_.oldest_sequence = link.header->base_sequence;
      if (!Has(link.number - 1)) break;
      absl::Status status = Take(link);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Damage(std::uint64_t number, const char* what) const {
    return absl::DataLossError(
        internal::Cat(directory_.path(), "/", SegmentName(number), what));
  }

  const platform::Directory& directory_;
  const StoreId& id_;
  std::vector<std::uint64_t> numbers_;
  SegmentChain chain_;
};

}  // namespace

absl::StatusOr<SegmentChain> FindChain(const platform::Directory& directory,
                                       const StoreId& id, std::uint64_t after) {
  auto numbers = ListSegments(directory);
  if (!numbers.ok()) return numbers.status();
  return ChainFinder(directory, id, *std::move(numbers)).Find(after);
}

}  // namespace seatfield::mapped
