// SPDX-License-Identifier: MIT

#include "sqlite_inventory.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "records.h"
#include "seatfield/seat_state.h"
#include "seatfield/time.h"
#include "sqlite_statement.h"

namespace seatfield::bench {
namespace {

std::int64_t SeatRowId(std::uint32_t section, SeatIndex seat) {
  return std::int64_t{section} << 32 | seat;
}

constexpr const char* kUsual =
    "PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -65536";

// Smaller pages make less of a log, and mapped memory has each page looked for
// in all of it.
constexpr const char* kWholeLog =
    "PRAGMA wal_autocheckpoint = 0; PRAGMA page_size = 1024;"
    "PRAGMA mmap_size = 0; PRAGMA cache_size = -1048576";

Database Open(const std::string& directory, const PeerOptions& options) {
  sqlite3* opened = nullptr;
  const int result =
      sqlite3_open_v2((directory + "/db").c_str(), &opened,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                          SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                      nullptr);
  Database database(opened);
  if (result != SQLITE_OK) Fail(opened);
  sqlite3_busy_timeout(opened, 60'000);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  Run(opened, options.whole_log ? kWholeLog : kUsual);
  Run(opened, "PRAGMA journal_mode = WAL");
  Run(opened, options.sync == SyncKind::kEveryCommit
                  ? "PRAGMA synchronous = FULL"
                  : "PRAGMA synchronous = OFF");
  return database;
}

class SqliteSession : public Session {
 public:
  explicit SqliteSession(Database database) : database_(std::move(database)) {}

  void Begin() override { begin_.Step(); }
  void Commit() override { commit_.Step(); }
  void Rollback() override { rollback_.Step(); }

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
    add_booking_
        .Bind(key, booking.buyer, booking.hold_until, booking.section,
              booking.first, booking.size)
        .Step();
    for (std::uint32_t i = 0; i < request.size; ++i) {
      add_seat_
          .Bind(SeatRowId(request.section, request.first + i), key,
                booking.buyer, kPrice.minor_units(), ToMicros(now))
          .Step();
    }
    return true;
  }

  bool Finalize(const BookingKey& key) {
    BookingRecord booking{};
    if (!Find(key, booking)) return false;
    Change(booking.section, booking.first, booking.size, SeatState::kReserved,
           SeatState::kSold);
    sell_booking_.Bind(key).Step();
    return true;
  }

  bool Release(const BookingKey& key) {
    BookingRecord booking{};
    if (!Find(key, booking)) return false;
    Change(booking.section, booking.first, booking.size, SeatState::kReserved,
           SeatState::kAvailable);
    remove_booking_.Bind(key).Step();
    remove_seats_
        .Bind(SeatRowId(booking.section, booking.first),
              SeatRowId(booking.section, booking.first + booking.size))
        .Step();
    return true;
  }

  void ExpireDue(Time now) {
    while (find_due_.Bind(ToMicros(now)).Step()) {
      BookingKey key;
      find_due_.Bytes(0).copy(key.data(), key.size());
      find_due_.Reset();
      Release(key);
    }
  }

  // A booking that holds.
  bool Find(const BookingKey& key, BookingRecord& booking) {
    if (!find_booking_.Bind(key).Step()) return false;
    booking.section = static_cast<std::uint32_t>(find_booking_.Number(0));
    booking.first = static_cast<std::uint32_t>(find_booking_.Number(1));
    booking.size = static_cast<std::uint32_t>(find_booking_.Number(2));
    find_booking_.Reset();
    return true;
  }

  bool Change(std::uint32_t section, SeatIndex first, std::uint32_t size,
              SeatState from, SeatState to) {
    if (!find_section_.Bind(std::int64_t{section}).Step()) return false;
    section_ = find_section_.Bytes(0);
    find_section_.Reset();
    if (!SectionRecord(section_.data()).Change(first, size, from, to)) {
      return false;
    }
    set_section_.Bind(std::int64_t{section}, std::string_view(section_)).Step();
    return true;
  }

  Database database_;
  sqlite3* const db_ = database_.get();
  Statement begin_{db_, "BEGIN IMMEDIATE"};
  Statement commit_{db_, "COMMIT"};
  Statement rollback_{db_, "ROLLBACK"};
  Statement find_section_{db_, "SELECT value FROM section WHERE id = ?1"};
  Statement set_section_{db_, "UPDATE section SET value = ?2 WHERE id = ?1"};
  Statement add_booking_{db_,
                         "INSERT INTO booking VALUES (?1, ?2, ?3, ?4, ?5, ?6)"};
  Statement find_booking_{db_,
                          "SELECT section, first, size FROM booking "
                          "WHERE id = ?1 AND hold_until > 0"};
  Statement sell_booking_{db_,
                          "UPDATE booking SET hold_until = 0 WHERE id = ?1"};
  Statement remove_booking_{db_, "DELETE FROM booking WHERE id = ?1"};
  Statement find_due_{db_,
                      "SELECT id FROM booking INDEXED BY hold "
                      "WHERE hold_until > 0 AND hold_until <= ?1 LIMIT 1"};
  Statement add_seat_{db_, "INSERT INTO seat VALUES (?1, ?2, ?3, ?4, ?5)"};
  Statement remove_seats_{db_, "DELETE FROM seat WHERE id >= ?1 AND id < ?2"};
  std::string section_;
};

class SqliteInventory : public PeerInventory {
 public:
  SqliteInventory(std::string directory, const House& house,
                  const PeerOptions& options)
      : PeerInventory(options.gathered),
        directory_(std::move(directory)),
        config_(house.config),
        options_(options),
        database_(Open(directory_, options)) {
    Make(house);
    if (options.sync != SyncKind::kAtIntervals) return;
    log_ = open((directory_ + "/db-wal").c_str(), O_RDWR | O_CLOEXEC);
    if (log_ < 0) throw std::runtime_error("sqlite: no log");
    syncer_ = std::make_unique<IntervalSyncer>([this] { fdatasync(log_); });
  }
  ~SqliteInventory() override {
    syncer_.reset();
    if (log_ >= 0) close(log_);
    EndSessions();
  }

