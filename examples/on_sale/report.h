// SPDX-License-Identifier: MIT
//
// All that a run has to say, for people and for machines. But for the timing,
// one seed and one thread give the same report.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_REPORT_H_
#define SEATFIELD_EXAMPLES_ON_SALE_REPORT_H_

#include <cstdint>
#include <string>

#include "audit.h"
#include "common/terminal.h"
#include "seatfield/best_available.h"
#include "seating.h"
#include "simulation.h"

namespace examples::on_sale {

struct Report {
  std::string storage;  // as opened
  std::uint64_t seats = 0;
  std::uint64_t sections = 0;
  std::uint32_t buyers = 0;
  std::uint32_t threads = 0;
  std::uint64_t seed = 0;
  seatfield::BestPolicy::Order order = seatfield::BestPolicy::Order::kFirstFit;
  SaleResult sale;
  Seating seating{};
  Audit audit{};
  std::string digest{};  // of the event at the end
};

std::string ReportText(const Report& report, const Terminal& terminal);
// What came of it, and whether it is true.
std::string BriefText(const Report& report, const Terminal& terminal);
std::string ReportJson(const Report& report);

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_REPORT_H_
