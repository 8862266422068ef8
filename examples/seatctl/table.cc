// SPDX-License-Identifier: MIT

#include "seatctl/table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "common/format.h"

namespace examples::seatctl {

Table::Table(Row headings, std::vector<Align> aligns)
    : aligns_(std::move(aligns)) {
  rows_.push_back(std::move(headings));
}

std::string Table::Text(const Terminal& terminal) const {
  std::vector<std::size_t> widths(aligns_.size());
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const Row& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += "  ";
      line += aligns_[i] == Align::kRight ? PadLeft(row[i], widths[i])
                                          : PadRight(row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += &row == &rows_.front() ? terminal.Styled(line, Style::kBold) : line;
    text += '\n';
  }
  return text;
}

}  // namespace examples::seatctl
