// SPDX-License-Identifier: MIT

#include "seatfield/outcome.h"

#include <cstddef>
#include <string>
#include <string_view>

#include "forms.h"
#include "seatfield/json.h"
#include "writer.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {
namespace {

void WriteChange(Writer& out, const Outcome& outcome,
                 const SeatChange& change) {
  out.BeginObject();
  out.Member("section", outcome.sections[change.section].name);
  out.Member("seat", change.seat);
  out.Member("from", change.from);
  out.Member("to", change.to);
  out.Member("price", change.price);
  out.EndObject();
}

void WriteStep(Writer& out, const Outcome& outcome, std::size_t step) {
  out.BeginObject();
  const StepOutcome& answer = outcome.steps[step];
  out.MemberUnless(kNever, "hold_until", answer.hold_until);
  out.MemberUnless(std::string_view(), "tier", SeatingTierName(answer.tier));
  out.MemberUnless(false, "leaves_orphan", answer.leaves_orphan);
  out.Key("seats");
  out.BeginArray();
  for (const SeatChange& change : outcome.seats_of(step)) {
    out.Element();
    WriteChange(out, outcome, change);
  }
  out.EndArray();
  out.EndObject();
}

void WriteSteps(Writer& out, const Outcome& outcome) {
  out.Key("steps");
  out.BeginArray();
  for (std::size_t step = 0; step < outcome.steps.size(); ++step) {
    out.Element();
    WriteStep(out, outcome, step);
  }
  out.EndArray();
}

void WriteRefusal(Writer& out, const Outcome& outcome) {
  out.Member("refusal", RefusalName(outcome.refusal));
  if (outcome.detail != RefusalDetail::kNone) {
    out.Member("detail", RefusalDetailName(outcome.detail));
  }
  out.Member("refused_step", outcome.refused_step);
  out.Member("refused_seats", outcome.refused_seats);
}

}  // namespace

void Write(Writer& out, const SectionOutcome& section) {
  out.BeginObject();
  out.Member("section", section.name);
  out.Member("version", section.version);
  out.EndObject();
}

void Write(Writer& out, const SeatRefusal& refused) {
  out.BeginObject();
  out.Member("section", refused.section);
  out.Member("seat", refused.seat);
  out.Member("refusal", RefusalName(refused.code));
  out.EndObject();
}

void Write(Writer& out, const Outcome& outcome) {
  out.BeginObject();
  out.Member("committed", outcome.committed());
  if (outcome.committed()) {
    out.Member("replayed", outcome.replayed);
    out.Member("durability", DurabilityName(outcome.durability));
    out.Member("sequence", outcome.sequence);
    WriteSteps(out, outcome);
  } else {
    WriteRefusal(out, outcome);
  }
  out.Member("time", outcome.time);
  out.Member("sections", outcome.sections);
  out.EndObject();
}

}  // namespace json_internal

std::string ToJson(const Outcome& outcome) {
  return json_internal::ToText(outcome);
}

SEATFIELD_ABI_END
}  // namespace seatfield
