// SPDX-License-Identifier: MIT

#include <algorithm>
#include <cstddef>
#include <utility>

#include "common/format.h"
#include "common/picture.h"

namespace examples {
namespace {

constexpr std::size_t kLabelWidth = 6;

// Seats of a row, equal ones as one run.
std::string RowText(std::span<const Fill> row, std::size_t cell_width,
                    const Terminal& terminal) {
  std::string text;
  for (std::size_t first = 0, last = 0; first < row.size(); first = last) {
    while (last < row.size() && row[last] == row[first]) ++last;
    text += terminal.Cells(row[first], (last - first) * cell_width);
  }
  return text;
}

}  // namespace

std::string SectionPicture(const Panel& panel, const Terminal& terminal,
                           std::size_t rows_max) {
  const auto& config = panel.config;
  const std::size_t room =
      terminal.width() - std::min(kLabelWidth + 1, terminal.width());
  const std::size_t shown = std::min<std::size_t>(config.seats_per_row, room);
  const std::size_t cell_width =
      shown * 2 <= room && terminal.has_color() ? 2 : 1;
  const std::size_t rows = std::min<std::size_t>(config.rows, rows_max);

  std::string text =
      terminal.Styled("Section " + panel.name.ToString(), Style::kBold);
  if (shown < config.seats_per_row || rows < config.rows) {
    text += ", rows 1 to " + std::to_string(rows) + ", seats 1 to " +
            std::to_string(shown);
  }
  text += "\n";
  for (std::size_t row = 0; row < rows; ++row) {
    const auto fills =
        std::span(panel.fills).subspan(row * config.seats_per_row, shown);
    text += PadLeft(std::to_string(row + 1), kLabelWidth - 1) + " " +
            RowText(fills, cell_width, terminal) + "\n";
  }
  return text;
}

std::string PictureLegend(const Terminal& terminal) {
  const std::pair<Fill, const char*> kEntries[] = {{Fill::kFree, "available"},
                                                   {Fill::kHeld, "held"},
                                                   {Fill::kBlocked, "blocked"},
                                                   {Fill::kSold, "sold,"}};
  std::string text(kLabelWidth, ' ');
  for (const auto& [fill, name] : kEntries) {
    text += terminal.Cells(fill, 2) + " " + name + "  ";
  }
  return text.append("each ")
      .append(terminal.Cells(Fill::kSold, 2))
      .append(terminal.Cells(Fill::kSoldNext, 2))
      .append(" in turn a booking\n");
}

}  // namespace examples
