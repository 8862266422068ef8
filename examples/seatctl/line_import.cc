// SPDX-License-Identifier: MIT

#include "seatctl/line_import.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "seatctl/exit_status.h"
#include "seatfield/digest.h"
#include "seatfield/internal/text.h"
#include "seatfield/read_view.h"

namespace examples::seatctl {

using seatfield::internal::Cat;

std::optional<Trouble> LineImport::Run(std::istream& in) {
  std::string buffer(kLineBytesMax + 1, '\0');
  while (true) {
    in.getline(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto read = static_cast<std::size_t>(in.gcount());
    if (in.eof() && read == 0) break;
    ++line_;
    if (in.fail()) return Bad(Cat("longer than ", kLineBytesMax, " bytes"));
    std::string_view text(buffer.data(), in.eof() ? read : read - 1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (auto trouble = TakeText(text)) return trouble;
    if (in.eof()) break;
  }
  if (in.bad()) return Bad("cannot be read on");
  if (!has_end_) return Bad("the end line is missing: the input is cut off");
  return std::nullopt;
}

std::optional<Trouble> LineImport::TakeText(std::string_view text) {
  if (text.find_first_not_of(" \t") == std::string_view::npos) {
    return std::nullopt;
  }
  if (has_end_) return Bad("nothing may stand behind the end line");
  const auto line = ParseLine(text);
  if (!line.ok()) return Bad(std::string(line.status().message()));
  if (!has_header_ && !std::holds_alternative<HeaderLine>(*line)) {
    return Bad("the first line must be {\"seatfield_event\":1,...}");
  }
  return std::visit([this](const auto& any) { return Take(any); }, *line);
}

std::optional<Trouble> LineImport::Take(const HeaderLine&) {
  if (has_header_) return Bad("a second first line");
  has_header_ = true;
  return std::nullopt;
}

std::optional<Trouble> LineImport::Take(const SectionLine& line) {
  if (has_begun_) return Bad("sections must stand before all seats");
  if (!sections_.emplace(line.name, line).second) {
    return Bad(Cat("section ", line.name.view(), " stands twice"));
  }
  return std::nullopt;
}

std::optional<Trouble> LineImport::Take(const SeatLine& line) {
  if (!has_begun_) {
    if (auto trouble = CreateSections()) return trouble;
  }
  if (!sections_.contains(line.section)) {
    return Bad(
        Cat("section ", line.section.view(), " has no line of its own before"));
  }
  ++seats_;
  return loader_.Add(line.section, line.record, line_);
}

std::optional<Trouble> LineImport::Take(const EndLine& line) {
  if (line.sections != sections_.size() || line.seats != seats_) {
    return Bad(Cat("the end line speaks of ", line.sections, " sections and ",
                   line.seats, " seats, not ", sections_.size(), " and ",
                   seats_, ": lines are missing"));
  }
  has_end_ = true;
  if (!has_begun_) {
    if (auto trouble = CreateSections()) return trouble;
  }
  if (auto trouble = loader_.Flush()) return trouble;
  if (auto trouble = From(SetPaused())) return trouble;
  return CheckDigest(line);
}

std::optional<Trouble> LineImport::CreateSections() {
  if (sections_.empty()) return Bad("there is no section");
  std::vector<seatfield::SectionSpec> specs;
  for (const auto& [name, line] : sections_) {
    specs.push_back({name.ToString(), line.config});
  }
  absl::Status status = inventory_.CreateSections(event_, specs);
  if (status.ok()) {
    has_begun_ = true;
    status = inventory_.Pause({event_});
  }
  return From(status);
}

// There is no telling an event that is paused from one whose sections all are:
// the first is the likelier.
absl::Status LineImport::SetPaused() {
  const auto is_paused = [](const auto& entry) { return entry.second.paused; };
  if (std::all_of(sections_.begin(), sections_.end(), is_paused)) {
    return absl::OkStatus();
  }
  absl::Status status;
  for (const auto& [name, line] : sections_) {
    if (status.ok()) {
      status =
          inventory_.storage().SetPaused({event_, name.view()}, line.paused);
    }
  }
  return status.ok() ? inventory_.Resume({event_}) : status;
}

std::optional<Trouble> LineImport::CheckDigest(const EndLine& line) {
  absl::Status status = inventory_.Verify(event_);
  const auto sections = inventory_.ReadStats(event_);
  status.Update(sections.status());
  seatfield::EventDigest digest(loader_.now());
  seatfield::SectionView view;
  for (std::size_t i = 0; status.ok() && i < sections->size(); ++i) {
    status = inventory_.ReadSection(event_, (*sections)[i].key.name,
                                    {.details = true}, view);
    if (status.ok()) digest.Add(view);
  }
  if (!status.ok()) return From(status);
  digest_ = digest.Get().ToString();
  const bool is_told = !line.digest.empty() && counts().lapsed == 0;
  if (!is_told || digest_ == line.digest) return std::nullopt;
  return Trouble{
      kRefused, 0,
      Cat("all seats are in, but the event is not as the file has it: it had "
          "other sections or seats before, or the file was changed (digest ",
          digest_, ", in the file ", line.digest, ")")};
}

Trouble LineImport::Bad(std::string text) const {
  return {kEnvironment, line_, std::move(text)};
}

std::optional<Trouble> LineImport::From(const absl::Status& status) const {
  if (status.ok()) return std::nullopt;
  return Trouble{ExitStatusOf(status), line_, std::string(status.message())};
}

}  // namespace examples::seatctl
