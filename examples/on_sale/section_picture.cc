// SPDX-License-Identifier: MIT

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "format.h"
#include "picture.h"
#include "seating.h"

namespace on_sale {
namespace {

using seatfield::SectionView;

constexpr std::size_t kLabelWidth = 6;

std::size_t MostInteresting(std::span<const SectionView> views) {
  for (std::size_t i = 0; i < views.size(); ++i) {
    const auto& counts = views[i].stats.counts;
    if (counts.available + counts.reserved > 0) return i;
  }
  return 0;
}

std::string Legend(const Terminal& terminal) {
  const std::pair<Fill, const char*> kEntries[] = {{Fill::kFree, "available"},
                                                   {Fill::kHeld, "held"},
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

// Seats [first, last) of a row, equal ones as one run.
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

std::string SectionPicture(const House& house,
                           std::span<const SectionView> views,
                           const Terminal& terminal) {
  const std::size_t at = MostInteresting(views);
  const auto& config = house.section(at).config;
  const std::vector<Fill> fills = FillsOf(views[at]);
  const std::size_t room =
      terminal.width() - std::min(kLabelWidth + 1, terminal.width());
  const std::size_t shown = std::min<std::size_t>(config.seats_per_row, room);
  const std::size_t cell_width =
      shown * 2 <= room && terminal.has_color() ? 2 : 1;
  constexpr std::size_t kRowsMax = 40;
  const std::size_t rows = std::min<std::size_t>(config.rows, kRowsMax);

  std::string text =
      "\n" + terminal.Styled("Section " + house.section(at).name, Style::kBold);
  if (shown < config.seats_per_row || rows < config.rows) {
    text += ", rows 1 to " + std::to_string(rows) + ", seats 1 to " +
            std::to_string(shown);
  }
  text += "\n";
  for (std::size_t row = 0; row < rows; ++row) {
    text += PadLeft(std::to_string(row + 1), kLabelWidth - 1) + " " +
            RowText(std::span(fills).subspan(row * config.seats_per_row, shown),
                    cell_width, terminal) +
            "\n";
  }
  return text + Legend(terminal);
}

}  // namespace on_sale
