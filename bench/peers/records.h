// SPDX-License-Identifier: MIT
//
// What the stores of records keep of the job: a section as one value (its
// counters and two bits a seat), a booking, and a seat's metadata. Numbers in
// keys are big-endian, so that keys sort as their numbers do.

#ifndef SEATFIELD_BENCH_PEERS_RECORDS_H_
#define SEATFIELD_BENCH_PEERS_RECORDS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "../durable_inventory.h"
#include "../job.h"
#include "seatfield/ids.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace seatfield::bench {

struct BookingRecord {
  std::int64_t buyer;
  std::int64_t hold_until;  // kSoldRecord: nothing is held
  std::uint32_t section;
  std::uint32_t first;
  std::uint32_t size;
  std::uint32_t unused;
};
inline constexpr std::int64_t kSoldRecord = 0;

struct SeatMetaRecord {
  std::uint64_t booking_high;
  std::uint64_t booking_low;
  std::int64_t buyer;
  std::int64_t price;
  std::int64_t reserved_at;
};

template <typename Record>
std::string_view BytesOf(const Record& record) {
  static_assert(std::has_unique_object_representations_v<Record>);
  return {reinterpret_cast<const char*>(&record), sizeof(record)};
}
template <typename Record>
Record RecordOf(std::string_view bytes) {
  Record record;
  std::memcpy(&record, bytes.data(), sizeof(record));
  return record;
}

inline BookingRecord BookingOf(const Request& request, Time now) {
  return {Value(request.buyer), ToMicros(now + kHoldFor),
          request.section,      request.first,
          request.size,         0};
}
inline SeatMetaRecord MetaOf(const Request& request, Time now) {
  return {request.booking.high(), request.booking.low(), Value(request.buyer),
          kPrice.minor_units(), ToMicros(now)};
}
inline BookingId OwnerOf(const SeatMetaRecord& meta) {
  return {meta.booking_high, meta.booking_low};
}

// --- Keys -------------------------------------------------------------------

template <typename Number>
void PutBigEndian(char* to, Number number) {
  for (std::size_t i = sizeof(number); i-- > 0; number >>= 8) {
    to[i] = static_cast<char>(number & 0xff);
  }
}

using BookingKey = std::array<char, 16>;
inline BookingKey KeyOf(BookingId booking) {
  BookingKey key;
  PutBigEndian(key.data(), booking.high());
  PutBigEndian(key.data() + 8, booking.low());
  return key;
}

template <typename Number>
Number BigEndian(std::string_view bytes) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof(number); ++i) {
    number =
        static_cast<Number>(number << 8) | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}
inline BookingId BookingOfKey(std::string_view key) {
  return {BigEndian<std::uint64_t>(key),
          BigEndian<std::uint64_t>(key.substr(8))};
}

// --- A section --------------------------------------------------------------

// Over a value of SectionBytes(): three counters, then the bits, first seat
// low.
class SectionRecord {
 public:
  static std::string Empty(const SectionConfig& config) {
    std::string value(3 * sizeof(std::uint32_t) + (config.seat_count() + 3) / 4,
                      '\0');
    SectionRecord(value.data()).SetCount(0, config.seat_count());
    return value;
  }

  explicit SectionRecord(char* value) : value_(value) {}

  SeatCounts counts() const { return {Count(0), Count(1), Count(2), 0}; }
  SeatState StateOf(SeatIndex seat) const {
    const auto byte = static_cast<unsigned char>(bits()[seat / 4]);
    return static_cast<SeatState>(byte >> 2 * (seat % 4) & 3);
  }

  // Takes all of them from one state to another, or none.
  bool Change(SeatIndex first, std::uint32_t size, SeatState from,
              SeatState to) {
    for (std::uint32_t i = 0; i < size; ++i) {
      if (StateOf(first + i) != from) return false;
    }
    const int flip = static_cast<int>(from) ^ static_cast<int>(to);
    for (SeatIndex seat = first; seat < first + size; ++seat) {
      bits()[seat / 4] =
          static_cast<char>(bits()[seat / 4] ^ flip << 2 * (seat % 4));
    }
    SetCount(static_cast<std::size_t>(from),
             Count(static_cast<std::size_t>(from)) - size);
    SetCount(static_cast<std::size_t>(to),
             Count(static_cast<std::size_t>(to)) + size);
    return true;
  }

 private:
  char* bits() const { return value_ + 3 * sizeof(std::uint32_t); }
  std::uint32_t Count(std::size_t state) const {
    std::uint32_t count;
    std::memcpy(&count, value_ + state * sizeof(count), sizeof(count));
    return count;
  }
  void SetCount(std::size_t state, std::uint32_t count) {
    std::memcpy(value_ + state * sizeof(count), &count, sizeof(count));
  }

  char* value_;
};

// What a read of the whole section begins with: no seat has an owner.
inline SectionEnd EndOf(const SectionConfig& config, std::string value) {
  const SectionRecord record(value.data());
  SectionEnd end{.counts = record.counts(),
                 .owners = std::vector<BookingId>(config.seat_count())};
  for (SeatIndex seat = 0; seat < config.seat_count(); ++seat) {
    end.states.push_back(record.StateOf(seat));
  }
  return end;
}

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_RECORDS_H_
