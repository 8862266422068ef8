// SPDX-License-Identifier: MIT

#include "rocksdb_inventory.h"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/transaction.h>
#include <rocksdb/utilities/transaction_db.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "records.h"
#include "seatfield/seat_state.h"
#include "seatfield/time.h"

namespace seatfield::bench {
namespace {

void Check(const rocksdb::Status& status) {
  if (!status.ok()) {
    throw std::runtime_error("rocksdb: " + status.ToString());
  }
}

// --- Keys: a letter, then numbers -------------------------------------------

template <std::size_t kSize>
class Key {
 public:
  explicit Key(char kind) { bytes_[0] = kind; }

  template <typename Number>
  Key& Add(Number number) {
    PutBigEndian(bytes_.data() + size_, number);
    size_ += sizeof(number);
    return *this;
  }
  Key& Add(const BookingKey& booking) {
    std::string_view(booking.data(), booking.size())
        .copy(bytes_.data() + size_, booking.size());
    size_ += booking.size();
    return *this;
  }
  rocksdb::Slice slice() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kSize> bytes_;
  std::size_t size_ = 1;
};

auto SectionKeyOf(std::uint32_t section) { return Key<5>('S').Add(section); }
auto BookingKeyOf(const BookingKey& key) { return Key<17>('B').Add(key); }
auto SeatKeyOf(std::uint32_t section, SeatIndex seat) {
  return Key<9>('M').Add(section).Add(seat);
}
auto HoldKeyOf(std::int64_t until, const BookingKey& key) {
  return Key<25>('H').Add(static_cast<std::uint64_t>(until)).Add(key);
}

rocksdb::WriteOptions WriteOptionsOf(SyncKind sync) {
  rocksdb::WriteOptions options;
  options.sync = sync == SyncKind::kEveryCommit;
  return options;
}

class RocksDbSession : public Session {
 public:
  RocksDbSession(rocksdb::TransactionDB* db, const PeerOptions& options)
      : db_(db), write_(WriteOptionsOf(options.sync)) {
    wait_.lock_timeout = -1;
  }

  void Begin() override {
    transaction_.reset(
        db_->BeginTransaction(write_, wait_, transaction_.release()));
  }
  void Commit() override { Check(transaction_->Commit()); }
  void Rollback() override { Check(transaction_->Rollback()); }

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
    Put(BookingKeyOf(key), BytesOf(booking));
    Put(HoldKeyOf(booking.hold_until, key), {});
    const SeatMetaRecord meta = MetaOf(request, now);
    for (std::uint32_t i = 0; i < request.size; ++i) {
      Put(SeatKeyOf(request.section, request.first + i), BytesOf(meta));
    }
    return true;
  }

  bool Finalize(const BookingKey& key) {
    BookingRecord booking;
    if (!Find(key, booking)) return false;
    Change(booking.section, booking.first, booking.size, SeatState::kReserved,
           SeatState::kSold);
    Remove(HoldKeyOf(booking.hold_until, key));
    booking.hold_until = kSoldRecord;
    Put(BookingKeyOf(key), BytesOf(booking));
    return true;
  }

  bool Release(const BookingKey& key) {
    BookingRecord booking;
    if (!Find(key, booking)) return false;
    Change(booking.section, booking.first, booking.size, SeatState::kReserved,
           SeatState::kAvailable);
    Remove(HoldKeyOf(booking.hold_until, key));
    Remove(BookingKeyOf(key));
    for (std::uint32_t i = 0; i < booking.size; ++i) {
      Remove(SeatKeyOf(booking.section, booking.first + i));
    }
    return true;
  }

  void ExpireDue(Time now) {
    const auto first = Key<1>('H');
    const auto end =
        Key<9>('H').Add(static_cast<std::uint64_t>(ToMicros(now) + 1));
    const rocksdb::Slice bound = end.slice();
    rocksdb::ReadOptions due;
    due.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(due));
    for (at->Seek(first.slice()); at->Valid(); at->Next()) {
      BookingKey booking;
      at->key().ToStringView().substr(9).copy(booking.data(), booking.size());
      Release(booking);
    }
  }

