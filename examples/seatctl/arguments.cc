// SPDX-License-Identifier: MIT

#include "seatctl/arguments.h"

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

// As many texts as there are.
constexpr int kTextsMax = 1 << 29;

// A number 0 to 2^63 - 1.
template <typename Id>
absl::StatusOr<Id> ParseId(std::string_view text) {
  const auto number = seatfield::internal::ParseDecimal<std::int64_t>(text);
  if (number && *number >= 0) return Id{*number};
  return InvalidArgument("not a whole number 0 to 9223372036854775807: ",
                         Quoted(text));
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

CLI::Option* AddEvent(CLI::App& app, EventId& event) {
  return AddParsed(app, "EVENT", event, ParseId<EventId>, "The event's number")
      ->required();
}

CLI::Option* AddSection(CLI::App& app, SectionName& section) {
  return AddParsed(app, "SECTION", section, SectionName::Parse,
                   "The section's name, as A-1")
      ->required();
}

CLI::Option* AddSeats(CLI::App& app, std::vector<seatfield::Seat>& seats) {
  return AddText(
             app, "SEATS",
             [&seats](std::string_view text) {
               return ParseSeats(text, seats);
             },
             "ROW-SEAT, ranges 3-4..3-9, lists 3-4,3-6")
      ->required()
      ->expected(1, kTextsMax);
}

CLI::Option* AddBookingArgument(CLI::App& app, BookingId& booking) {
  return AddParsed(app, "BOOKING", booking, ParseUuid<BookingId>,
                   "The booking's UUID")
      ->required();
}

CLI::Option* AddFile(CLI::App& app, std::string& file,
                     const std::string& what) {
  return app.add_option("FILE", file, what)->type_name("");
}

CLI::Option* AddPlacedSeats(CLI::App& app, const std::string& name,
                            std::vector<SectionSeats>& sections,
                            const std::string& what) {
  return AddText(
             app, name,
             [&sections](std::string_view text) {
               return ParsePlacedSeats(text, sections);
             },
             what)
      ->expected(1, kTextsMax);
}

CLI::Option* AddBookingOption(CLI::App& app, BookingId& booking) {
  return AddParsed(app, "--booking", booking, ParseUuid<BookingId>,
                   "The booking that takes the seats")
      ->type_name("UUID");
}

CLI::Option* AddBuyer(CLI::App& app, BuyerId& buyer) {
  return AddParsed(app, "--buyer", buyer, ParseId<BuyerId>,
                   "Whose booking it is")
      ->type_name("N");
}

CLI::Option* AddHold(CLI::App& app, seatfield::Duration& hold,
                     const std::string& what) {
  return AddParsed(app, "--hold", hold, seatfield::ParseDuration, what)
      ->type_name("TIME");
}

CLI::Option* AddTransactionId(CLI::App& app, seatfield::TransactionId& id) {
  return AddParsed(app, "--txn", id, ParseUuid<seatfield::TransactionId>,
                   "The same id and request again give the first answer again")
      ->type_name("UUID");
}

CLI::Option* AddPrice(CLI::App& app, std::string& price,
                      const std::string& what) {
  return app.add_option("--price", price, what)->type_name("PRICE");
}

CLI::Option* AddReason(CLI::App& app, std::uint32_t& reason) {
  return app
      .add_option("--reason", reason,
                  "A code of your own for blocked seats (0)")
      ->type_name("N");
}

CLI::Option* AddFormat(CLI::App& app, std::string& format) {
  return app.add_option("--format", format, "How it is written (jsonl)")
      ->check(CLI::IsMember({"jsonl", "bytes", "rows"}).description(""))
      ->type_name("jsonl|bytes|rows");
}

CLI::Option* AddSectionOption(CLI::App& app, SectionName& section) {
  return AddParsed(app, "--section", section, SectionName::Parse,
                   "The one section of bytes or rows")
      ->type_name("SECTION");
}

}  // namespace examples::seatctl
