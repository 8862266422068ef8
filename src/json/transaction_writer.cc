// SPDX-License-Identifier: MIT

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "forms.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {
namespace {

using Step = Transaction::Step;

// A handle has no text that could be read back: "#place.generation".
std::string TextOf(SectionRef section) {
  if (!section.handle()) return std::string(section.name());
  return internal::Cat("#", section.handle()->place, ".",
                       section.handle()->generation);
}

class StepWriter {
 public:
  StepWriter(Writer& out, const Transaction& transaction, const Step& step)
      : out_(out), transaction_(transaction), step_(step) {}

  void WriteStep() {
    out_.BeginObject();
    out_.Key(StepKindName(step_.kind));
    out_.BeginObject();
    WriteParts();
    out_.EndObject();
    out_.EndObject();
  }

 private:
  void WriteParts() {
    switch (step_.kind) {
      case StepKind::kReserve:
        return WriteReserve();
      case StepKind::kReserveBest:
        return WriteReserveBest();
      case StepKind::kFinalize:
      case StepKind::kRelease:
      case StepKind::kRefund:
        out_.Member("booking", step_.booking);
        return WriteSeats();
      case StepKind::kExtend:
        out_.Member("booking", step_.booking);
        return out_.Member("hold_for", step_.hold_for);
      case StepKind::kTransfer:
        out_.Member("booking", step_.booking);
        out_.Member("to_booking", step_.to_booking);
        out_.Member("to_buyer", step_.to_buyer);
        return WriteSeats();
      case StepKind::kBlock:
        WriteSeats();
        return out_.Member("reason", step_.reason);
      case StepKind::kUnblock:
        return WriteSeats();
      case StepKind::kLoad:
        WriteSection();
        return out_.Member("records", transaction_.records(step_));
    }
  }

  void WriteReserve() {
    out_.Member("booking", step_.booking);
    out_.Member("buyer", step_.buyer);
    WriteSeats();
    out_.Member("hold_for", step_.hold_for);
    const auto prices = transaction_.prices(step_);
    if (prices.size() == 1) {
      out_.Member("price", prices[0]);
    } else {
      out_.Member("prices", prices);
    }
    if (step_.policy.orphans == OrphanRule::kAllow) return;
    out_.Member("orphans", step_.policy.orphans);
    out_.MemberUnless(kMinRunDefault, "min_run", step_.policy.min_run);
    WritePlan(0);
  }

  void WriteReserveBest() {
    out_.Member("booking", step_.booking);
    out_.Member("buyer", step_.buyer);
    out_.Key("offers");
    out_.BeginArray();
    for (std::uint32_t i = 0; i < step_.sections.size; ++i) WriteOffer(i);
    out_.EndArray();
    out_.Member("count", step_.count);
    out_.Member("policy", step_.policy);
    out_.Member("hold_for", step_.hold_for);
  }

  void WriteOffer(std::uint32_t offer) {
    out_.Element();
    out_.BeginObject();
    out_.Member("section", SectionAt(offer));
    out_.Member("price", transaction_.prices(step_)[offer]);
    if (const SeatMask* const filter = transaction_.filter(step_, offer)) {
      out_.Member("filter", *filter);
    }
    WritePlan(offer);
    out_.EndObject();
  }

  void WritePlan(std::uint32_t offer) {
    const SeatingPlan* const plan = transaction_.plan(step_, offer);
    if (plan != nullptr) out_.Member("plan", *plan);
  }

  void WriteSeats() {
    if (step_.all_seats) return;
    WriteSection();
    out_.Member("seats", transaction_.seats(step_));
  }

  void WriteSection() { out_.Member("section", SectionAt(0)); }

  std::string SectionAt(std::uint32_t at) const {
    return TextOf(transaction_.section(step_.sections.first + at));
  }

  Writer& out_;
  const Transaction& transaction_;
  const Step& step_;
};

void WritePreconditions(Writer& out, const Transaction& transaction) {
  if (transaction.preconditions().empty()) return;
  out.Key("if_version");
  out.BeginObject();
  for (const auto& precondition : transaction.preconditions()) {
    out.Member(TextOf(transaction.section(precondition.section)),
               precondition.version);
  }
  out.EndObject();
}

}  // namespace

void Write(Writer& out, const Transaction& transaction) {
  out.BeginObject();
  out.Member("event", transaction.event());
  out.MemberUnless(TransactionId(), "id", transaction.id());
  out.Key("steps");
  out.BeginArray();
  for (const Step& step : transaction.steps()) {
    out.Element();
    StepWriter(out, transaction, step).WriteStep();
  }
  out.EndArray();
  WritePreconditions(out, transaction);
  out.EndObject();
}

}  // namespace json_internal

std::string ToJson(const Transaction& transaction) {
  return json_internal::ToText(transaction);
}

SEATFIELD_ABI_END
}  // namespace seatfield
