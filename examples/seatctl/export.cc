// SPDX-License-Identifier: MIT
//
// export: an event, or one section of it, into a file. Seats are read and
// written a section at a time. Holds that have run out are left out.

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "seatctl/lines.h"
#include "seatctl/output.h"
#include "seatctl/parameters.h"
#include "seatctl/raw.h"
#include "seatctl/verbs.h"
#include "seatfield/digest.h"
#include "seatfield/read_view.h"

namespace examples::seatctl {

using seatfield::SeatRecord;
using seatfield::SectionStats;
using seatfield::SectionView;

namespace {

constexpr Verb kExport = {
    "export", kMoving, "Writes an event to a file, to be imported elsewhere",
    "  seatctl export 1 event.jsonl\n"
    "  seatctl export 1 | gzip > event.jsonl.gz\n"
    "  seatctl export 1 a1.bin --format rows --section A-1\n\n"
    "Formats:\n"
    "  jsonl  lines of JSON: sections, then each seat with its booking\n"
    "  bytes  a section, two bits a seat from the high bits down: 0 "
    "available,\n"
    "         1 held, 2 sold, 3 blocked\n"
    "  rows   a section, one bit a seat from the highest down, 1 not "
    "available;\n"
    "         each row begins a byte",
    Access::kRead};

struct ExportArguments {
  seatfield::EventId event{};
  std::string file;
  std::string format = "jsonl";
  seatfield::SectionName section;
};

class LineExport {
 public:
  LineExport(seatfield::Inventory& inventory, seatfield::EventId event,
             std::ostream& out)
      : inventory_(inventory),
        event_(event),
        out_(out),
        now_(inventory.Now()),
        digest_(now_) {}

  absl::Status Run() {
    const auto sections = inventory_.ReadStats(event_);
    if (!sections.ok()) return sections.status();
    Write(HeaderLine{event_});
    for (const SectionStats& section : *sections) {
      Write(SectionLine{section.key.name, section.config, section.paused});
    }
    for (const SectionStats& section : *sections) {
      absl::Status status = inventory_.ReadSection(event_, section.key.name,
                                                   {.details = true}, view_);
      if (!status.ok()) return status;
      WriteSeats();
    }
    Write(EndLine{sections->size(), seats_, digest_.Get().ToString()});
    return absl::OkStatus();
  }

 private:
  void WriteSeats() {
    digest_.Add(view_);
    for (const SeatRecord& record : view_.details) {
      const bool is_lapsed = record.state == seatfield::SeatState::kReserved &&
                             record.meta->hold_until <= now_;
      if (is_lapsed) continue;
      Write(SeatLine{view_.stats.key.name, record});
      ++seats_;
    }
  }
  void Write(const Line& line) { out_ << LineText(line) << '\n'; }

  seatfield::Inventory& inventory_;
  const seatfield::EventId event_;
  std::ostream& out_;
  const seatfield::Time now_;
  seatfield::EventDigest digest_;
  SectionView view_;
  std::uint64_t seats_ = 0;
};

absl::Status ExportSection(Session& session, const ExportArguments& arguments,
                           std::ostream& out) {
  const auto view =
      session.inventory().ReadSection(arguments.event, arguments.section);
  if (!view.ok()) return view.status();
  out << (arguments.format == "rows" ? ToRows(view->map, view->stats.config)
                                     : ToBytes(view->map));
  return absl::OkStatus();
}

int Export(Session& session, const ExportArguments& arguments) {
  const bool is_lines = arguments.format == "jsonl";
  if (is_lines != arguments.section.empty()) {
    return session.Fail(kUsage, is_lines ? "--section needs --format bytes or "
                                           "rows: lines are of a whole event"
                                         : "--section: needed to export bytes "
                                           "or rows");
  }
  Output output(arguments.file, session.out());
  const absl::Status status =
      is_lines
          ? LineExport(session.inventory(), arguments.event, output.stream())
                .Run()
          : ExportSection(session, arguments, output.stream());
  if (!status.ok()) return session.Fail(status);
  const absl::Status written = output.Finish();
  return written.ok() ? kDone : session.Fail(kEnvironment, written);
}

}  // namespace

void AddExport(Program& program) {
  const auto arguments = std::make_shared<ExportArguments>();
  Parameters parameters = program.Add(kExport, [arguments](Session& session) {
    return Export(session, *arguments);
  });
  parameters.Event(arguments->event);
  parameters.Path("FILE", arguments->file,
                  "Where to; else, or -, standard output", Need::kOptional);
  parameters.Choice("--format", arguments->format, {"jsonl", "bytes", "rows"},
                    "How it is written (jsonl)");
  parameters.SectionOption(arguments->section,
                           "The one section of bytes or rows");
}

}  // namespace examples::seatctl
