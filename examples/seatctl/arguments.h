// SPDX-License-Identifier: MIT
//
// The arguments that several verbs take. Each is checked as it is read, and a
// complaint names the argument and quotes what is wrong with it. The targets
// must outlive the parsing.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_ARGUMENTS_H_
#define SEATFIELD_EXAMPLES_SEATCTL_ARGUMENTS_H_

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "seatctl/seat_list.h"
#include "seatfield/ids.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace examples::seatctl {

// An argument of one text; read(text) returns a status.
template <typename Read>
CLI::Option* AddText(CLI::App& app, const std::string& name, Read read,
                     const std::string& what) {
  return app.add_option(
      name,
      [name, read = std::move(read)](const CLI::results_t& texts) {
        for (const std::string& text : texts) {
          const absl::Status status = read(text);
          if (status.ok()) continue;
          throw CLI::ValidationError(name, std::string(status.message()));
        }
        return true;
      },
      what);
}

// An argument that parse(text) makes a T of.
template <typename T, typename Parse>
CLI::Option* AddParsed(CLI::App& app, const std::string& name, T& target,
                       Parse parse, const std::string& what) {
  return AddText(
      app, name,
      [&target, parse](std::string_view text) -> absl::Status {
        auto parsed = parse(text);
        if (!parsed.ok()) return parsed.status();
        target = *std::move(parsed);
        return absl::OkStatus();
      },
      what);
}

// --- Positional -------------------------------------------------------------

CLI::Option* AddEvent(CLI::App& app, seatfield::EventId& event);
CLI::Option* AddSection(CLI::App& app, seatfield::SectionName& section);
CLI::Option* AddSeats(CLI::App& app, std::vector<seatfield::Seat>& seats);
CLI::Option* AddBookingArgument(CLI::App& app, seatfield::BookingId& booking);
CLI::Option* AddFile(CLI::App& app, std::string& file, const std::string& what);

// SECTION:SEATS, any number of them.
CLI::Option* AddPlacedSeats(CLI::App& app, const std::string& name,
                            std::vector<SectionSeats>& sections,
                            const std::string& what);

inline constexpr seatfield::Duration kHoldDefault = std::chrono::minutes(10);

// --- Options ----------------------------------------------------------------

CLI::Option* AddBookingOption(CLI::App& app, seatfield::BookingId& booking);
CLI::Option* AddBuyer(CLI::App& app, seatfield::BuyerId& buyer);
CLI::Option* AddHold(CLI::App& app, seatfield::Duration& hold,
                     const std::string& what);
CLI::Option* AddTransactionId(CLI::App& app, seatfield::TransactionId& id);
CLI::Option* AddPrice(CLI::App& app, std::string& price,
                      const std::string& what);

// Of blocked seats.
CLI::Option* AddReason(CLI::App& app, std::uint32_t& reason);

// jsonl, bytes or rows.
CLI::Option* AddFormat(CLI::App& app, std::string& format);
CLI::Option* AddSectionOption(CLI::App& app, seatfield::SectionName& section);

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_ARGUMENTS_H_
