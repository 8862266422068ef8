// SPDX-License-Identifier: MIT
//
// A file in which the crowd writes down what it was told it has bought, after
// it was told: the witness against a store that was killed.
//
//   run 0
//   5ea7f1e1-d000-0000-0000-000000030401 A-1:3-4 A-1:3-5
//
// A line says that a run begins, or names a booking and its seats.
//
// Thread safety: Append from any thread; each call is one write(2).
// Durability: the file survives the process, not the system.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_LEDGER_H_
#define SEATFIELD_EXAMPLES_ON_SALE_LEDGER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/seat_list.h"
#include "seatfield/ids.h"
#include "seatfield/section.h"

namespace examples::on_sale {

struct LedgerLine {
  seatfield::BookingId booking;
  std::vector<SectionSeats> sections;
};

struct LedgerText {
  std::uint32_t runs = 0;
  std::vector<LedgerLine> bookings;
};

class Ledger {
 public:
  // Opens it, or makes it. What a killed process has left of a last line is cut
  // off. Errors: the system's, naming the file.
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(const std::string& path);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Errors: InvalidArgument, naming file and line.
  absl::StatusOr<LedgerText> Read() const;

  absl::Status BeginRun(std::uint32_t run);
  // Lines that end with a newline.
  absl::Status Append(std::string_view lines);

 private:
  Ledger(std::string path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}
  absl::Status CutTornLine();

  const std::string path_;
  const int descriptor_;
};

// Starts a line; each seat is added by the other.
std::string LedgerLineBegin(seatfield::BookingId booking);
void AddLedgerSeat(const seatfield::SectionName& section, seatfield::Seat seat,
                   std::string& line);

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_LEDGER_H_
