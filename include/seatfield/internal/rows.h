// SPDX-License-Identifier: MIT
//
// The rows of a section over its words: where runs of seats may be, and a walk
// of the seats that are available beside one another.
//
// Units: seats, 0-based. "Spaced" and "seat order" are of internal/words.h.
// Limits: any row width.
// Errors: none. A width of 0 breaks the contract.
// Thread safety: pure functions of the memory given, which no other thread may
//   write meanwhile.
// Complexity: O(1) a word.
// Source: first run of ones by doubling shifts: Warren, Hacker's Delight
//   (2nd ed.), 6-3.

#ifndef SEATFIELD_INTERNAL_ROWS_H_
#define SEATFIELD_INTERNAL_ROWS_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "seatfield/internal/words.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// Where to look for seats side by side. Row r is [r * seats_per_row,
// (r + 1) * seats_per_row); the last may be cut short by `seats`.
struct RowField {
  const std::byte* bytes = nullptr;
  std::size_t seats = 0;
  std::size_t seats_per_row = 1;          // at least 1
  const std::uint64_t* filter = nullptr;  // mask words of as many seats
  std::size_t first = 0;                  // no seat before it is looked at
};

// How rows of a width fall on words of kSeats seats: row starts repeat from
// word to word, shifted. Rows wider than a word share the last entry of a
// table.
struct RowRhythm {
  std::uint64_t starts;  // of a word whose first seat begins a row
  std::size_t step;      // seats by which a word brings the next row nearer
};

template <std::size_t kSeats>
inline constexpr auto kRowRhythms = [] {
  std::array<RowRhythm, kSeats + 2> rhythms{};
  for (std::size_t width = 1; width < rhythms.size(); ++width) {
    for (std::size_t at = 0; at < kSeats; at += width) {
      rhythms[width].starts |= std::uint64_t{1}
                               << (kSeats - 1 - at) * (64 / kSeats);
    }
    rhythms[width].step = kSeats % width;
  }
  return rhythms;
}();

template <std::size_t kSeats = kSeatsPerWord>
constexpr const RowRhythm& RhythmOf(std::size_t width) {
  return kRowRhythms<kSeats>[std::min(width, kSeats + 1)];
}

// From a seat to the first row start at it or after it.
constexpr std::size_t SeatsToRow(std::size_t seat, std::size_t width) {
  if (seat == 0) return 0;
  const std::size_t past = seat % width;
  return past == 0 ? 0 : width - past;
}

// The row starts of word after word of kSeats seats, from one whose first seat
// lies `to_row` before a row start.
template <std::size_t kSeats = kSeatsPerWord>
class RowStarts {
 public:
  RowStarts(std::size_t to_row, std::size_t width)
      : rhythm_(RhythmOf<kSeats>(width)), to_row_(to_row), width_(width) {}

  std::uint64_t Next() {
    const std::uint64_t starts =
        to_row_ < kSeats ? rhythm_.starts >> (64 / kSeats) * to_row_ : 0;
    to_row_ += to_row_ >= rhythm_.step ? 0 : width_;
    to_row_ -= rhythm_.step;
    return starts;
  }

 private:
  RowRhythm rhythm_;
  std::size_t to_row_;
  std::size_t width_;
};

// The available seats of the last, incomplete word of a map; spaced. Apart, so
// that loops over whole words stay small.
[[gnu::noinline]] inline std::uint64_t AvailableInTail(const std::byte* bytes,
                                                       std::size_t seats) {
  const std::size_t word = seats / kSeatsPerWord;
  return AvailableSeats(InSeatOrder(LoadWord(bytes, seats, word))) &
         FirstSeats(seats % kSeatsPerWord);
}

// The available seats of a word that the filter lets through; spaced and in
// seat order. field.first is not looked at.
template <bool kFiltered>
std::uint64_t FreeSeats(const RowField& field, std::size_t word) {
  std::uint64_t free =
      word < field.seats / kSeatsPerWord
          ? AvailableSeats(InSeatOrder(LoadWord(field.bytes, word)))
          : AvailableInTail(field.bytes, field.seats);
  if constexpr (kFiltered) free &= MaskBeside(field.filter, word);
  return free;
}

