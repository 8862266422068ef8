// SPDX-License-Identifier: MIT
//
// stats, events: counters.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/format.h"
#include "seatctl/parameters.h"
#include "seatctl/table.h"
#include "seatctl/verbs.h"
#include "seatfield/json.h"
#include "seatfield/section.h"

namespace examples::seatctl {

using seatfield::SeatCounts;
using seatfield::SectionStats;
using seatfield::TimeToString;

namespace {

constexpr Verb kStats = {"stats", kLooking,
                         "How many seats are available, held, sold, blocked",
                         "  seatctl stats 1\n"
                         "  seatctl stats 1 A-1 --json",
                         Access::kRead};
constexpr Verb kEvents = {"events", kLooking, "Lists the events of the store",
                          "  seatctl events", Access::kRead};

Table CountsTable(const std::string& of) {
  return Table({of, "seats", "available", "held", "sold", "blocked", "version",
                "next deadline"},
               {Align::kLeft, Align::kRight, Align::kRight, Align::kRight,
                Align::kRight, Align::kRight, Align::kRight, Align::kLeft});
}

Table::Row RowOf(const std::string& name, const SeatCounts& counts) {
  return {name,
          Thousands(counts.total()),
          Thousands(counts.available),
          Thousands(counts.reserved),
          Thousands(counts.sold),
          Thousands(counts.blocked),
          "",
          ""};
}

Table::Row RowOf(const SectionStats& section) {
  Table::Row row = RowOf(section.key.name.ToString(), section.counts);
  row[6] = Thousands(section.version);
  if (section.next_deadline != seatfield::kNever) {
    row[7] = TimeToString(section.next_deadline);
  }
  if (section.paused) row[7] += row[7].empty() ? "paused" : ", paused";
  return row;
}

void PrintStats(Session& session, const std::vector<SectionStats>& stats) {
  if (session.json()) {
    for (const SectionStats& section : stats) {
      session.out() << ToJson(section) << '\n';
    }
    return;
  }
  Table table = CountsTable("section");
  SeatCounts sum;
  for (const SectionStats& section : stats) {
    table.Add(RowOf(section));
    sum += section.counts;
  }
  if (stats.size() > 1) table.Add(RowOf("all", sum));
  session.out() << table.Text(session.terminal());
}

int Stats(Session& session, seatfield::EventId event,
          std::string_view section) {
  std::vector<SectionStats> stats;
  const absl::Status status =
      session.inventory().storage().ReadStats({event, section}, stats);
  if (!status.ok()) return session.Fail(status);
  PrintStats(session, stats);
  return kDone;
}

int Events(Session& session) {
  const auto events = session.inventory().ListEvents();
  if (!events.ok()) return session.Fail(events.status());
  Table table = CountsTable("event");
  for (const seatfield::EventId event : *events) {
    const auto counts = session.inventory().CountEvent(event);
    if (!counts.ok()) return session.Fail(counts.status());
    const std::string number = std::to_string(Value(event));
    if (session.json()) {
      session.out() << "{\"event_id\":" << number
                    << ",\"available\":" << counts->available
                    << ",\"reserved\":" << counts->reserved
                    << ",\"sold\":" << counts->sold
                    << ",\"blocked\":" << counts->blocked
                    << ",\"total\":" << counts->total() << "}\n";
    }
    table.Add(RowOf(number, *counts));
  }
  if (!session.json()) session.out() << table.Text(session.terminal());
  return kDone;
}

}  // namespace

void AddStats(Program& program) {
  struct StatsArguments {
    seatfield::EventId event{};
    seatfield::SectionName section;
  };
  const auto arguments = std::make_shared<StatsArguments>();
  Parameters parameters = program.Add(kStats, [arguments](Session& session) {
    return Stats(session, arguments->event, arguments->section.view());
  });
  parameters.Event(arguments->event);
  parameters.Section(arguments->section, Need::kOptional);
}

void AddEvents(Program& program) { program.Add(kEvents, Events); }

}  // namespace examples::seatctl
