// SPDX-License-Identifier: MIT
//
// Writes seats into an event as they are told, a transaction for some hundred
// of them: what an import rests on. Seats that stand there already just so are
// passed over, so that an import that ended half way can be run again.
//
// Holds that have run out are left out, as they would be given back at once.
// All transactions have one time, the loader's, so that none runs out
// meanwhile.
//
// Durability: none until the store is closed.
// Thread safety: exclusive access.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_LOADER_H_
#define SEATFIELD_EXAMPLES_SEATCTL_LOADER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/ids.h"
#include "seatfield/inventory.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/seat_meta.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"

namespace examples::seatctl {

// What ended it.
struct Trouble {
  int exit_status = 0;
  std::uint64_t line = 0;  // of the input; 0: of none
  std::string text;
};

class Loader {
 public:
  struct Counts {
    std::uint64_t loaded = 0;
    std::uint64_t there = 0;   // already
    std::uint64_t lapsed = 0;  // and left out
  };

  Loader(seatfield::Inventory& inventory, seatfield::EventId event);

  // The last seats are written by Flush() alone.
  std::optional<Trouble> Add(const seatfield::SectionName& section,
                             const seatfield::SeatRecord& record,
                             std::uint64_t line);
  std::optional<Trouble> Flush();

  seatfield::Time now() const { return now_; }
  const Counts& counts() const { return counts_; }

 private:
  bool IsLapsed(const seatfield::SeatRecord& record) const;
  // Reads what stands where the seats are to go.
  absl::Status ReadStored();
  const seatfield::SeatRecord* FindStored(seatfield::Seat seat) const;
  // Drops the seats that stand there just so, and complains of one that stands
  // there otherwise.
  std::optional<Trouble> DropStored();
  std::optional<Trouble> Commit();
  std::uint64_t LineOf(seatfield::Seat seat) const;

  seatfield::Inventory& inventory_;
  const seatfield::EventId event_;
  const seatfield::Time now_;
  const std::size_t batch_max_;
  Counts counts_;

  // Not written yet, all of one section, and where they came from.
  seatfield::SectionName section_;
  std::vector<seatfield::SeatRecord> records_;
  std::vector<std::uint64_t> lines_;

  // Used again and again.
  seatfield::SectionView view_;
  seatfield::Transaction transaction_;
  seatfield::Outcome outcome_;
};

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_LOADER_H_
