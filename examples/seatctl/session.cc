// SPDX-License-Identifier: MIT

#include "seatctl/session.h"

#include <algorithm>
#include <span>
#include <utility>

#include "seatctl/advice.h"
#include "seatfield/commit_options.h"
#include "seatfield/internal/text.h"
#include "seatfield/json.h"
#include "seatfield/refusal.h"

namespace examples::seatctl {

using seatfield::Durability;
using seatfield::MappedStorage;
using seatfield::Outcome;
using seatfield::SeatChange;
using seatfield::SeatRefusal;
using seatfield::StepOutcome;
using seatfield::StorageUri;
using seatfield::TimeToString;
using seatfield::Transaction;
using seatfield::internal::Cat;

namespace {

bool HasOption(const StorageUri& uri, std::string_view name) {
  return std::any_of(uri.options.begin(), uri.options.end(),
                     [&](const auto& option) { return option.name == name; });
}

}  // namespace

absl::StatusOr<std::string> UriFor(const std::string& uri, Access access) {
  const auto parsed = StorageUri::Parse(uri);
  if (!parsed.ok()) return parsed.status();
  if (parsed->scheme != "file" || access == Access::kCreate) return uri;
  const bool reads = access == Access::kRead;
  const std::string_view option = reads ? "read_only" : "create";
  if (HasOption(*parsed, option)) return uri;
  return Cat(uri, parsed->options.empty() ? "?" : "&", option,
             reads ? "=1" : "=0");
}

int Session::Open(Access access) {
  if (store().empty()) {
    return Fail(kUsage,
                "no store: say --store URI or set SEATCTL_STORE, as in "
                "file:/var/lib/box-office");
  }
  const auto uri = UriFor(store(), access);
  if (!uri.ok()) return Fail(kUsage, uri.status());
  if (access == Access::kNone) return kDone;
  auto storage = environment_.storages.Open(*uri);
  if (!storage.ok()) {
    const bool is_text = absl::IsInvalidArgument(storage.status());
    return Fail(is_text ? kUsage : kEnvironment, storage.status());
  }
  inventory_.emplace(*std::move(storage), environment_.clock);
  return kDone;
}

int Session::Close() {
  if (!inventory_) return kDone;
  absl::Status status = inventory_->Close();
  return status.ok() ? kDone : Fail(kEnvironment, status);
}

MappedStorage* Session::MappedFor(std::string_view verb) {
  auto* const mapped = dynamic_cast<MappedStorage*>(&inventory().storage());
  if (mapped == nullptr) Fail(kUsage, Cat(verb, " needs a file: store"));
  return mapped;
}

absl::StatusOr<seatfield::Price> Session::ParsePrice(
    const std::string& text) const {
  return seatfield::Price::Parse(text, options_.places);
}

int Session::Fail(int exit_status, std::string_view message) {
  err() << "seatctl: " << message << '\n';
  return exit_status;
}

int Session::Fail(int exit_status, const absl::Status& status) {
  return Fail(exit_status, std::string_view(std::string(status.message())));
}

int Session::Fail(const absl::Status& status) {
  return Fail(ExitStatusOf(status), status);
}

int Session::Commit(const Transaction& transaction) {
  Outcome outcome;
  return Commit(transaction, inventory().Now(), outcome);
}

int Session::Commit(const Transaction& transaction, seatfield::Time now,
                    Outcome& outcome) {
  absl::Status status =
      inventory().storage().Commit(transaction, now, {}, outcome);
  if (!status.ok()) return Fail(kEnvironment, status);
  if (json()) {
    out() << ToJson(outcome) << '\n';
  } else if (outcome.committed()) {
    PrintCommitted(outcome);
  } else {
    PrintRefused(transaction, outcome);
  }
  return outcome.committed() ? kDone : kRefused;
}

void Session::PrintCommitted(const Outcome& outcome) {
  for (const SeatChange& change : outcome.seats) {
    out() << outcome.sections[change.section].name.view() << ' '
          << change.seat.ToString() << "  " << SeatStateName(change.from)
          << " -> " << SeatStateName(change.to);
    if (change.to == seatfield::SeatState::kReserved ||
        change.to == seatfield::SeatState::kSold) {
      out() << "  " << PriceText(change.price);
    }
    out() << '\n';
  }
  const StepOutcome& last = outcome.steps.back();
  if (last.hold_until != seatfield::kNever) {
    out() << "held until " << TimeToString(last.hold_until) << '\n';
  }
  std::string text =
      outcome.seats.empty() && last.hold_until == seatfield::kNever
          ? "nothing to do"
          : "done";
  if (outcome.replayed) text = "done before, by the same --txn";
  if (outcome.sequence != 0) {
    text += Cat("; change ", outcome.sequence, ", durability ",
                DurabilityName(outcome.durability));
  }
  out() << terminal().Styled(text, Style::kDim) << '\n';
}

void Session::PrintRefused(const Transaction& transaction,
                           const Outcome& outcome) {
  std::string text = Cat("refused ", RefusalName(outcome.refusal));
  if (outcome.detail != seatfield::RefusalDetail::kNone) {
    text += Cat(" (", RefusalDetailName(outcome.detail), ")");
  }
  if (transaction.steps().size() > 1) {
    text += Cat(" at step ", outcome.refused_step + 1, ", ",
                StepKindName(transaction.steps()[outcome.refused_step].kind));
  }
  Fail(kRefused, Cat(text, ": ", AdviceFor(outcome.refusal)));
  for (const SeatRefusal& refused : outcome.refused_seats) {
    err() << "  " << refused.section.view() << ' ' << refused.seat.ToString()
          << "  " << RefusalName(refused.code) << '\n';
  }
}

}  // namespace examples::seatctl
