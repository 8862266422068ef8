// SPDX-License-Identifier: MIT
//
// A SeatMask is a set of seats of a section, one bit a seat: the seats of a
// category, of a channel, in a state. It is a value: copies are independent.
//
//   SeatMask aisle(500);
//   aisle.Set(0);
//   SeatMask offered = map.MaskOf(SeatState::kAvailable) & ~aisle;
//   offered.ForEach([](std::size_t seat) { ... });
//
// Units: indexes are 0-based seats; ranges are half-open [first, last).
// Layout: byte i holds seats 8i..8i+7, first seat in the high bit (the bytes of
//   Redis SETBIT); FromBytes reads the other order too.
// Limits: at most kSeatCountMax seats; size_bytes() == (size() + 7) / 8.
// Errors: FromBytes alone has any. An index >= size(), or two masks of
//   different sizes, break the contract: assert in debug, undefined otherwise.
// Thread safety: const members may run concurrently; a write needs exclusive
//   access.
// Complexity: Get and Set O(1); all else O(size() / 64) and ForEach one call a
//   seat. Only construction, copies, ~, & and | allocate.
// Invariant: unused bits of the last word are zero.

#ifndef SEATFIELD_SEAT_MASK_H_
#define SEATFIELD_SEAT_MASK_H_

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/kernels.h"
#include "seatfield/internal/text.h"
#include "seatfield/internal/words.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// The most seats of a SeatMap or SeatMask: a map of 1 GiB.
inline constexpr std::size_t kSeatCountMax = UINT32_MAX;

// Which bit of a byte is its first seat.
enum class BitOrder : std::uint8_t {
  kFirstSeatHigh,  // Redis SETBIT
  kFirstSeatLow,
};

class SeatMask {
 public:
  // No seats.
  SeatMask() = default;

  // `size` seats, none of them in the set, or all.
  explicit SeatMask(std::size_t size, bool value = false)
      : words_(internal::MaskWordCount(size)), size_(size) {
    assert(size <= kSeatCountMax);
    if (value) Fill(0, size, true);
  }

