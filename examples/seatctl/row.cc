// SPDX-License-Identifier: MIT
//
// row: the seats of one row, one by one.

#include <cstdint>
#include <memory>
#include <string>

#include "seatctl/parameters.h"
#include "seatctl/table.h"
#include "seatctl/verbs.h"
#include "seatfield/json.h"
#include "seatfield/seat_meta.h"

namespace examples::seatctl {

using seatfield::SeatMeta;
using seatfield::SeatRecord;
using seatfield::TimeToString;

namespace {

constexpr Verb kRow = {"row", kLooking, "Lists the seats of one row",
                       "  seatctl row 1 A-1 3\n"
                       "  seatctl row 1 A-1 3 --json",
                       Access::kRead};

struct RowArguments {
  seatfield::EventId event{};
  seatfield::SectionName section;
  std::uint32_t row = 0;
};

Table::Row RowOf(const Session& session, const SeatRecord& record) {
  Table::Row row = {record.seat.ToString(),
                    std::string(SeatStateName(record.state))};
  row.resize(7);
  if (record.block_reason != 0) {
    row[2] = "reason " + std::to_string(record.block_reason);
  }
  if (!record.meta) return row;
  const SeatMeta& meta = *record.meta;
  row[2] = meta.booking.ToString();
  row[3] = std::to_string(Value(meta.buyer));
  row[4] = session.PriceText(meta.price);
  row[5] = TimeToString(meta.reserved_at);
  if (meta.hold_until != seatfield::kNever) {
    row[6] = TimeToString(meta.hold_until);
  }
  return row;
}

int ShowRow(Session& session, const RowArguments& arguments) {
  const auto meta = session.inventory().ReadRow(
      arguments.event, arguments.section, arguments.row);
  if (!meta.ok()) return session.Fail(meta.status());
  if (session.json()) {
    session.out() << ToJson(*meta) << '\n';
    return kDone;
  }
  Table table({"seat", "state", "booking", "buyer", "price", "reserved at",
               "held until"},
              {Align::kLeft, Align::kLeft, Align::kLeft, Align::kRight,
               Align::kRight, Align::kLeft, Align::kLeft});
  for (const SeatRecord& record : meta->seats) {
    table.Add(RowOf(session, record));
  }
  session.out() << table.Text(session.terminal());
  return kDone;
}

}  // namespace

void AddRow(Program& program) {
  const auto arguments = std::make_shared<RowArguments>();
  Parameters parameters = program.Add(kRow, [arguments](Session& session) {
    return ShowRow(session, *arguments);
  });
  parameters.Event(arguments->event);
  parameters.Section(arguments->section);
  parameters.Row(arguments->row);
}

}  // namespace examples::seatctl
