// SPDX-License-Identifier: MIT

#include <algorithm>
#include <cstddef>
#include <string>

#include "common/format.h"
#include "report.h"
#include "seatfield/refusal.h"

namespace examples::on_sale {
namespace {

using seatfield::RefusalName;
using seatfield::StepKind;
using seatfield::StepKindName;

class Writer {
 public:
  explicit Writer(const Terminal& terminal) : terminal_(terminal) {}

  void Title(const std::string& text, Style style = Style::kBold) {
    text_ += "\n" + terminal_.Styled(text, style) + "\n";
  }
  void Fact(const std::string& name, const std::string& text) {
    text_ += "  " + PadRight(name, 12) + " " + text + "\n";
  }
  void Check(const std::string& name, bool is_good, const std::string& value,
             const std::string& text) {
    const Style style = is_good ? Style::kGood : Style::kBad;
    text_ += "  " + PadRight(name, 12) + " " +
             terminal_.Styled(PadRight(value, 7), style) + " " +
             terminal_.Styled(text, Style::kDim) + "\n";
  }
  void Line(const std::string& text) { text_ += "  " + text + "\n"; }

  const std::string& text() const { return text_; }

 private:
  const Terminal& terminal_;
  std::string text_;
};

void WriteOutcome(const Report& report, Writer& out) {
  const SaleResult& sale = report.sale;
  const auto& counts = report.audit.counts;
  out.Title(sale.sold_out
                ? "SOLD OUT after " + ClockText(sale.simulated) +
                      " on the simulated clock"
                : "No buyer is left after " + ClockText(sale.simulated) +
                      " on the simulated clock");
  out.Fact("seats", Thousands(report.seats) + " in " +
                        Counted(report.sections, "section") + ": " +
                        Thousands(counts.sold) + " sold, " +
                        Thousands(counts.reserved) + " held, " +
                        Thousands(counts.available) + " available");
}

void WriteSale(const Report& report, Writer& out) {
  WriteOutcome(report, out);
  const SaleResult& sale = report.sale;
  const Tally& tally = sale.tally;
  out.Fact("buyers", Thousands(report.buyers) + ": " + Thousands(tally.people) +
                         " people, " + Thousands(tally.bots) + " bots");
  out.Fact("holds", Thousands(tally.holds) + ": " + Thousands(tally.paid) +
                        " paid, " + Thousands(tally.released) + " released, " +
                        Thousands(tally.lapsed) + " ran out");
  out.Fact("best seats", report.order == seatfield::BestPolicy::Order::kBest
                             ? "best, leaving no single seats if it can be"
                             : "first fit");
  out.Fact("together", Percent(report.seating.together, report.seating.groups) +
                           " of " + Thousands(report.seating.groups) +
                           " groups sit side by side in one row");
  out.Fact("orphans", Thousands(report.seating.orphans) +
                          " single seats left, at most " +
                          Thousands(sale.orphans_most) + " at a time");
}

void WriteStep(const std::string& name, std::uint64_t count,
               std::uint64_t refused, const Latency& latency, Writer& out) {
  out.Line(PadRight(name, 14) + PadLeft(Thousands(count), 11) +
           PadLeft(Thousands(refused), 11) +
           PadLeft(Nanoseconds(latency.Percentile(.50)), 10) +
           PadLeft(Nanoseconds(latency.Percentile(.99)), 10) +
           PadLeft(Nanoseconds(latency.Percentile(.999)), 10));
}

void WriteThroughput(const Report& report, Writer& out) {
  const SaleResult& sale = report.sale;
  const auto operations = static_cast<double>(sale.tally.operations());
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.2f s", sale.wall_seconds);
  out.Title(Rate(operations / sale.wall_seconds) +
            " operations a second: " + Thousands(sale.tally.operations()) +
            " in " + seconds + " on " + Counted(report.threads, "thread"));
}

void WriteSpeed(const Report& report, Writer& out) {
  WriteThroughput(report, out);
  const SaleResult& sale = report.sale;
  out.Line(
      "step                count    refused       p50       p99     p99.9");
  for (std::size_t i = 0; i < sale.tally.steps.size(); ++i) {
    const StepTally& step = sale.tally.steps[i];
    if (step.count() == 0) continue;
    WriteStep(std::string(StepKindName(static_cast<StepKind>(i))), step.count(),
              step.refused, step.latency, out);
  }
  if (sale.sweeps.count() > 0) {
    WriteStep("expiry sweep", sale.sweeps.count(), 0, sale.sweeps, out);
  }
}

void WriteRefusals(const Tally& tally, Writer& out) {
  out.Title(Counted(tally.refused(), "request") + " refused");
  for (std::size_t i = 0; i < tally.refusals.size(); ++i) {
    if (tally.refusals[i] == 0) continue;
    out.Line(PadRight(RefusalName(static_cast<seatfield::Refusal>(i)), 18) +
             PadLeft(Thousands(tally.refusals[i]), 11));
  }
}

void WriteProof(const Report& report, Writer& out) {
  const Audit& audit = report.audit;
  const Tally& tally = report.sale.tally;
  std::uint64_t replays = 0;
  for (const StepTally& step : tally.steps) replays += step.replayed;
  out.Title(audit.passed() ? "Every invariant holds" : "AN INVARIANT IS BROKEN",
            audit.passed() ? Style::kBold : Style::kBad);
  out.Check("oversold", audit.oversold == 0, Thousands(audit.oversold),
            "no seat twice in the buyers' own ledger of " +
                Thousands(tally.sales.size()) + " acknowledged sales");
  out.Check("drift", audit.drift() == 0, Thousands(audit.drift()),
            "ledger, bits, metadata, counters and " +
                Thousands(audit.bookings) + " bookings agree");
  out.Check("replays", audit.wrong_replays == 0, Thousands(audit.wrong_replays),
            "wrong of " + Thousands(replays) +
                " requests sent twice and granted once");
  out.Check("Verify()", audit.verify.ok(), audit.verify.ok() ? "ok" : "failed",
            "the inventory's own recount; digest " + report.digest);
  for (const std::string& complaint : audit.complaints) out.Line(complaint);
}

}  // namespace

std::string ReportText(const Report& report, const Terminal& terminal) {
  Writer out(terminal);
  WriteSale(report, out);
  WriteSpeed(report, out);
  WriteRefusals(report.sale.tally, out);
  WriteProof(report, out);
  return out.text();
}

std::string BriefText(const Report& report, const Terminal& terminal) {
  Writer out(terminal);
  WriteOutcome(report, out);
  WriteThroughput(report, out);
  WriteProof(report, out);
  return out.text();
}

}  // namespace examples::on_sale
