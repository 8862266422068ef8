// SPDX-License-Identifier: MIT
//
// Columns of text, as wide as what stands in them.
//
//   Table table({"section", "seats"}, {Align::kLeft, Align::kRight});
//   table.Add({"A-1", "500"});
//   out << table.Text(terminal);

#ifndef SEATFIELD_EXAMPLES_SEATCTL_TABLE_H_
#define SEATFIELD_EXAMPLES_SEATCTL_TABLE_H_

#include <string>
#include <vector>

#include "common/terminal.h"

namespace examples::seatctl {

enum class Align : bool { kLeft, kRight };

class Table {
 public:
  using Row = std::vector<std::string>;

  // Each column has a heading, and an alignment.
  Table(Row headings, std::vector<Align> aligns);

  // Requires as many cells as columns.
  void Add(Row cells) { rows_.push_back(std::move(cells)); }

  std::string Text(const Terminal& terminal) const;

 private:
  std::vector<Row> rows_;  // the first are the headings
  std::vector<Align> aligns_;
};

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_TABLE_H_
