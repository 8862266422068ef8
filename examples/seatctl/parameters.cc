// SPDX-License-Identifier: MIT

#include "seatctl/parameters.h"

#include <CLI/CLI.hpp>
#include <limits>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/internal/text.h"

namespace examples::seatctl {

using seatfield::BookingId;
using seatfield::BuyerId;
using seatfield::EventId;
using seatfield::SectionName;
using seatfield::internal::InvalidArgument;
using seatfield::internal::Quoted;

namespace {

// Of one parameter: as many as there are.
constexpr int kTextsMax = 1 << 29;

bool IsRequired(Need need) { return need == Need::kRequired; }

// read(text) returns a status.
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

// parse(text) makes a T of it.
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

// A whole number from 0 to `max`.
template <typename T>
absl::StatusOr<T> ParseNumber(std::string_view text, T max) {
  const auto number = seatfield::internal::ParseDecimal<T>(text);
  if (number && *number >= 0 && *number <= max) return *number;
  return InvalidArgument("not a whole number 0 to ", max, ": ", Quoted(text));
}

template <typename T>
CLI::Option* AddNumber(CLI::App& app, const std::string& name, T& number,
                       const std::string& what) {
  return AddParsed(
      app, name, number,
      [](std::string_view text) {
        return ParseNumber<T>(text, std::numeric_limits<T>::max());
      },
      what);
}

template <typename Id>
absl::StatusOr<Id> ParseId(std::string_view text) {
  const auto number = ParseNumber<std::int64_t>(text, INT64_MAX);
  if (!number.ok()) return number.status();
  return Id{*number};
}

template <typename Id>
absl::StatusOr<Id> ParseUuid(std::string_view text) {
  auto id = Id::Parse(text);
  if (id.ok() && id->is_nil()) {
    return InvalidArgument("the nil UUID names nothing");
  }
  return id;
}

}  // namespace

// --- Positional -------------------------------------------------------------

void Parameters::Event(EventId& event) {
  AddParsed(app_, "EVENT", event, ParseId<EventId>, "The event's number")
      ->required();
}

void Parameters::Section(SectionName& section, Need need) {
  AddParsed(app_, "SECTION", section, SectionName::Parse,
            "The section's name, as A-1")
      ->required(IsRequired(need));
}

void Parameters::Row(std::uint32_t& row) {
  AddNumber(app_, "ROW", row, "The row's number, from 1")->required();
}

void Parameters::Count(std::uint32_t& count) {
  AddNumber(app_, "COUNT", count, "How many seats")->required();
}

void Parameters::Seats(std::vector<seatfield::Seat>& seats) {
  AddText(
      app_, "SEATS",
      [&seats](std::string_view text) { return ParseSeats(text, seats); },
      "ROW-SEAT, ranges 3-4..3-9, lists 3-4,3-6")
      ->required()
      ->expected(1, kTextsMax)
      ->allow_extra_args();
}

void Parameters::Booking(BookingId& booking) {
  AddParsed(app_, "BOOKING", booking, ParseUuid<BookingId>,
            "The booking's UUID")
      ->required();
}

void Parameters::Path(const std::string& name, std::string& path,
                      const std::string& what, Need need) {
  app_.add_option(name, path, what)->required(IsRequired(need))->type_name("");
}

void Parameters::PlacedSeats(const std::string& name,
                             std::vector<SectionSeats>& sections,
                             const std::string& what, Need need) {
  AddText(
      app_, name,
      [&sections](std::string_view text) {
        return ParsePlacedSeats(text, sections);
      },
      what)
      ->required(IsRequired(need))
      ->expected(1, kTextsMax)
      ->allow_extra_args()
      ->type_name(name.starts_with('-') ? "SEATS" : "");
}

// --- Options ----------------------------------------------------------------

void Parameters::BookingAndBuyer(BookingId& booking, BuyerId& buyer,
                                 Need need) {
  CLI::Option* const which =
      AddParsed(app_, "--booking", booking, ParseUuid<BookingId>,
                "The booking that takes the seats")
          ->required(IsRequired(need))
          ->type_name("UUID");
  CLI::Option* const whose = AddParsed(app_, "--buyer", buyer, ParseId<BuyerId>,
                                       "The buyer whose booking it is")
                                 ->required(IsRequired(need))
                                 ->type_name("N");
  if (IsRequired(need)) return;
  which->needs(whose);
  whose->needs(which);
}

void Parameters::Price(std::string& price, const std::string& what) {
  app_.add_option("--price", price, what)->type_name("PRICE");
}

void Parameters::Hold(seatfield::Duration& hold, const std::string& what,
                      Need need) {
  AddParsed(app_, "--hold", hold, seatfield::ParseDuration, what)
      ->required(IsRequired(need))
      ->type_name("TIME");
}

void Parameters::TransactionId(seatfield::TransactionId& id) {
  AddParsed(app_, "--txn", id, ParseUuid<seatfield::TransactionId>,
            "The same id and request again give the first answer again")
      ->type_name("UUID");
}

void Parameters::Reason(std::uint32_t& reason) {
  AddNumber(app_, "--reason", reason,
            "A code of your own for blocked seats (0)")
      ->type_name("N");
}

void Parameters::SectionOption(SectionName& section, const std::string& what) {
  AddParsed(app_, "--section", section, SectionName::Parse, what)
      ->type_name("SECTION");
}

void Parameters::SectionOptions(std::vector<SectionName>& sections,
                                const std::string& what) {
  AddText(
      app_, "--section",
      [&sections](std::string_view text) -> absl::Status {
        const auto name = SectionName::Parse(text);
        if (name.ok()) sections.push_back(*name);
        return name.status();
      },
      what)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("SECTION");
}

void Parameters::File(const std::string& name, std::string& file,
                      const std::string& what, Need need) {
  app_.add_option(name, file, what)
      ->required(IsRequired(need))
      ->type_name("FILE");
}

void Parameters::Choice(const std::string& name, std::string& choice,
                        const std::vector<std::string>& choices,
                        const std::string& what) {
  app_.add_option(name, choice, what)
      ->check(CLI::IsMember(choices).description(""))
      ->type_name(CLI::detail::join(choices, "|"));
}

void Parameters::Number(const std::string& name,
                        std::optional<std::uint64_t>& number,
                        const std::string& what) {
  AddParsed(
      app_, name, number,
      [](std::string_view text) {
        return ParseNumber<std::uint64_t>(text, UINT64_MAX);
      },
      what)
      ->type_name("N");
}

void Parameters::Flag(const std::string& name, bool& flag,
                      const std::string& what) {
  app_.add_flag(name, flag, what);
}

}  // namespace examples::seatctl
