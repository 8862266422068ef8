// SPDX-License-Identifier: MIT

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "forms.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace json_internal {

// --- Policies ---------------------------------------------------------------

namespace {

// The enumerator of `count` that name_of() calls by the text at hand.
template <typename Enum>
void ReadName(const Field& at, std::string_view what, std::size_t count,
              std::string_view (*name_of)(Enum), Enum& out) {
  const auto parse = [=](std::string_view text) -> absl::StatusOr<Enum> {
    std::string known;
    for (std::size_t i = 0; i < count; ++i) {
      const auto value = static_cast<Enum>(i);
      if (text == name_of(value)) return value;
      known += internal::Cat(i == 0 ? "" : " or ", "'", name_of(value), "'");
    }
    return internal::InvalidArgument("expected ", known, ", got ",
                                     internal::Quoted(text));
  };
  ReadParsed(at, what, parse, out);
}

}  // namespace

void Read(const Field& at, BestPolicy::Order& out) {
  ReadName(at, "an order", kBestOrderCount, &BestOrderName, out);
}

void Read(const Field& at, OrphanRule& out) {
  ReadName(at, "a rule of orphans", kOrphanRuleCount, &OrphanRuleName, out);
}

void Write(Writer& out, OrphanRule rule) { out.String(OrphanRuleName(rule)); }

void Read(const Field& at, BestPolicy& out) {
  Members members(at);
  members.Optional("order", out.order);
  members.Optional("largest_blocks_fallback", out.largest_blocks_fallback);
  members.Optional("orphans", out.orphans);
  members.Optional("allow_split", out.allow_split);
  members.Optional("allow_singles", out.allow_singles);
  members.Optional("min_run", out.min_run);
  members.Finish();
}

void Write(Writer& out, const BestPolicy& policy) {
  const BestPolicy absent;
  out.BeginObject();
  out.Member("order", BestOrderName(policy.order));
  out.Member("largest_blocks_fallback", policy.largest_blocks_fallback);
  out.MemberUnless(absent.orphans, "orphans", policy.orphans);
  out.MemberUnless(absent.allow_split, "allow_split", policy.allow_split);
  out.MemberUnless(absent.allow_singles, "allow_singles", policy.allow_singles);
  out.MemberUnless(absent.min_run, "min_run", policy.min_run);
  out.EndObject();
}

// --- Plans ------------------------------------------------------------------

void Read(const Field& at, std::int32_t& out) {
  out = static_cast<std::int32_t>(
      ReadSigned(at, std::numeric_limits<std::int32_t>::min(),
                 std::numeric_limits<std::int32_t>::max()));
}

void Read(const Field& at, std::shared_ptr<const SeatingPlan>& out) {
  SectionConfig config;
  SeatingPlanSpec spec;
  Members members(at);
  members.Required("rows", config.rows);
  members.Required("seats_per_row", config.seats_per_row);
  members.Optional("focal_column", spec.focal_column);
  members.Optional("focal_columns", spec.focal_columns);
  members.Optional("row_ranks", spec.row_ranks);
  members.Optional("aisles", spec.aisles);
  members.Optional("scores", spec.scores);
  members.Finish();
  if (!at.ok()) return;
  auto plan = SeatingPlan::Create(config, std::move(spec));
  if (!plan.ok()) return at.Fail(std::string(plan.status().message()));
  out = std::make_shared<const SeatingPlan>(*std::move(plan));
}

void Write(Writer& out, const SeatingPlan& plan) {
  const SeatingPlanSpec absent;
  const SeatingPlanSpec& spec = plan.spec();
  out.BeginObject();
  out.Member("rows", plan.config().rows);
  out.Member("seats_per_row", plan.config().seats_per_row);
  out.MemberUnless(absent.focal_column, "focal_column", spec.focal_column);
  out.MemberUnless(absent.focal_columns, "focal_columns", spec.focal_columns);
  out.MemberUnless(absent.row_ranks, "row_ranks", spec.row_ranks);
  out.MemberUnless(absent.aisles, "aisles", spec.aisles);
  out.MemberUnless(absent.scores, "scores", spec.scores);
  out.EndObject();
}

}  // namespace json_internal
SEATFIELD_ABI_END
}  // namespace seatfield
