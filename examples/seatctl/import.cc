// SPDX-License-Identifier: MIT
//
// import: an event, or one section of it, from a file.

#include <boost/json.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "common/format.h"
#include "seatctl/input.h"
#include "seatctl/line_import.h"
#include "seatctl/loader.h"
#include "seatctl/parameters.h"
#include "seatctl/raw_import.h"
#include "seatctl/request.h"
#include "seatctl/verbs.h"
#include "seatfield/internal/text.h"

namespace examples::seatctl {

using seatfield::internal::Cat;

namespace {

constexpr Verb kImport = {
    "import", kMoving, "Reads an event from a file that export has written",
    "  seatctl import 1 event.jsonl\n"
    "  gunzip -c event.jsonl.gz | seatctl import 2 -\n"
    "  seatctl import 1 a1.bin --format rows --section A-1 --reason 9\n\n"
    "The event is paused meanwhile. An import that ended half way can be run\n"
    "again: seats that are there already just so are passed over. Holds that\n"
    "have run out are left out.\n\n"
    "Bytes and rows (see export) need the section to be there, and --booking "
    "and\n--buyer for the seats that are held or sold. Rows without --booking "
    "are\nblocked.",
    Access::kCreate};

struct ImportArguments {
  RawSpec raw;  // and its event for lines, too
  std::string file;
  std::string format = "jsonl";
  std::string price = "0";
};

void PrintDone(Session& session, const ImportArguments& arguments,
               const Loader::Counts& counts, const LineImport* lines) {
  if (session.json()) {
    boost::json::object object{{"event_id", Value(arguments.raw.event)},
                               {"loaded", counts.loaded},
                               {"already_there", counts.there},
                               {"holds_run_out", counts.lapsed}};
    if (lines != nullptr) {
      object["sections"] = lines->section_count();
      object["digest"] = lines->digest();
    }
    session.out() << boost::json::serialize(object) << '\n';
    return;
  }
  session.out() << "event " << Value(arguments.raw.event) << ": ";
  if (lines != nullptr) {
    session.out() << Counted(lines->section_count(), "section") << ", ";
  }
  session.out() << Counted(counts.loaded, "seat") << " loaded, "
                << Thousands(counts.there) << " there already, "
                << Thousands(counts.lapsed)
                << " left out whose hold had run out" << '\n';
  if (lines != nullptr) session.out() << "digest " << lines->digest() << '\n';
}

int Stop(Session& session, const ImportArguments& arguments,
         const Trouble& trouble, const Loader::Counts& counts, bool is_paused) {
  std::string text = arguments.file;
  if (trouble.line != 0) text += Cat(":", trouble.line);
  session.Fail(trouble.exit_status, Cat(text, ": ", trouble.text));
  const std::uint64_t seats = counts.loaded + counts.there;
  if (seats > 0 || is_paused) {
    session.err() << "  so far: " << Counted(seats, "seat")
                  << " of it in the store" << (is_paused ? ", paused" : "")
                  << "; put it right and import it again\n";
  }
  return trouble.exit_status;
}

int ImportLines(Session& session, const ImportArguments& arguments,
                Input& input) {
  LineImport import(session.inventory(), arguments.raw.event);
  const auto trouble = import.Run(input.stream());
  if (trouble) {
    const bool is_paused = import.has_begun() && import.digest().empty();
    return Stop(session, arguments, *trouble, import.counts(), is_paused);
  }
  PrintDone(session, arguments, import.counts(), &import);
  return kDone;
}

int ImportBytes(Session& session, const ImportArguments& arguments,
                Input& input) {
  if (arguments.raw.section.empty()) {
    return session.Fail(kUsage, "--section: needed to import bytes or rows");
  }
  const auto price = ReadPriceOption(session, arguments.price);
  if (!price) return kUsage;
  RawSpec spec = arguments.raw;
  spec.is_rows = arguments.format == "rows";
  spec.price = *price;
  Loader loader(session.inventory(), spec.event);
  const auto trouble =
      ImportRaw(session.inventory(), spec, input.ReadAll(), loader);
  if (trouble) {
    return Stop(session, arguments, *trouble, loader.counts(), false);
  }
  PrintDone(session, arguments, loader.counts(), nullptr);
  return kDone;
}

int Import(Session& session, const ImportArguments& arguments) {
  Input input(arguments.file, session.in());
  if (!input.status().ok()) return session.Fail(kEnvironment, input.status());
  return arguments.format == "jsonl" ? ImportLines(session, arguments, input)
                                     : ImportBytes(session, arguments, input);
}

}  // namespace

void AddImport(Program& program) {
  const auto arguments = std::make_shared<ImportArguments>();
  Parameters parameters = program.Add(kImport, [arguments](Session& session) {
    return Import(session, *arguments);
  });
  RawSpec& raw = arguments->raw;
  raw.hold_for = kHoldDefault;
  parameters.Event(raw.event);
  parameters.Path("FILE", arguments->file, "Where from; - is standard input");
  parameters.Choice("--format", arguments->format, {"jsonl", "bytes", "rows"},
                    "How it is written (jsonl)");
  parameters.SectionOption(raw.section, "The one section of bytes or rows");
  parameters.BookingAndBuyer(raw.booking, raw.buyer, Need::kOptional);
  parameters.Price(arguments->price, "Of each seat of bytes or rows (0)");
  parameters.Hold(raw.hold_for, "How long held seats of bytes stay so (10m)");
  parameters.Reason(raw.reason);
}

}  // namespace examples::seatctl