  // A booking that holds.
  bool Find(const BookingKey& key, BookingRecord& booking) {
    const rocksdb::Status status =
        transaction_->GetForUpdate({}, BookingKeyOf(key).slice(), &value_);
    if (status.IsNotFound()) return false;
    Check(status);
    booking = RecordOf<BookingRecord>(value_);
    return booking.hold_until != kSoldRecord;
  }

  bool Change(std::uint32_t section, SeatIndex first, std::uint32_t size,
              SeatState from, SeatState to) {
    const auto key = SectionKeyOf(section);
    Check(transaction_->GetForUpdate({}, key.slice(), &value_));
    if (!SectionRecord(value_.data()).Change(first, size, from, to)) {
      return false;
    }
    Put(key, value_);
    return true;
  }

  template <typename Key>
  void Put(const Key& key, std::string_view bytes) {
    Check(transaction_->Put(key.slice(), rocksdb::Slice(bytes)));
  }
  template <typename Key>
  void Remove(const Key& key) {
    Check(transaction_->Delete(key.slice()));
  }

  rocksdb::TransactionDB* db_;
  rocksdb::WriteOptions write_;
  rocksdb::TransactionOptions wait_;
  std::unique_ptr<rocksdb::Transaction> transaction_;
  std::string value_;
};

class RocksDbInventory : public PeerInventory {
 public:
  RocksDbInventory(const std::string& directory, const House& house,
                   const PeerOptions& options)
      : PeerInventory(options.gathered),
        config_(house.config),
        options_(options) {
    Open(directory);
    Make(house);
    if (options.sync != SyncKind::kAtIntervals) return;
    syncer_ = std::make_unique<IntervalSyncer>(
        [this] { Check(db_->FlushWAL(true)); });
  }
  ~RocksDbInventory() override {
    syncer_.reset();
    EndSessions();
  }

  SectionEnd ReadSection(std::uint32_t section) override {
    std::string value;
    Check(db_->Get({}, SectionKeyOf(section).slice(), &value));
    SectionEnd end = EndOf(config_, value);
    const auto stop = SeatKeyOf(section + 1, 0);
    const rocksdb::Slice bound = stop.slice();
    rocksdb::ReadOptions seats;
    seats.iterate_upper_bound = &bound;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(seats));
    for (at->Seek(SeatKeyOf(section, 0).slice()); at->Valid(); at->Next()) {
      end.owners[BigEndian<SeatIndex>(at->key().ToStringView().substr(5))] =
          OwnerOf(RecordOf<SeatMetaRecord>(at->value().ToStringView()));
    }
    Check(at->status());
    return end;
  }

 private:
  std::unique_ptr<Session> NewSession() override {
    return std::make_unique<RocksDbSession>(db_.get(), options_);
  }

  void Open(const std::string& directory) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = rocksdb::kNoCompression;
    options.write_buffer_size = std::size_t{options_.whole_log ? 4096U : 64U}
                                << 20;
    options.max_write_buffer_number = 4;
    options.recycle_log_file_num = 4;
    options.stats_dump_period_sec = 0;
    rocksdb::BlockBasedTableOptions table;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::TransactionDB* db = nullptr;
    Check(rocksdb::TransactionDB::Open(options, {}, directory + "/db", &db));
    db_.reset(db);
  }

  void Make(const House& house) {
    std::string value;
    if (db_->Get({}, SectionKeyOf(0).slice(), &value).ok()) return;
    rocksdb::WriteBatch batch;
    value = SectionRecord::Empty(house.config);
    for (std::uint32_t i = 0; i < house.sections; ++i) {
      Check(batch.Put(SectionKeyOf(i).slice(), value));
    }
    Check(db_->Write({}, &batch));
  }

  SectionConfig config_;
  PeerOptions options_;
  std::unique_ptr<rocksdb::TransactionDB> db_;
  std::unique_ptr<IntervalSyncer> syncer_;
};

}  // namespace

std::unique_ptr<DurableInventory> OpenRocksDb(const std::string& directory,
                                              const House& house,
                                              const PeerOptions& options) {
  return std::make_unique<RocksDbInventory>(directory, house, options);
}

}  // namespace seatfield::bench