  SeatMask(const SeatMask&) = default;
  SeatMask& operator=(const SeatMask&) = default;
  SeatMask(SeatMask&& other) noexcept  // leaves no seats
      : words_(std::move(other.words_)), size_(std::exchange(other.size_, 0)) {}
  SeatMask& operator=(SeatMask&& other) noexcept {
    words_ = std::exchange(other.words_, {});
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  // `size` seats from one bit each. Missing bytes are zero.
  // Errors: InvalidArgument (fix the input) if there are more bytes than `size`
  //   seats take, if a bit after the last seat is set, or if `size` is more
  //   than kSeatCountMax.
  static absl::StatusOr<SeatMask> FromBytes(
      std::span<const std::byte> bytes, std::size_t size,
      BitOrder order = BitOrder::kFirstSeatHigh);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t size_bytes() const { return size_ / 8 + (size_ % 8 != 0); }
  std::span<const std::byte> bytes() const {
    return {internal::BytesOf(words_.data()), size_bytes()};
  }

  // As the kernels read and write them. Whoever writes keeps the invariant.
  std::span<const std::uint64_t> words() const { return words_; }
  std::span<std::uint64_t> mutable_words() { return words_; }

  bool Get(std::size_t seat) const {
    assert(seat < size_);
    return (words_[internal::MaskWordIndex(seat)] >> internal::MaskShift(seat) &
            1) != 0;
  }

  void Set(std::size_t seat, bool value = true) {
    assert(seat < size_);
    std::uint64_t& word = words_[internal::MaskWordIndex(seat)];
    const std::uint64_t bit = std::uint64_t{1} << internal::MaskShift(seat);
    word = value ? word | bit : word & ~bit;
  }

  void Fill(std::size_t first, std::size_t last, bool value = true) {
    assert(first <= last && last <= size_);
    internal::FillMask(words_.data(), first, last, value);
  }

  // How many seats are in the set; whether any is.
  std::size_t Count() const;
  bool Any() const {
    return std::any_of(words_.begin(), words_.end(),
                       [](std::uint64_t word) { return word != 0; });
  }
  bool None() const { return !Any(); }

  // Calls fn(seat) for every seat of the set in ascending order. If fn returns
  // bool, false stops. Returns whether all were visited.
  template <typename Fn>
  bool ForEach(Fn&& fn) const;

  SeatMask& operator&=(const SeatMask& other) {
    return Merge(other, [](auto a, auto b) { return a & b; });
  }
  SeatMask& operator|=(const SeatMask& other) {
    return Merge(other, [](auto a, auto b) { return a | b; });
  }
  // Takes the other's seats out of the set.
  SeatMask& AndNot(const SeatMask& other) {
    return Merge(other, [](auto a, auto b) { return a & ~b; });
  }
  // Seats in the set leave it, all others join.
  SeatMask& Flip();

  friend SeatMask operator&(SeatMask a, const SeatMask& b) {
    a &= b;
    return a;
  }
  friend SeatMask operator|(SeatMask a, const SeatMask& b) {
    a |= b;
    return a;
  }
  friend SeatMask operator~(SeatMask mask) {
    mask.Flip();
    return mask;
  }
  friend bool operator==(const SeatMask&, const SeatMask&) = default;

 private:
  template <typename Op>
  SeatMask& Merge(const SeatMask& other, Op op) {
    assert(size_ == other.size_);
    std::transform(words_.begin(), words_.end(), other.words_.begin(),
                   words_.begin(), op);
    return *this;
  }

  std::vector<std::uint64_t> words_;
  std::size_t size_ = 0;
};

// --- Implementation ---------------------------------------------------------

namespace internal {

// Calls a visitor that may say by a bool whether it wants more.
template <typename Fn, typename... Args>
bool VisitMore(Fn& fn, Args... args) {
  if constexpr (std::is_same_v<std::invoke_result_t<Fn&, Args...>, bool>) {
    return fn(args...);
  } else {
    fn(args...);
    return true;
  }
}

constexpr std::byte ReverseBits(std::byte byte) {
  auto bits = std::to_integer<unsigned>(byte);
  bits = (bits & 0x0f) << 4 | bits >> 4;
  bits = (bits & 0x33) << 2 | (bits >> 2 & 0x33);
  bits = (bits & 0x55) << 1 | (bits >> 1 & 0x55);
  return static_cast<std::byte>(bits);
}

// Why `bytes` bytes cannot be `seats` seats, if they cannot.
inline absl::Status CheckByteSize(std::size_t bytes, std::size_t seats,
                                  std::size_t bytes_max) {
  if (seats > kSeatCountMax) {
    return InvalidArgument(seats, " seats are more than ", kSeatCountMax);
  }
  if (bytes > bytes_max) {
    return InvalidArgument(seats, " seats take ", bytes_max, " bytes, not ",
                           bytes);
  }
  return absl::OkStatus();
}

}  // namespace internal

inline absl::StatusOr<SeatMask> SeatMask::FromBytes(
    std::span<const std::byte> bytes, std::size_t size, BitOrder order) {
  const std::size_t bytes_max = size / 8 + (size % 8 != 0);
  absl::Status status = internal::CheckByteSize(bytes.size(), size, bytes_max);
  if (!status.ok()) return status;
  SeatMask mask(size);
  std::byte* const out = internal::BytesOf(mask.words_.data());
  if (order == BitOrder::kFirstSeatHigh) {
    std::copy(bytes.begin(), bytes.end(), out);
  } else {
    std::transform(bytes.begin(), bytes.end(), out, internal::ReverseBits);
  }
  const unsigned unused = size % 8 == 0 ? 0 : 0xffU >> size % 8;
  if (unused != 0 && (std::to_integer<unsigned>(out[bytes_max - 1]) & unused)) {
    return internal::InvalidArgument("a bit after the last of ", size,
                                     " seats is set");
  }
  return mask;
}

inline std::size_t SeatMask::Count() const {
  return static_cast<std::size_t>(
      internal::ActiveKernels().count_mask(words_.data(), words_.size()));
}

template <typename Fn>
bool SeatMask::ForEach(Fn&& fn) const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    std::uint64_t left = internal::InSeatOrder(words_[i]);
    while (left != 0) {
      const auto at = static_cast<std::size_t>(std::countl_zero(left));
      left &= ~(std::uint64_t{1} << (63 - at));
      const std::size_t seat = i * internal::kSeatsPerMaskWord + at;
      if (!internal::VisitMore(fn, seat)) return false;
    }
  }
  return true;
}

inline SeatMask& SeatMask::Flip() {
  for (std::uint64_t& word : words_) word = ~word;
  if (const std::size_t tail = size_ % internal::kSeatsPerMaskWord; tail != 0) {
    words_.back() &= internal::InSeatOrder(internal::FirstMaskSeats(tail));
  }
  return *this;
}

SEATFIELD_ABI_END
}  // namespace seatfield

template <>
struct std::hash<seatfield::SeatMask> {
  std::size_t operator()(const seatfield::SeatMask& mask) const noexcept {
    return static_cast<std::size_t>(
        seatfield::internal::Hash64(mask.bytes(), mask.size()));
  }
};

#endif  // SEATFIELD_SEAT_MASK_H_
