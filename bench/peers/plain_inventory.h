// SPDX-License-Identifier: MIT
//
// The floor: what the job costs with nothing that is not the job itself. Two
// bits a seat in packed words, a spinlock a section in one line with its
// counters, and a slot a seat, all of it taken beforehand on huge pages. A
// group's bits are tested and set in one window. The caller says where the
// seats of a booking are; the booking's id in each slot is compared and that is
// all there is to ownership: no bookings, no deadlines that end, no reasons.

#ifndef SEATFIELD_BENCH_PEERS_PLAIN_INVENTORY_H_
#define SEATFIELD_BENCH_PEERS_PLAIN_INVENTORY_H_

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>

#include "../job.h"
#include "seatfield/ids.h"
#include "seatfield/price.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace seatfield::bench {

class PlainInventory {
 public:
  explicit PlainInventory(const House& house)
      : seat_count_(house.config.seat_count()),
        // A window may begin at the last seat.
        map_bytes_((seat_count_ + 3) / 4 + sizeof(Window)),
        memory_(Allocate(house.sections * (sizeof(Section) + map_bytes_ +
                                           seat_count_ * sizeof(Slot)))),
        sections_(reinterpret_cast<Section*>(memory_.get())) {
    std::byte* slots =
        memory_.get() + std::size_t{house.sections} * sizeof(Section);
    std::byte* map =
        slots + std::size_t{house.sections} * seat_count_ * sizeof(Slot);
    for (std::uint32_t i = 0; i < house.sections; ++i) {
      sections_[i].map = map;
      sections_[i].slots = reinterpret_cast<Slot*>(slots);
      sections_[i].counts[0] = seat_count_;
      map += map_bytes_;
      slots += seat_count_ * sizeof(Slot);
    }
  }

  bool Reserve(const Request& request, Time now) {
    Section& section = sections_[request.section];
    const std::lock_guard lock(section);
    if (!Change(section, request, SeatState::kAvailable,
                SeatState::kReserved)) {
      return false;
    }
    Slot* const slots = section.slots + request.first;
    for (std::uint32_t i = 0; i < request.size; ++i) {
      slots[i] = {request.booking.high(), request.booking.low(),
                  Value(request.buyer), kPrice.minor_units(), ToMicros(now)};
    }
    return true;
  }

  bool Finalize(const Request& request, Time) {
    Section& section = sections_[request.section];
    const std::lock_guard lock(section);
    return Owns(section, request) &&
           Change(section, request, SeatState::kReserved, SeatState::kSold);
  }

  bool Release(const Request& request, Time) {
    Section& section = sections_[request.section];
    const std::lock_guard lock(section);
    if (!Owns(section, request) ||
        !Change(section, request, SeatState::kReserved,
                SeatState::kAvailable)) {
      return false;
    }
    std::memset(section.slots + request.first, 0, request.size * sizeof(Slot));
    return true;
  }

  // For the comparison of end states.
  SeatCounts Counts(std::uint32_t section) const {
    const auto& counts = sections_[section].counts;
    return {counts[0], counts[1], counts[2], 0};
  }
  SeatState StateOf(std::uint32_t section, SeatIndex seat) const {
    const auto byte =
        std::to_integer<unsigned>(sections_[section].map[seat / 4]);
    return static_cast<SeatState>(byte >> 2 * (seat % 4) & 3);
  }
  BookingId OwnerOf(std::uint32_t section, SeatIndex seat) const {
    const Slot& slot = sections_[section].slots[seat];
    return {slot.booking_high, slot.booking_low};
  }

 private:
  using Window = std::uint32_t;  // the bits of a group, wherever they begin
  static_assert(2 * kGroupMax + 6 <= 32);
  static_assert(std::endian::native == std::endian::little);

  struct Slot {
    std::uint64_t booking_high;
    std::uint64_t booking_low;
    std::int64_t buyer;
    std::int64_t price;
    std::int64_t reserved_at;
  };
  static_assert(sizeof(Slot) == 40);

  struct alignas(64) Section {
    std::atomic<std::uint32_t> locked;
    std::uint32_t counts[3];
    std::byte* map;
    Slot* slots;

    void lock() {
      while (locked.exchange(1, std::memory_order_acquire) != 0) {
        while (locked.load(std::memory_order_relaxed) != 0) {
        }
      }
    }
    void unlock() { locked.store(0, std::memory_order_release); }
  };
  static_assert(sizeof(Section) == 64);

  static constexpr std::size_t kHugePage = std::size_t{2} << 20;

  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };

  // Zeroed, so that nothing is taken from the system later.
  static std::byte* Allocate(std::size_t bytes) {
    bytes = (bytes + kHugePage - 1) / kHugePage * kHugePage;
    void* const memory = std::aligned_alloc(kHugePage, bytes);
    if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__)
    madvise(memory, bytes, MADV_HUGEPAGE);
#endif
    std::memset(memory, 0, bytes);
    return static_cast<std::byte*>(memory);
  }

  static bool Owns(const Section& section, const Request& request) {
    const Slot* const slots = section.slots + request.first;
    for (std::uint32_t i = 0; i < request.size; ++i) {
      if (slots[i].booking_high != request.booking.high() ||
          slots[i].booking_low != request.booking.low()) {
        return false;
      }
    }
    return true;
  }

  // Takes all seats of the group from one state to another, or none.
  static bool Change(Section& section, const Request& request, SeatState from,
                     SeatState to) {
    std::byte* const at = section.map + request.first / 4;
    const unsigned shift = 2 * (request.first % 4);
    const Window ones = 0x55555555u & ((Window{1} << 2 * request.size) - 1);
    Window window;
    std::memcpy(&window, at, sizeof(window));
    const Window expected = (ones * static_cast<Window>(from)) << shift;
    if ((window & (3 * ones) << shift) != expected) return false;
    window ^= (ones * (static_cast<Window>(from) ^ static_cast<Window>(to)))
              << shift;
    std::memcpy(at, &window, sizeof(window));
    section.counts[static_cast<std::size_t>(from)] -= request.size;
    section.counts[static_cast<std::size_t>(to)] += request.size;
    return true;
  }

  std::uint32_t seat_count_;
  std::size_t map_bytes_;
  std::unique_ptr<std::byte, Free> memory_;
  Section* sections_;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_PLAIN_INVENTORY_H_
