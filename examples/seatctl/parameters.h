// SPDX-License-Identifier: MIT
//
// What a verb takes on the command line. Each is checked as it is read, and a
// complaint names it and quotes what is wrong with it.
//
//   Parameters parameters = program.Add(kVerb, action);
//   parameters.Event(arguments->event);
//   parameters.Section(arguments->section);
//
// The targets must outlive the run of the program. Positional ones are read in
// the order in which they are added.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_PARAMETERS_H_
#define SEATFIELD_EXAMPLES_SEATCTL_PARAMETERS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/seat_list.h"
#include "seatfield/ids.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace CLI {
class App;
}  // namespace CLI

namespace examples::seatctl {

inline constexpr seatfield::Duration kHoldDefault = std::chrono::minutes(10);

enum class Need : bool { kOptional, kRequired };

class Parameters {
 public:
  explicit Parameters(CLI::App& app) : app_(app) {}

  // --- Positional -----------------------------------------------------------

  void Event(seatfield::EventId& event);
  void Section(seatfield::SectionName& section, Need need = Need::kRequired);
  void Row(std::uint32_t& row);
  void Count(std::uint32_t& count);
  void Seats(std::vector<seatfield::Seat>& seats);
  void Booking(seatfield::BookingId& booking);
  void Path(const std::string& name, std::string& path, const std::string& what,
            Need need = Need::kRequired);

  // SECTION:SEATS, any number of them.
  void PlacedSeats(const std::string& name, std::vector<SectionSeats>& sections,
                   const std::string& what, Need need = Need::kRequired);

  // --- Options --------------------------------------------------------------

  // Both, or, if they are not needed, neither.
  void BookingAndBuyer(seatfield::BookingId& booking, seatfield::BuyerId& buyer,
                       Need need);
  // Read when it is known how many places it has: see ReadPriceOption().
  void Price(std::string& price, const std::string& what);
  void Hold(seatfield::Duration& hold, const std::string& what,
            Need need = Need::kOptional);
  void TransactionId(seatfield::TransactionId& id);
  void Reason(std::uint32_t& reason);
  void SectionOption(seatfield::SectionName& section, const std::string& what);
  void SectionOptions(std::vector<seatfield::SectionName>& sections,
                      const std::string& what);
  void File(const std::string& name, std::string& file, const std::string& what,
            Need need);
  void Choice(const std::string& name, std::string& choice,
              const std::vector<std::string>& choices, const std::string& what);
  void Number(const std::string& name, std::optional<std::uint64_t>& number,
              const std::string& what);
  void Flag(const std::string& name, bool& flag, const std::string& what);

 private:
  CLI::App& app_;
};

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_PARAMETERS_H_
