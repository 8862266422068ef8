// SPDX-License-Identifier: MIT
//
// A section under its lock: where its seats are, and how a seat changes. Only
// the holder of the section's lock may use one, and only while it holds it.

#ifndef SEATFIELD_INTERNAL_SECTION_ACCESS_H_
#define SEATFIELD_INTERNAL_SECTION_ACCESS_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "seatfield/internal/kernels.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/space.h"
#include "seatfield/internal/words.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// 1 to 32 seats side by side, as bits of the one word or the two that they
// stand in.
class SeatWindow {
 public:
  SEATFIELD_INLINE SeatWindow(std::uint64_t* words, SeatIndex first,
                              std::uint32_t count)
      : word_(words + WordIndex(first)) {
    const std::size_t offset = first % kSeatsPerWord;
    const std::uint64_t seats = ~std::uint64_t{0} << (64 - 2 * count);
    first_ = InSeatOrder(seats >> 2 * offset);
    if (offset + count > kSeatsPerWord) {
      second_ = InSeatOrder(seats << (2 * (kSeatsPerWord - offset)));
    }
  }

  SEATFIELD_INLINE bool AllAvailable() const {
    return (word_[0] & first_) == 0 &&
           (second_ == 0 || (word_[1] & second_) == 0);
  }
  SEATFIELD_INLINE void Mark(SeatState to) const {
    SharedStore(word_[0], Blend(first_, Broadcast(to), word_[0]));
    if (second_ != 0) {
      SharedStore(word_[1], Blend(second_, Broadcast(to), word_[1]));
    }
  }

 private:
  std::uint64_t* word_;
  std::uint64_t first_;
  std::uint64_t second_ = 0;
};

struct SectionAccess {
  Line line = 0;
  SectionRecord* record = nullptr;
  std::uint64_t* words = nullptr;
  SeatSlot* slots = nullptr;

  SectionAccess() = default;
  SectionAccess(const Space& space, Line section)
      : line(section), record(space.At<SectionRecord>(section)) {}

  // The same for one that is used again.
  void Enter(Line section, SectionRecord& its_record) {
    line = section;
    record = &its_record;
  }

  // Finds the seats. Requires the lock, and a section that is there.
  void Open(const Space& space) {
    words = space.At<std::uint64_t>(record->words);
    slots = space.At<SeatSlot>(record->slots);
  }

  SeatState StateOf(SeatIndex seat) const {
    return GetSeat(words[WordIndex(seat)], seat);
  }

  // Moves a seat and the counters with it.
  void SetState(SeatIndex seat, SeatState from, SeatState to) {
    MarkSeat(seat, to);
    MoveCounts(from, to, 1);
  }

  // Its two halves, for whoever moves several seats alike.
  void MarkSeat(SeatIndex seat, SeatState to) {
    std::uint64_t& word = words[WordIndex(seat)];
    SharedStore(word, WithSeat(word, seat, to));
  }
  void MoveCounts(SeatState from, SeatState to, std::uint32_t seats) {
    record->counts.Move(from, to, seats);
  }

  SeatMapView map() const {
    return SeatMapView::FromWords(
        std::span(words, WordCount(record->seat_count())),
        record->seat_count());
  }
};

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_SECTION_ACCESS_H_
