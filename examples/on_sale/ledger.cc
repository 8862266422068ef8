// SPDX-License-Identifier: MIT

#include "ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

#include "common/files.h"
#include "seatfield/internal/text.h"

namespace examples::on_sale {

using seatfield::BookingId;
using seatfield::internal::Cat;
using seatfield::internal::InvalidArgument;

namespace {

absl::Status Failed(const char* doing, const std::string& path) {
  return absl::UnavailableError(Cat("cannot ", doing, " ", path, ": ",
                                    std::generic_category().message(errno)));
}

// "run N", or a booking and its seats.
absl::Status ReadLine(std::string_view line, LedgerText& text) {
  std::size_t end = line.find(' ');
  if (line.substr(0, end) == "run") {
    ++text.runs;
    return absl::OkStatus();
  }
  LedgerLine& sale = text.bookings.emplace_back();
  const auto booking = BookingId::Parse(line.substr(0, end));
  if (!booking.ok()) return booking.status();
  sale.booking = *booking;
  while (end != std::string_view::npos) {
    line.remove_prefix(end + 1);
    end = line.find(' ');
    absl::Status status = ParsePlacedSeats(line.substr(0, end), sale.sections);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(const std::string& path) {
  const int descriptor =
      open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return Failed("write", path);
  std::unique_ptr<Ledger> ledger(new Ledger(path, descriptor));
  const absl::Status status = ledger->CutTornLine();
  if (!status.ok()) return status;
  return ledger;
}

Ledger::~Ledger() { close(descriptor_); }

absl::Status Ledger::CutTornLine() {
  const auto text = ReadFile(path_);
  if (!text.ok()) return text.status();
  const std::size_t size = text->rfind('\n') + 1;  // 0 without one
  if (size == text->size()) return absl::OkStatus();
  if (ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
    return Failed("cut", path_);
  }
  return absl::OkStatus();
}

absl::StatusOr<LedgerText> Ledger::Read() const {
  const auto file = ReadFile(path_);
  if (!file.ok()) return file.status();
  LedgerText text;
  std::string_view rest = *file;
  for (std::uint64_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    const absl::Status status = ReadLine(rest.substr(0, end), text);
    if (!status.ok()) {
      return InvalidArgument(path_, ":", number, ": ",
                             std::string(status.message()));
    }
    rest.remove_prefix(end + 1);
  }
  return text;
}

absl::Status Ledger::BeginRun(std::uint32_t run) {
  return Append(Cat("run ", run, "\n"));
}

absl::Status Ledger::Append(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t written = write(descriptor_, lines.data(), lines.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failed("write", path_);
    lines.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

std::string LedgerLineBegin(BookingId booking) { return booking.ToString(); }

void AddLedgerSeat(const seatfield::SectionName& section, seatfield::Seat seat,
                   std::string& line) {
  line += Cat(" ", section.view(), ":", seat.ToString());
}

}  // namespace examples::on_sale
