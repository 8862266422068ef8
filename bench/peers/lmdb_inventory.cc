// SPDX-License-Identifier: MIT

#include "lmdb_inventory.h"

#include <lmdb.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "records.h"
#include "seatfield/seat_state.h"
#include "seatfield/time.h"

namespace seatfield::bench {
namespace {

constexpr std::size_t kMapBytes = std::size_t{8} << 30;

void Check(int result) {
  if (result == MDB_SUCCESS) return;
  throw std::runtime_error("lmdb: " + std::string(mdb_strerror(result)));
}

MDB_val ValueOf(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}
template <typename Key>
MDB_val KeyValue(const Key& key) {
  return {sizeof(key), const_cast<Key*>(&key)};
}
std::string_view TextOf(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}

std::uint64_t SeatIdOf(std::uint32_t section, SeatIndex seat) {
  return std::uint64_t{section} << 32 | seat;
}

// By deadline, then booking.
using HoldKey = std::array<char, 24>;
HoldKey HoldOf(std::int64_t until, const BookingKey& booking) {
  HoldKey key;
  PutBigEndian(key.data(), static_cast<std::uint64_t>(until));
  std::memcpy(key.data() + 8, booking.data(), booking.size());
  return key;
}

struct CloseEnvironment {
  void operator()(MDB_env* environment) const { mdb_env_close(environment); }
};
using Environment = std::unique_ptr<MDB_env, CloseEnvironment>;

struct Databases {
  MDB_dbi sections, bookings, seats, holds;
};

class LmdbSession : public Session {
 public:
  LmdbSession(MDB_env* environment, const Databases& databases)
      : environment_(environment), in_(databases) {}

  void Begin() override {
    Check(mdb_txn_begin(environment_, nullptr, 0, &transaction_));
  }
  void Commit() override { Check(mdb_txn_commit(transaction_)); }
  void Rollback() override { mdb_txn_abort(transaction_); }

  bool Do(Act act, const Request& request, Time now) override {
    ExpireDue(now);
    switch (act) {
      case Act::kReserve:
        return Reserve(request, now);
      case Act::kFinalize:
        return Finalize(KeyOf(request.booking));
      default:
        return Release(KeyOf(request.booking));
    }
  }

 private:
  bool Reserve(const Request& request, Time now) {
    if (!Change(request.section, request.first, request.size,
                SeatState::kAvailable, SeatState::kReserved)) {
      return false;
    }
    const BookingKey key = KeyOf(request.booking);
    const BookingRecord booking = BookingOf(request, now);
    Put(in_.bookings, KeyValue(key), BytesOf(booking));
    Put(in_.holds, KeyValue(HoldOf(booking.hold_until, key)), {});
    const SeatMetaRecord meta = MetaOf(request, now);
    for (std::uint32_t i = 0; i < request.size; ++i) {
      Put(in_.seats, KeyValue(SeatIdOf(request.section, request.first + i)),
          BytesOf(meta));
    }
    return true;
  }

  bool Finalize(const BookingKey& key) {
    BookingRecord booking;
    if (!Find(key, booking)) return false;
    Change(booking.section, booking.first, booking.size, SeatState::kReserved,
           SeatState::kSold);
    Remove(in_.holds, KeyValue(HoldOf(booking.hold_until, key)));
    booking.hold_until = kSoldRecord;
    Put(in_.bookings, KeyValue(key), BytesOf(booking));
    return true;
  }

  bool Release(const BookingKey& key) {
    BookingRecord booking;
    if (!Find(key, booking)) return false;
    Change(booking.section, booking.first, booking.size, SeatState::kReserved,
           SeatState::kAvailable);
    Remove(in_.holds, KeyValue(HoldOf(booking.hold_until, key)));
    Remove(in_.bookings, KeyValue(key));
    for (std::uint32_t i = 0; i < booking.size; ++i) {
      Remove(in_.seats, KeyValue(SeatIdOf(booking.section, booking.first + i)));
    }
    return true;
  }

  void ExpireDue(Time now) {
    MDB_cursor* cursor = nullptr;
    Check(mdb_cursor_open(transaction_, in_.holds, &cursor));
    for (;;) {
      MDB_val key, none;
      if (mdb_cursor_get(cursor, &key, &none, MDB_FIRST) != MDB_SUCCESS ||
          static_cast<std::int64_t>(BigEndian<std::uint64_t>(TextOf(key))) >
              ToMicros(now)) {
        break;
      }
      BookingKey booking;
      TextOf(key).substr(8).copy(booking.data(), booking.size());
      Release(booking);
    }
    mdb_cursor_close(cursor);
  }

