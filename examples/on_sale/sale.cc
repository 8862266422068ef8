// SPDX-License-Identifier: MIT

#include "sale.h"

#include "audit.h"
#include "progress.h"
#include "seating.h"
#include "simulation.h"
#include "tally.h"

namespace examples::on_sale {
namespace {

void PlantFault(Tally& tally) {
  if (tally.sales.empty()) return;
  Sale again = tally.sales.back();
  again.booking = seatfield::BookingId(1, 1);
  tally.sales.push_back(again);
}

}  // namespace

absl::StatusOr<Report> Sell(House& house, const SaleSpec& spec,
                            Progress& progress,
                            std::vector<seatfield::SectionView>& views) {
  Simulation simulation(house, spec, progress);
  Report report{.storage = house.inventory().storage().info().name,
                .seats = house.venue().seat_count,
                .sections = house.section_count(),
                .buyers = spec.buyers,
                .threads = spec.threads,
                .seed = spec.seed,
                .order = spec.order,
                .sale = simulation.Run()};
  if (!report.sale.status.ok()) return report.sale.status;
  if (spec.canary) PlantFault(report.sale.tally);
  absl::Status status = house.ReadAll(views);
  if (!status.ok()) return status;
  report.seating = JudgeSeating(house, report.sale.tally.sales, views);
  report.audit = AuditSale(house, report.sale.tally, views);
  const auto digest = house.inventory().Digest(kEvent);
  if (!digest.ok()) return digest.status();
  report.digest = digest->ToString();
  return report;
}

}  // namespace examples::on_sale