  SectionEnd ReadSection(std::uint32_t section) override {
    Statement find(database_.get(), "SELECT value FROM section WHERE id = ?1");
    if (!find.Bind(std::int64_t{section}).Step()) Fail(database_.get());
    SectionEnd end = EndOf(config_, std::string(find.Bytes(0)));
    Statement seats(database_.get(),
                    "SELECT id & 0xffffffff, booking FROM seat "
                    "WHERE id >= ?1 AND id < ?2");
    seats.Bind(SeatRowId(section, 0), SeatRowId(section + 1, 0));
    while (seats.Step()) {
      end.owners[static_cast<std::size_t>(seats.Number(0))] =
          BookingOfKey(seats.Bytes(1));
    }
    return end;
  }

 private:
  std::unique_ptr<Session> NewSession() override {
    return std::make_unique<SqliteSession>(Open(directory_, options_));
  }

  void Make(const House& house) {
    sqlite3* const db = database_.get();
    Run(db,
        "BEGIN;"
        "CREATE TABLE IF NOT EXISTS section("
        "  id INTEGER PRIMARY KEY, value BLOB);"
        "CREATE TABLE IF NOT EXISTS booking("
        "  id BLOB PRIMARY KEY, buyer INTEGER, hold_until INTEGER,"
        "  section INTEGER, first INTEGER, size INTEGER) WITHOUT ROWID;"
        "CREATE INDEX IF NOT EXISTS hold ON booking(hold_until)"
        "  WHERE hold_until > 0;"
        "CREATE TABLE IF NOT EXISTS seat("
        "  id INTEGER PRIMARY KEY, booking BLOB, buyer INTEGER,"
        "  price INTEGER, reserved_at INTEGER);");
    if (!Statement(db, "SELECT 1 FROM section LIMIT 1").Step()) {
      const std::string empty = SectionRecord::Empty(house.config);
      Statement add(db, "INSERT INTO section VALUES (?1, ?2)");
      for (std::uint32_t i = 0; i < house.sections; ++i) {
        add.Bind(std::int64_t{i}, std::string_view(empty)).Step();
      }
    }
    Run(db, "COMMIT");
  }

  std::string directory_;
  SectionConfig config_;
  PeerOptions options_;
  Database database_;
  int log_ = -1;
  std::unique_ptr<IntervalSyncer> syncer_;
};

}  // namespace

std::unique_ptr<DurableInventory> OpenSqlite(const std::string& directory,
                                             const House& house,
                                             const PeerOptions& options) {
  return std::make_unique<SqliteInventory>(directory, house, options);
}

}  // namespace seatfield::bench
