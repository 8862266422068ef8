// SPDX-License-Identifier: MIT

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "seatctl/parameters.h"
#include "seatctl/request.h"
#include "seatctl/verbs.h"
#include "seatfield/best_available.h"
#include "seatfield/limits.h"
#include "seatfield/transaction.h"

namespace examples::seatctl {

using seatfield::BestPolicy;
using seatfield::kOfferCountMax;
using seatfield::Offer;
using seatfield::Outcome;
using seatfield::SectionName;
using seatfield::TimeToString;

namespace {

constexpr Verb kBest = {
    "best", kSelling, "Holds the best seats that can be had together",
    "  seatctl best 1 4 --buyer 7 --price 45.00 \\\n"
    "    --booking 01234567-89ab-cdef-0123-456789abcdef\n"
    "  seatctl best 1 2 --section A-1 --section A-2 --policy first --buyer 7 "
    "\\\n    --booking 01234567-89ab-cdef-0123-456789abcdef",
    Access::kWrite};

struct BestArguments {
  Request request;
  std::uint32_t count = 0;
  std::vector<SectionName> sections;
  std::string policy = "best";
};

BestPolicy PolicyOf(const BestArguments& arguments) {
  return {.order = arguments.policy == "best" ? BestPolicy::Order::kBest
                                              : BestPolicy::Order::kFirstFit};
}

// Those with most room, in the order of their names.
absl::StatusOr<std::vector<SectionName>> SectionsWithRoom(
    Session& session, const Request& request) {
  auto stats = session.inventory().ReadStats(request.event);
  if (!stats.ok()) return stats.status();
  if (stats->size() > kOfferCountMax) {
    if (!request.id.is_nil()) {
      return absl::InvalidArgumentError(
          "--txn needs --section in an event of so many sections: a request "
          "that is sent again must be the same");
    }
    std::stable_sort(stats->begin(), stats->end(),
                     [](const auto& a, const auto& b) {
                       return a.counts.available > b.counts.available;
                     });
    stats->resize(kOfferCountMax);
  }
  std::vector<SectionName> names;
  for (const auto& section : *stats) names.push_back(section.key.name);
  std::sort(names.begin(), names.end());
  return names;
}

// For people, after a refusal.
void Explain(Session& session, const BestArguments& arguments,
             const std::vector<Offer>& offers) {
  const auto why = session.inventory().ExplainBest(
      arguments.request.event, offers, arguments.count, PolicyOf(arguments));
  if (!why.ok()) return;
  for (const auto& offer : why->offers) {
    session.err() << "  " << offer.section.view() << ": " << offer.available
                  << " available, " << offer.longest_run << " side by side";
    if (offer.paused) session.err() << ", paused";
    if (offer.fits_at) {
      session.err() << ", fits at " << TimeToString(*offer.fits_at)
                    << " if holds run out";
    }
    session.err() << '\n';
  }
}

int Best(Session& session, const BestArguments& arguments) {
  const Request& request = arguments.request;
  const auto price = request.ReadPrice(session);
  if (!price) return kUsage;
  absl::StatusOr<std::vector<SectionName>> sections = arguments.sections;
  if (sections->empty()) sections = SectionsWithRoom(session, request);
  if (!sections.ok()) return session.Fail(sections.status());
  std::vector<Offer> offers;
  for (const SectionName& name : *sections) offers.push_back({name, *price});
  seatfield::Transaction transaction(request.event);
  transaction.SetId(request.id)
      .ReserveBest({.booking = request.booking,
                    .buyer = request.buyer,
                    .offers = offers,
                    .count = arguments.count,
                    .policy = PolicyOf(arguments),
                    .hold_for = request.hold});
  Outcome outcome;
  const int exit_status =
      session.Commit(transaction, session.inventory().Now(), outcome);
  if (outcome.refusal == seatfield::Refusal::kNoBestAvailable &&
      !session.json()) {
    Explain(session, arguments, offers);
  }
  return exit_status;
}

}  // namespace

void AddBest(Program& program) {
  const auto arguments = std::make_shared<BestArguments>();
  Parameters parameters = program.Add(kBest, [arguments](Session& session) {
    return Best(session, *arguments);
  });
  parameters.Event(arguments->request.event);
  parameters.Count(arguments->count);
  parameters.SectionOptions(
      arguments->sections,
      "Where from, in order of preference; else the 16 with most room");
  parameters.Choice("--policy", arguments->policy, {"first", "best"},
                    "How they are chosen: first fit, or best (best)");
  AddRequestOptions(parameters, arguments->request);
}

}  // namespace examples::seatctl
