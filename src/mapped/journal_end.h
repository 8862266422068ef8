// SPDX-License-Identifier: MIT
//
// Where a journal ends: what a scan finds, and what a new segment follows.

#ifndef SEATFIELD_MAPPED_JOURNAL_END_H_
#define SEATFIELD_MAPPED_JOURNAL_END_H_

#include <cstdint>

namespace seatfield::mapped {

struct JournalEnd {
  std::uint64_t sequence = 0;     // of the last record; 0: none ever
  std::uint64_t sum = 0;          // of the last frame; 0: none ever
  std::uint64_t segment = 0;      // the highest number in use; 0: none
  std::uint64_t segment_end = 0;  // where that one ends, in bytes
  std::int64_t last_time = 0;     // of the last frame
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_JOURNAL_END_H_
