// SPDX-License-Identifier: MIT
//
// Tells the records of a journal as the store's feed.
//
// Thread safety: none.

#ifndef SEATFIELD_MAPPED_FEED_H_
#define SEATFIELD_MAPPED_FEED_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/record.h"
#include "seatfield/change.h"
#include "seatfield/section.h"

namespace seatfield::mapped {

// What a section is called and how it is shaped.
struct NumberedSection {
  SectionName name;
  SectionConfig config;
};
using SectionNumbers = std::map<std::uint32_t, NumberedSection>;

class FeedReader {
 public:
  // `find_older` is called when a record names a section that neither
  // `sections` nor an earlier record tells of, at most once, to add those that
  // were dropped since.
  FeedReader(SectionNumbers sections,
             std::function<absl::Status(SectionNumbers&)> find_older)
      : sections_(std::move(sections)), find_older_(std::move(find_older)) {}

  // Errors: DataLoss (no record), those of find_older.
  absl::Status Read(std::uint64_t sequence, std::span<const std::byte> record,
                    StoreChange& change);

 private:
  absl::StatusOr<const NumberedSection*> Find(std::uint32_t number);
  absl::Status AddSections(StoreChange& change);
  void AddSeats(StoreChange& change);
  void AddCreated(StoreChange& change);

  SectionNumbers sections_;
  std::function<absl::Status(SectionNumbers&)> find_older_;
  bool found_older_ = false;
  LedgerRecord record_;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_FEED_H_
