// SPDX-License-Identifier: MIT

#include <boost/json.hpp>
#include <cstddef>
#include <string>

#include "report.h"
#include "seatfield/refusal.h"

namespace examples::on_sale {
namespace {

namespace json = boost::json;
using seatfield::RefusalName;
using seatfield::StepKind;
using seatfield::StepKindName;

// Members in the order in which they were added, two spaces a level.
void WriteIndented(const json::value& value, std::string& out,
                   const std::string& indent = "\n") {
  const json::object* const object = value.if_object();
  if (object == nullptr || object->empty()) {
    out += json::serialize(value);
    return;
  }
  const char* separator = "{";
  for (const auto& member : *object) {
    out += separator + indent + "  " + json::serialize(member.key()) + ": ";
    WriteIndented(member.value(), out, indent + "  ");
    separator = ",";
  }
  out += indent + "}";
}

std::uint64_t Milliseconds(seatfield::Duration duration) {
  return static_cast<std::uint64_t>(duration.count() / 1000);
}

json::object RunOf(const Report& report) {
  return {{"storage", report.storage},
          {"seats", report.seats},
          {"sections", report.sections},
          {"buyers", report.buyers},
          {"threads", report.threads},
          {"seed", report.seed},
          {"policy", seatfield::BestOrderName(report.order)}};
}

json::object SaleOf(const Report& report) {
  const SaleResult& sale = report.sale;
  const auto& counts = report.audit.counts;
  return {{"sold_out", sale.sold_out},
          {"simulated_ms", Milliseconds(sale.simulated)},
          {"sold", counts.sold},
          {"reserved", counts.reserved},
          {"available", counts.available},
          {"blocked", counts.blocked},
          {"digest", report.digest}};
}

json::object CrowdOf(const Tally& tally) {
  return {{"people", tally.people},
          {"bots", tally.bots},
          {"holds", tally.holds},
          {"holds_paid", tally.paid},
          {"holds_released", tally.released},
          {"holds_lapsed", tally.lapsed},
          {"saw_no_seats", tally.saw_no_seats},
          {"people_left_without", tally.left_without}};
}

json::object StepsOf(const Tally& tally) {
  json::object steps;
  for (std::size_t i = 0; i < tally.steps.size(); ++i) {
    const StepTally& step = tally.steps[i];
    if (step.count() == 0) continue;
    steps[StepKindName(static_cast<StepKind>(i))] =
        json::object{{"committed", step.committed},
                     {"refused", step.refused},
                     {"replayed", step.replayed}};
  }
  return steps;
}

json::object RefusalsOf(const Tally& tally) {
  json::object refusals;
  for (std::size_t i = 0; i < tally.refusals.size(); ++i) {
    if (tally.refusals[i] == 0) continue;
    refusals[RefusalName(static_cast<seatfield::Refusal>(i))] =
        tally.refusals[i];
  }
  return refusals;
}

json::object SeatingOf(const Report& report) {
  return {{"groups", report.seating.groups},
          {"groups_together", report.seating.together},
          {"orphans_left", report.seating.orphans},
          {"orphans_most_at_once", report.sale.orphans_most}};
}

json::object ProofOf(const Audit& audit) {
  json::array complaints;
  for (const std::string& text : audit.complaints) {
    complaints.emplace_back(text);
  }
  return {{"passed", audit.passed()},
          {"oversold", audit.oversold},
          {"drift", audit.drift()},
          {"acknowledged_but_not_sold", audit.lost},
          {"sold_but_not_acknowledged", audit.unasked},
          {"sections_counting_wrong", audit.drifted_counters},
          {"bookings_disagreeing", audit.drifted_bookings},
          {"wrong_replays", audit.wrong_replays},
          {"verify", audit.verify.ok() ? "ok" : audit.verify.ToString()},
          {"complaints", std::move(complaints)}};
}

json::object PercentilesOf(const Latency& latency) {
  return {{"p50_ns", latency.Percentile(.50)},
          {"p99_ns", latency.Percentile(.99)},
          {"p999_ns", latency.Percentile(.999)}};
}

json::object TimingOf(const SaleResult& sale) {
  json::object steps;
  for (std::size_t i = 0; i < sale.tally.steps.size(); ++i) {
    const StepTally& step = sale.tally.steps[i];
    if (step.count() == 0) continue;
    steps[StepKindName(static_cast<StepKind>(i))] = PercentilesOf(step.latency);
  }
  if (sale.sweeps.count() > 0) steps["expire_due"] = PercentilesOf(sale.sweeps);
  return {
      {"wall_ms", static_cast<std::uint64_t>(sale.wall_seconds * 1e3)},
      {"operations_per_second",
       static_cast<std::uint64_t>(static_cast<double>(sale.tally.operations()) /
                                  sale.wall_seconds)},
      {"steps", std::move(steps)}};
}

}  // namespace

std::string ReportJson(const Report& report) {
  const Tally& tally = report.sale.tally;
  const json::object object{
      {"run", RunOf(report)},
      {"sale", SaleOf(report)},
      {"crowd", CrowdOf(tally)},
      {"operations", tally.operations()},
      {"steps", StepsOf(tally)},
      {"refusals", RefusalsOf(tally)},
      {"holds_expired_by_sweeps", report.sale.expired_holds},
      {"seating", SeatingOf(report)},
      {"proof", ProofOf(report.audit)},
      {"timing", TimingOf(report.sale)}};
  std::string text;
  WriteIndented(object, text);
  return text + "\n";
}

}  // namespace examples::on_sale
