// SPDX-License-Identifier: MIT
//
// SQLite's C interface as objects: a connection, a prepared statement.
//
// Errors: std::runtime_error with SQLite's message.

#ifndef SEATFIELD_BENCH_PEERS_SQLITE_STATEMENT_H_
#define SEATFIELD_BENCH_PEERS_SQLITE_STATEMENT_H_

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace seatfield::bench {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

[[noreturn]] inline void Fail(sqlite3* database) {
  throw std::runtime_error("sqlite: " + std::string(sqlite3_errmsg(database)));
}

inline void Run(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) !=
      SQLITE_OK) {
    Fail(database);
  }
}

// A prepared statement. Bind all, step, and after the last row Reset().
class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql) : database_(database) {
    if (sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement_,
                           nullptr) != SQLITE_OK) {
      Fail(database);
    }
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  template <typename... Values>
  Statement& Bind(const Values&... values) {
    int at = 0;
    (Put(++at, values), ...);
    return *this;
  }
  // Whether there is a row.
  bool Step() {
    const int result = sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    sqlite3_reset(statement_);
    if (result != SQLITE_DONE) Fail(database_);
    return false;
  }
  void Reset() { sqlite3_reset(statement_); }

  std::int64_t Number(int column) {
    return sqlite3_column_int64(statement_, column);
  }
  std::string_view Bytes(int column) {
    const auto* const data =
        static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {data,
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  void Put(int at, std::int64_t value) {
    sqlite3_bind_int64(statement_, at, value);
  }
  // Requires bytes that stay as they are until the step.
  void Put(int at, std::string_view bytes) {
    sqlite3_bind_blob(statement_, at, bytes.data(),
                      static_cast<int>(bytes.size()), SQLITE_STATIC);
  }
  template <std::size_t kSize>
  void Put(int at, const std::array<char, kSize>& bytes) {
    Put(at, std::string_view(bytes.data(), kSize));
  }

  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_SQLITE_STATEMENT_H_