// Walks a field word by word and calls visit(base, free, linked) for each until
// it returns true. `base` is the index of the word's first seat; `free` are its
// available seats that the filter lets through; `linked` are those of them
// whose neighbour before them in the same row is free too. Both are spaced and
// in seat order.
template <bool kFiltered, typename Visit>
void WalkRows(const RowField& field, Visit visit) {
  assert(field.seats_per_row > 0);
  const std::size_t end = WordCount(field.seats);
  std::size_t word = WordIndex(field.first);
  RowStarts<> starts(SeatsToRow(word * kSeatsPerWord, field.seats_per_row),
                     field.seats_per_row);
  std::uint64_t usable = ~std::uint64_t{0} >> 2 * (field.first % kSeatsPerWord);
  std::uint64_t last_free = 0;
  for (; word < end; ++word) {
    const std::uint64_t free = FreeSeats<kFiltered>(field, word) & usable;
    const std::uint64_t before = free >> 2 | last_free << 62;
    if (visit(word * kSeatsPerWord, free, free & before & ~starts.Next())) {
      return;
    }
    last_free = free;
    usable = ~std::uint64_t{0};
  }
}

// The starts of runs of `count` (at least 1) set seats within a word in seat
// order with a bit for every seat, in fields of kBits: 2 if spaced.
template <unsigned kBits = 2>
constexpr std::uint64_t RunStarts(std::uint64_t seats, std::size_t count) {
  while (count > 1 && seats != 0) {
    const std::size_t half = count / 2;
    seats &= seats << kBits * half;
    count -= half;
  }
  return seats;
}

// Looks for a run in words that come one after the other. A run of n seats is
// n - 1 links, and links know nothing of rows: what is sought is a plain run of
// ones. Words are in seat order, with fields of kBits for a seat.
template <unsigned kBits>
class LinkSearch {
 public:
  explicit LinkSearch(std::size_t links) : links_(links) {}

  // Takes the links of the word whose first seat is `base`. Returns whether a
  // run has been found.
  bool Take(std::size_t base, std::uint64_t linked) {
    if (linked == 0) {
      carried_ = 0;
      return false;
    }
    // Fields without a gap, from the front and back to the end.
    const std::uint64_t filled = kBits == 1 ? linked : linked | ~kSpaced;
    if (carried_ + Fields(std::countl_one(filled)) >= links_) {
      found_ = base - carried_ - 1;
      return true;
    }
    if (links_ < 64 / kBits) {
      const std::uint64_t starts = RunStarts<kBits>(linked, links_);
      if (starts != 0) {
        found_ = base + Fields(std::countl_zero(starts)) - 1;
        return true;
      }
    }
    const bool whole = filled == ~std::uint64_t{0};
    carried_ = Fields(std::countr_one(filled)) + (whole ? carried_ : 0);
    return false;
  }

  // The run's first seat, or kNoSeat.
  std::size_t found() const { return found_; }

 private:
  static std::size_t Fields(int bits) {
    return static_cast<std::size_t>(bits) / kBits;
  }

  std::size_t links_;
  std::size_t carried_ = 0;  // links without a gap up to this word
  std::size_t found_ = kNoSeat;
};

// The first run of `run` (1 to seats_per_row) free seats within the first 32
// that are looked at, if one is there. Most searches of a map with room end
// here, and to set up a walk would cost them more than the search.
inline std::size_t FindRunInFirstSeats(const RowField& field, std::size_t run) {
  if (field.first >= field.seats || run > kSeatsPerWord) return kNoSeat;
  std::uint64_t free =
      AvailableSeats(LoadSeats(field.bytes, field.seats, field.first)) &
      FirstSeats(std::min(field.seats - field.first, kSeatsPerWord));
  if (field.filter != nullptr) {
    free &= LoadMaskSeats(field.filter, field.seats, field.first);
  }
  // Few runs cross from row to row: the row of the first is asked for last.
  const std::uint64_t runs = RunStarts(free, run);
  if (runs == 0) return kNoSeat;
  const std::size_t seat = field.first + FirstSeat(runs);
  if (run <= field.seats_per_row - seat % field.seats_per_row) return seat;
  RowStarts<> starts(SeatsToRow(field.first, field.seats_per_row),
                     field.seats_per_row);
  const std::uint64_t linked = free & free >> 2 & ~starts.Next();
  const std::uint64_t in_rows = RunStarts(linked, run - 1) << 2;
  return in_rows != 0 ? field.first + FirstSeat(in_rows) : kNoSeat;
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_ROWS_H_
