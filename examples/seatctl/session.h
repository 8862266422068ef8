// SPDX-License-Identifier: MIT
//
// What a verb works with: the open store, where answers and complaints go, and
// how they are written.
//
// Answers go to standard output. With --json each is one line of JSON, and
// stands there for a refusal, too. All else is for people, on standard error.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_SESSION_H_
#define SEATFIELD_EXAMPLES_SEATCTL_SESSION_H_

#include <istream>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/terminal.h"
#include "seatctl/environment.h"
#include "seatctl/exit_status.h"
#include "seatfield/inventory.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/outcome.h"
#include "seatfield/price.h"
#include "seatfield/storage_registry.h"
#include "seatfield/transaction.h"

namespace examples::seatctl {

// How a verb needs the store.
enum class Access {
  kNone,    // not open
  kRead,    // beside a process that writes
  kWrite,   // one that is there
  kCreate,  // made, if it is not there
};

// What every verb takes.
struct CommonOptions {
  std::string store;
  bool json = false;
  int places = 2;  // of prices
};

// `uri` with what `access` asks of a scheme that has files. Errors: as
// StorageUri::Parse.
absl::StatusOr<std::string> UriFor(const std::string& uri, Access access);

class Session {
 public:
  Session(Environment& environment, const CommonOptions& options)
      : environment_(environment), options_(options) {}

  // Errors: as the storage's. Prints them; kDone if it is open.
  int Open(Access access);
  // What was acknowledged is safe whatever this says.
  int Close();

  // Requires that the store is open.
  seatfield::Inventory& inventory() { return *inventory_; }
  // Of a store of files; else null, and a complaint that `verb` needs one.
  seatfield::MappedStorage* MappedFor(std::string_view verb);

  std::istream& in() { return environment_.in; }
  std::ostream& out() { return environment_.out; }
  std::ostream& err() { return environment_.err; }
  const Terminal& terminal() const { return environment_.terminal; }
  const std::string& store() const { return options_.store; }
  bool json() const { return options_.json; }

  absl::StatusOr<seatfield::Price> ParsePrice(const std::string& text) const;
  std::string PriceText(seatfield::Price price) const {
    return price.ToString(options_.places);
  }

  // Each prints to standard error and returns the exit status for it.
  int Fail(int exit_status, std::string_view message);
  int Fail(int exit_status, const absl::Status& status);
  int Fail(const absl::Status& status);  // what a call of the store answered

  // Commits and tells what came of it.
  int Commit(const seatfield::Transaction& transaction);
  int Commit(const seatfield::Transaction& transaction, seatfield::Time now,
             seatfield::Outcome& outcome);

 private:
  void PrintCommitted(const seatfield::Outcome& outcome);
  void PrintRefused(const seatfield::Transaction& transaction,
                    const seatfield::Outcome& outcome);

  Environment& environment_;
  const CommonOptions& options_;
  std::optional<seatfield::Inventory> inventory_;
};

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_SESSION_H_
