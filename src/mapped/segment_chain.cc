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
  // The last one that was not taken.
  absl::StatusOr<ChainLink> Last() const {
    const auto segment = OpenSegment(directory_, numbers_.back());
    if (!segment.ok()) return segment.status();
    ChainLink link{.number = numbers_.back(),
                   .header = ReadSegmentHeader(*segment, id_)};
    if (link.header.ok() || absl::IsDataLoss(link.header.status())) return link;
    return link.header.status();
  }

  absl::Status FindUnused() {
    while (!numbers_.empty()) {
      auto link = Last();
      if (!link.ok()) return link.status();
      if (!WasNeverUsed(link->header)) break;
      chain_.unused.push_back(*std::move(link));
      numbers_.pop_back();
    }
    return absl::OkStatus();
  }

  absl::Status FindUsed(std::uint64_t after) {
    while (!numbers_.empty()) {
      auto link = Last();
      if (!link.ok()) return link.status();
      const std::uint64_t number = link->number;
      if (link->header.ok() && !link->is_whole()) {
        link->header = Damage(number, " has lost its header");
      }
      const bool reaches =
          link->is_whole() && (*link->header)->base_sequence - 1 <= after;
      chain_.used.push_back(*std::move(link));
      numbers_.pop_back();
      if (reaches || numbers_.empty()) break;
      if (numbers_.back() != number - 1) {
        chain_.used.push_back({.number = number - 1,
                               .header = Damage(number - 1, " is missing")});
      }
    }
    return absl::OkStatus();
  }

  absl::Status FindOldest() {
    const ChainLink* oldest =
        chain_.used.empty() ? nullptr : &chain_.used.back();
    absl::StatusOr<ChainLink> link;
    while (oldest != nullptr && oldest->is_whole()) {
      chain_.oldest_sequence = (*oldest->header)->base_sequence;
      const std::uint64_t before = oldest->number - 1;
      if (numbers_.empty() || numbers_.back() != before) break;
      link = Last();
      if (!link.ok()) return link.status();
      oldest = &*link;
      numbers_.pop_back();
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
