// SPDX-License-Identifier: MIT
//
// Reads the lines of lines.h into an event, one at a time. The event is paused
// while that goes on, and stays so if it ends half way; at the end what the
// lines say is paused, and no more.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_LINE_IMPORT_H_
#define SEATFIELD_EXAMPLES_SEATCTL_LINE_IMPORT_H_

#include <cstdint>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "seatctl/lines.h"
#include "seatctl/loader.h"
#include "seatfield/ids.h"
#include "seatfield/inventory.h"
#include "seatfield/section.h"

namespace examples::seatctl {

class LineImport {
 public:
  LineImport(seatfield::Inventory& inventory, seatfield::EventId event)
      : inventory_(inventory), event_(event), loader_(inventory, event) {}

  // Nothing if all of it is done.
  std::optional<Trouble> Run(std::istream& in);

  const Loader::Counts& counts() const { return loader_.counts(); }
  std::uint64_t section_count() const { return sections_.size(); }
  // Of the event; empty until the end.
  const std::string& digest() const { return digest_; }
  bool has_begun() const { return has_begun_; }  // to write

 private:
  std::optional<Trouble> TakeText(std::string_view text);
  std::optional<Trouble> Take(const HeaderLine& line);
  std::optional<Trouble> Take(const SectionLine& line);
  std::optional<Trouble> Take(const SeatLine& line);
  std::optional<Trouble> Take(const EndLine& line);

  std::optional<Trouble> CreateSections();
  absl::Status SetPaused();
  std::optional<Trouble> CheckDigest(const EndLine& line);

  Trouble Bad(std::string text) const;  // of the input
  std::optional<Trouble> From(const absl::Status& status) const;  // the store's

  seatfield::Inventory& inventory_;
  const seatfield::EventId event_;
  Loader loader_;
  std::map<seatfield::SectionName, SectionLine> sections_;
  std::uint64_t line_ = 0;
  std::uint64_t seats_ = 0;
  bool has_header_ = false;
  bool has_begun_ = false;
  bool has_end_ = false;
  std::string digest_;
};

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_LINE_IMPORT_H_