  // A booking that holds.
  bool Find(const BookingKey& key, BookingRecord& booking) {
    MDB_val at = KeyValue(key), value;
    if (mdb_get(transaction_, in_.bookings, &at, &value) != MDB_SUCCESS) {
      return false;
    }
    booking = RecordOf<BookingRecord>(TextOf(value));
    return booking.hold_until != kSoldRecord;
  }

  bool Change(std::uint32_t section, SeatIndex first, std::uint32_t size,
              SeatState from, SeatState to) {
    MDB_val key = KeyValue(section), value;
    Check(mdb_get(transaction_, in_.sections, &key, &value));
    section_ = TextOf(value);
    if (!SectionRecord(section_.data()).Change(first, size, from, to)) {
      return false;
    }
    Put(in_.sections, key, section_);
    return true;
  }

  void Put(MDB_dbi database, MDB_val key, std::string_view bytes) {
    MDB_val value = ValueOf(bytes);
    Check(mdb_put(transaction_, database, &key, &value, 0));
  }
  void Remove(MDB_dbi database, MDB_val key) {
    Check(mdb_del(transaction_, database, &key, nullptr));
  }

  MDB_env* environment_;
  Databases in_;
  MDB_txn* transaction_ = nullptr;
  std::string section_;
};

class LmdbInventory : public PeerInventory {
 public:
  LmdbInventory(const std::string& directory, const House& house,
                const PeerOptions& options)
      : PeerInventory(options.gathered), config_(house.config) {
    Open(directory, options);
    Make(house);
    if (options.sync != SyncKind::kAtIntervals) return;
    syncer_ = std::make_unique<IntervalSyncer>(
        [this] { mdb_env_sync(environment_.get(), 1); });
  }
  ~LmdbInventory() override {
    syncer_.reset();
    EndSessions();
  }

  SectionEnd ReadSection(std::uint32_t section) override {
    MDB_txn* reader = nullptr;
    Check(mdb_txn_begin(environment_.get(), nullptr, MDB_RDONLY, &reader));
    MDB_val key = KeyValue(section), value;
    Check(mdb_get(reader, in_.sections, &key, &value));
    SectionEnd end = EndOf(config_, std::string(TextOf(value)));
    MDB_cursor* cursor = nullptr;
    Check(mdb_cursor_open(reader, in_.seats, &cursor));
    const std::uint64_t first = SeatIdOf(section, 0);
    key = KeyValue(first);
    for (int result = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
         result == MDB_SUCCESS;
         result = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
      const auto at = RecordOf<std::uint64_t>(TextOf(key));
      if (at >> 32 != section) break;
      end.owners[static_cast<SeatIndex>(at)] =
          OwnerOf(RecordOf<SeatMetaRecord>(TextOf(value)));
    }
    mdb_cursor_close(cursor);
    mdb_txn_abort(reader);
    return end;
  }

 private:
  std::unique_ptr<Session> NewSession() override {
    return std::make_unique<LmdbSession>(environment_.get(), in_);
  }

  void Open(const std::string& directory, const PeerOptions& options) {
    MDB_env* environment = nullptr;
    Check(mdb_env_create(&environment));
    environment_.reset(environment);
    Check(mdb_env_set_mapsize(environment, kMapBytes));
    Check(mdb_env_set_maxdbs(environment, 4));
    Check(mdb_env_open(
        environment, directory.c_str(),
        options.sync == SyncKind::kEveryCommit ? 0U : unsigned{MDB_NOSYNC},
        0600));
  }

  void Make(const House& house) {
    MDB_txn* writer = nullptr;
    Check(mdb_txn_begin(environment_.get(), nullptr, 0, &writer));
    const auto open = [&](const char* name, unsigned flags, MDB_dbi& in) {
      Check(mdb_dbi_open(writer, name, MDB_CREATE | flags, &in));
    };
    open("sections", MDB_INTEGERKEY, in_.sections);
    open("bookings", 0, in_.bookings);
    open("seats", MDB_INTEGERKEY, in_.seats);
    open("holds", 0, in_.holds);
    const std::string empty = SectionRecord::Empty(house.config);
    for (std::uint32_t i = 0; i < house.sections; ++i) {
      MDB_val key = KeyValue(i), value = ValueOf(empty);
      const int result =
          mdb_put(writer, in_.sections, &key, &value, MDB_NOOVERWRITE);
      if (result == MDB_KEYEXIST) break;
      Check(result);
    }
    Check(mdb_txn_commit(writer));
  }

  SectionConfig config_;
  Environment environment_;
  Databases in_{};
  std::unique_ptr<IntervalSyncer> syncer_;
};

}  // namespace

std::unique_ptr<DurableInventory> OpenLmdb(const std::string& directory,
                                           const House& house,
                                           const PeerOptions& options) {
  return std::make_unique<LmdbInventory>(directory, house, options);
}

}  // namespace seatfield::bench
