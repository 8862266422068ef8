// SPDX-License-Identifier: MIT
//
// A SeatMap records one of four states for each seat of a section, two bits a
// seat. It is a value: copies are independent. A SeatMapView reads the same
// bytes where others keep them.
//
//   SeatMap map(1'000);                      // every seat available
//   map.Set(7, SeatState::kReserved);
//   map.Count(SeatState::kAvailable);        // 999
//   map.MaskOf(SeatState::kReserved).Get(7)  // true
//
// Units: indexes are 0-based seats; ranges are half-open [first, last).
// Layout: byte i holds seats 4i..4i+3, first seat in the high bits (the bytes
//   of Redis BITFIELD u2). A GETRANGE reply is a SeatMap and bytes() a SET
//   value.
// Limits: at most kSeatCountMax seats; size_bytes() == (size() + 3) / 4.
// Errors: the From functions alone have any. An index >= size() breaks the
//   contract: assert in debug, undefined otherwise. Inventory checks indexes
//   that come from callers.
// Thread safety: const members may run concurrently; a write needs exclusive
//   access.
// Complexity: Get and Set O(1); all that passes over the seats
//   O(size_bytes() / 8) and ForEach one call a seat. Only what returns a map, a
//   mask or a text allocates, and Assign where it grows.
// Invariant: unused bits of the last byte and of the last word are zero.

#ifndef SEATFIELD_SEAT_MAP_H_
#define SEATFIELD_SEAT_MAP_H_

#include <algorithm>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/kernels.h"
#include "seatfield/internal/kernels_portable.h"
#include "seatfield/internal/text.h"
#include "seatfield/internal/words.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_state.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

class SeatMap;

// The reading half of SeatMap, on bytes of any alignment that it does not own.
// Pass it by value; it is valid while the bytes stay where and as they are.
class SeatMapView {
 public:
  // No seats.
  SeatMapView() = default;

  // All of `map`, until it is changed, moved or destroyed.
  SeatMapView(const SeatMap& map);  // NOLINT(google-explicit-constructor)

  // `size` seats in exactly (size + 3) / 4 bytes. Shorter input, which a view
  // cannot extend, is for SeatMap::FromBytes.
  // Errors: InvalidArgument (fix the input) if there are more or fewer bytes,
  //   if a bit after the last seat is set, or if `size` is more than
  //   kSeatCountMax.
  static absl::StatusOr<SeatMapView> FromBytes(std::span<const std::byte> bytes,
                                               std::size_t size);

  // `size` seats in words laid out as in SeatMap::words(): trusted, unchecked.
  static SeatMapView FromWords(std::span<const std::uint64_t> words,
                               std::size_t size) {
    assert(size <= kSeatCountMax);
    assert(words.size() >= internal::WordCount(size));
    return SeatMapView(internal::BytesOf(words.data()), size);
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t size_bytes() const { return internal::ByteCount(size_); }
  std::span<const std::byte> bytes() const { return {bytes_, size_bytes()}; }

  SeatState Get(std::size_t seat) const {
    assert(seat < size_);
    const auto byte = std::to_integer<unsigned>(bytes_[seat / 4]);
    return static_cast<SeatState>(byte >> (6 - 2 * (seat % 4)) & 3);
  }

  // How many seats are in each state: of all, or of [first, last).
  SeatCounts CountAll() const {
    return internal::ActiveKernels().count_states(bytes_, size_);
  }
  SeatCounts CountAll(std::size_t first, std::size_t last) const;

  // How many seats are in that state: of all, or of those of a mask of the same
  // size.
  std::uint64_t Count(SeatState state) const { return CountAll()[state]; }
  std::uint64_t Count(SeatState state, const SeatMask& among) const;

  // The seats in that state.
  SeatMask MaskOf(SeatState state) const {
    SeatMask mask(size_);
    internal::ActiveKernels().equality_mask(bytes_, size_, state,
                                            mask.mutable_words().data());
    return mask;
  }

  // Calls fn(seat) for every seat in that state in ascending order. If fn
  // returns bool, false stops. Returns whether all were visited.
  template <typename Fn>
  bool ForEach(SeatState state, Fn&& fn) const;

  // The first seat whose state differs in a map of the same size, or nothing.
  std::optional<std::size_t> FirstDifference(SeatMapView other) const;

  // Seats [first, last) as a map of their own.
  SeatMap Slice(std::size_t first, std::size_t last) const;

  // Writes one byte a seat; `out` holds size() of them.
  void Decode(std::span<SeatState> out) const {
    assert(out.size() == size_);
    internal::ActiveKernels().decode(bytes_, size_, out.data());
  }

  // One letter a seat: A, R, S or B.
  std::string ToString() const;

  // XXH3-128 of bytes(). The size is no part of it.
  Digest128 Digest() const { return internal::Hash128(bytes()); }

  // Equal sizes and equal states.
  friend bool operator==(SeatMapView a, SeatMapView b) {
    return a.size_ == b.size_ && !a.FirstDifference(b);
  }

 private:
  SeatMapView(const std::byte* bytes, std::size_t size)
      : bytes_(bytes), size_(size) {}

  const std::byte* bytes_ = nullptr;
  std::size_t size_ = 0;
};

class SeatMap {
 public:
  // No seats.
  SeatMap() = default;

  explicit SeatMap(std::size_t size, SeatState state = SeatState::kAvailable) {
    Assign(size, state);
  }

  explicit SeatMap(SeatMapView view) : SeatMap(view.size()) {
    std::ranges::copy(view.bytes(), internal::BytesOf(words_.data()));
  }

  SeatMap(const SeatMap&) = default;
  SeatMap& operator=(const SeatMap&) = default;
  SeatMap(SeatMap&& other) noexcept  // leaves no seats
      : words_(std::move(other.words_)), size_(std::exchange(other.size_, 0)) {}
  SeatMap& operator=(SeatMap&& other) noexcept {
    words_ = std::exchange(other.words_, {});
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  // `size` seats from their bytes. Missing bytes are zero: a Redis string ends
  // where its last written seat does.
  // Errors: InvalidArgument (fix the input) if there are more bytes than `size`
  //   seats take, if a bit after the last seat is set, or if `size` is more
  //   than kSeatCountMax.
  static absl::StatusOr<SeatMap> FromBytes(std::span<const std::byte> bytes,
                                           std::size_t size);

  // `seats` seats from one bit each: set means `taken`, clear means available.
  // Missing bytes are zero. For import of the older one-bit rows; Write() puts
  // the rows of a section after each other.
  // Errors: as FromBytes.
  static absl::StatusOr<SeatMap> FromOneBitRow(
      std::span<const std::byte> bytes, std::size_t seats,
      BitOrder order = BitOrder::kFirstSeatHigh,
      SeatState taken = SeatState::kSold);

  // One byte a seat; the counterpart of Decode.
  static SeatMap FromStates(std::span<const SeatState> states);

  // One letter a seat: A, R, S or B; the counterpart of ToString.
  // Errors: InvalidArgument (fix the text) names the first other letter.
  static absl::StatusOr<SeatMap> FromString(std::string_view letters);

  // As newly made with that size, in the memory it has.
  void Assign(std::size_t size, SeatState state = SeatState::kAvailable) {
    assert(size <= kSeatCountMax);
    words_.assign(internal::WordCount(size), 0);
    size_ = size;
    if (state != SeatState::kAvailable) Fill(0, size, state);
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t size_bytes() const { return internal::ByteCount(size_); }
  std::span<const std::byte> bytes() const {
    return {internal::BytesOf(words_.data()), size_bytes()};
  }

  // 32 seats each, as internal/kernels.h lays them out. Whoever writes keeps
  // the invariant.
  std::span<const std::uint64_t> words() const { return words_; }
  std::span<std::uint64_t> mutable_words() { return words_; }

  SeatState Get(std::size_t seat) const {
    assert(seat < size_);
    return internal::GetSeat(words_[internal::WordIndex(seat)], seat);
  }

  void Set(std::size_t seat, SeatState state) {
    assert(seat < size_);
    std::uint64_t& word = words_[internal::WordIndex(seat)];
    word = internal::WithSeat(word, seat, state);
  }

  // Every seat of a list, in any order, repeated or not.
  template <std::ranges::input_range Seats>
  requires std::integral<std::ranges::range_value_t<Seats>>
  void Set(const Seats& seats, SeatState state) {
    for (const auto seat : seats) Set(static_cast<std::size_t>(seat), state);
  }
  void Set(std::initializer_list<std::size_t> seats, SeatState state) {
    for (const std::size_t seat : seats) Set(seat, state);
  }

  // Every seat of a mask of the same size.
  void Set(const SeatMask& seats, SeatState state);

  void Fill(std::size_t first, std::size_t last, SeatState state) {
    assert(first <= last && last <= size_);
    internal::FillSeats(words_.data(), first, last, state);
  }

  // Copies all of `seats` to [first, first + seats.size()). It must not be a
  // view of this map.
  void Write(std::size_t first, SeatMapView seats);

  // The reading half: see SeatMapView.
  SeatMapView view() const { return *this; }
  SeatCounts CountAll() const { return view().CountAll(); }
  SeatCounts CountAll(std::size_t first, std::size_t last) const {
    return view().CountAll(first, last);
  }
  std::uint64_t Count(SeatState state) const { return view().Count(state); }
  std::uint64_t Count(SeatState state, const SeatMask& among) const {
    return view().Count(state, among);
  }
  SeatMask MaskOf(SeatState state) const { return view().MaskOf(state); }
  template <typename Fn>
  bool ForEach(SeatState state, Fn&& fn) const {
    return view().ForEach(state, std::forward<Fn>(fn));
  }
  std::optional<std::size_t> FirstDifference(SeatMapView other) const {
    return view().FirstDifference(other);
  }
  SeatMap Slice(std::size_t first, std::size_t last) const {
    return view().Slice(first, last);
  }
  void Decode(std::span<SeatState> out) const { view().Decode(out); }
  std::string ToString() const { return view().ToString(); }
  Digest128 Digest() const { return view().Digest(); }

  friend bool operator==(const SeatMap&, const SeatMap&) = default;

 private:
  std::vector<std::uint64_t> words_;
  std::size_t size_ = 0;
};

// --- Implementation ---------------------------------------------------------

namespace internal {

// Whether the bits after the last of `seats` seats are zero, given all bytes.
inline absl::Status CheckTail(std::span<const std::byte> bytes,
                              std::size_t seats) {
  const unsigned unused = seats % 4 == 0 ? 0 : 0xffU >> 2 * (seats % 4);
  if (unused == 0 || !(std::to_integer<unsigned>(bytes.back()) & unused)) {
    return absl::OkStatus();
  }
  return InvalidArgument("a bit after the last of ", seats, " seats is set");
}

}  // namespace internal

inline SeatMapView::SeatMapView(const SeatMap& map)
    : SeatMapView(map.bytes().data(), map.size()) {}

inline absl::StatusOr<SeatMapView> SeatMapView::FromBytes(
    std::span<const std::byte> bytes, std::size_t size) {
  const std::size_t bytes_exact = internal::ByteCount(size);
  absl::Status status =
      internal::CheckByteSize(bytes.size(), size, bytes_exact);
  if (!status.ok()) return status;
  if (bytes.size() < bytes_exact) {
    return internal::InvalidArgument(size, " seats take ", bytes_exact,
                                     " bytes, not ", bytes.size());
  }
  status = internal::CheckTail(bytes, size);
  if (!status.ok()) return status;
  return SeatMapView(bytes.data(), size);
}

inline SeatCounts SeatMapView::CountAll(std::size_t first,
                                        std::size_t last) const {
  assert(first <= last && last <= size_);
  if (first == last) return {};
  // Up to the next word border by itself, then whole words.
  const std::size_t head = std::min(
      internal::kSeatsPerWord - first % internal::kSeatsPerWord, last - first);
  const std::uint64_t word = internal::LoadSeats(bytes_, last, first);
  SeatCounts counts =
      internal::CountWord(word & internal::FirstSeats(head), head);
  first += head;
  counts +=
      internal::ActiveKernels().count_states(bytes_ + first / 4, last - first);
  return counts;
}

inline std::uint64_t SeatMapView::Count(SeatState state,
                                        const SeatMask& among) const {
  assert(among.size() == size_);
  return internal::ActiveKernels().count_among(bytes_, size_, state,
                                               among.words().data());
}

inline std::optional<std::size_t> SeatMapView::FirstDifference(
    SeatMapView other) const {
  assert(other.size_ == size_);
  const std::size_t seat =
      internal::ActiveKernels().first_difference(bytes_, other.bytes_, size_);
  if (seat == internal::kNoSeat) return std::nullopt;
  return seat;
}

template <typename Fn>
bool SeatMapView::ForEach(SeatState state, Fn&& fn) const {
  for (std::size_t base = 0; base < size_; base += internal::kSeatsPerWord) {
    const std::uint64_t word =
        internal::LoadWord(bytes_, size_, internal::WordIndex(base));
    std::uint64_t left =
        internal::EqualSeats(internal::InSeatOrder(word), state) &
        internal::FirstSeats(std::min(internal::kSeatsPerWord, size_ - base));
    while (left != 0) {
      const std::size_t at = internal::FirstSeat(left);
      left = internal::WithoutSeat(left, at);
      if (!internal::VisitMore(fn, base + at)) return false;
    }
  }
  return true;
}

inline SeatMap SeatMapView::Slice(std::size_t first, std::size_t last) const {
  assert(first <= last && last <= size_);
  SeatMap slice(last - first);
  std::uint64_t* out = slice.mutable_words().data();
  for (; first < last; first += internal::kSeatsPerWord) {
    *out++ = internal::InSeatOrder(internal::LoadSeats(bytes_, last, first));
  }
  return slice;
}

inline std::string SeatMapView::ToString() const {
  std::string letters(size_, '\0');
  for (std::size_t seat = 0; seat < size_; ++seat) {
    letters[seat] = SeatStateLetter(Get(seat));
  }
  return letters;
}

inline absl::StatusOr<SeatMap> SeatMap::FromBytes(
    std::span<const std::byte> bytes, std::size_t size) {
  absl::Status status =
      internal::CheckByteSize(bytes.size(), size, internal::ByteCount(size));
  if (!status.ok()) return status;
  SeatMap map(size);
  std::ranges::copy(bytes, internal::BytesOf(map.words_.data()));
  status = internal::CheckTail(map.bytes(), size);
  if (!status.ok()) return status;
  return map;
}

inline absl::StatusOr<SeatMap> SeatMap::FromOneBitRow(
    std::span<const std::byte> bytes, std::size_t seats, BitOrder order,
    SeatState taken) {
  const auto mask = SeatMask::FromBytes(bytes, seats, order);
  if (!mask.ok()) return mask.status();
  SeatMap map(seats);
  map.Set(*mask, taken);
  return map;
}

inline SeatMap SeatMap::FromStates(std::span<const SeatState> states) {
  SeatMap map(states.size());
  internal::ActiveKernels().encode(states.data(), states.size(),
                                   internal::BytesOf(map.words_.data()));
  return map;
}

inline absl::StatusOr<SeatMap> SeatMap::FromString(std::string_view letters) {
  if (letters.size() > kSeatCountMax) {
    return internal::InvalidArgument(letters.size(), " seats are more than ",
                                     kSeatCountMax);
  }
  SeatMap map(letters.size());
  for (std::size_t seat = 0; seat < letters.size(); ++seat) {
    const auto state = SeatStateOfLetter(letters[seat]);
    if (!state) {
      return internal::InvalidArgument(
          "seat ", seat, " is ", internal::Quoted(letters.substr(seat, 1)),
          ", not one of A, R, S, B");
    }
    map.Set(seat, *state);
  }
  return map;
}

inline void SeatMap::Set(const SeatMask& seats, SeatState state) {
  assert(seats.size() == size_);
  const std::uint64_t value = internal::Broadcast(state);
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::uint64_t bits = internal::MaskBeside(seats.words().data(), i);
    words_[i] =
        internal::Blend(internal::InSeatOrder(bits * 3), value, words_[i]);
  }
}

inline void SeatMap::Write(std::size_t first, SeatMapView seats) {
  assert(first <= size_ && seats.size() <= size_ - first);
  for (std::size_t at = 0; at < seats.size(); at += internal::kSeatsPerWord) {
    const std::size_t count =
        std::min(internal::kSeatsPerWord, seats.size() - at);
    const std::uint64_t word = internal::LoadWord(
        seats.bytes().data(), seats.size(), internal::WordIndex(at));
    internal::StoreSeats(words_.data(), first + at, count,
                         internal::InSeatOrder(word));
  }
}

SEATFIELD_ABI_END
}  // namespace seatfield

template <>
struct std::hash<seatfield::SeatMapView> {
  std::size_t operator()(seatfield::SeatMapView map) const noexcept {
    return static_cast<std::size_t>(
        seatfield::internal::Hash64(map.bytes(), map.size()));
  }
};

template <>
struct std::hash<seatfield::SeatMap> {
  std::size_t operator()(const seatfield::SeatMap& map) const noexcept {
    return std::hash<seatfield::SeatMapView>()(map.view());
  }
};

#endif  // SEATFIELD_SEAT_MAP_H_
