// SPDX-License-Identifier: MIT
//
// verify: each event against itself and, of a store of files, the files against
// the memory.

#include <boost/json.hpp>
#include <string>

#include "seatctl/verbs.h"
#include "seatfield/mapped_storage.h"

namespace examples::seatctl {

using seatfield::MappedStorage;

namespace {

constexpr Verb kVerify = {"verify", kCare,
                          "Checks every event, and the files of a file: store",
                          "  seatctl verify && echo whole\n"
                          "  seatctl verify --json",
                          Access::kRead};

// One check; `object` says what of, `name` does for people.
bool Report(Session& session, const std::string& name,
            const absl::Status& status, const std::string& digest,
            boost::json::object object) {
  const std::string message(status.message());
  object["ok"] = status.ok();
  if (!digest.empty()) object["digest"] = digest;
  if (!status.ok()) object["message"] = message;
  if (session.json()) {
    session.out() << boost::json::serialize(object) << '\n';
  } else if (status.ok()) {
    session.out() << name << ": "
                  << session.terminal().Styled("ok", Style::kGood)
                  << (digest.empty() ? "" : "  digest " + digest) << '\n';
  } else {
    session.Fail(kEnvironment, name + ": " + message);
  }
  return status.ok();
}

bool VerifyEvent(Session& session, seatfield::EventId event) {
  absl::Status status = session.inventory().Verify(event);
  std::string digest;
  if (status.ok()) {
    const auto found = session.inventory().Digest(event);
    status = found.status();
    if (found.ok()) digest = found->ToString();
  }
  return Report(session, "event " + std::to_string(Value(event)), status,
                digest, {{"event_id", Value(event)}});
}

bool VerifyEvents(Session& session) {
  const auto events = session.inventory().ListEvents();
  if (!events.ok()) return session.Fail(events.status()) == kDone;
  bool is_whole = true;
  for (const seatfield::EventId event : *events) {
    is_whole = VerifyEvent(session, event) && is_whole;
  }
  return is_whole;
}

int Verify(Session& session) {
  auto* const mapped =
      dynamic_cast<MappedStorage*>(&session.inventory().storage());
  // The memory of another process is its own to verify; the events are then
  // those that the files lead to.
  const bool is_attached =
      mapped != nullptr &&
      mapped->recovery().kind == seatfield::RecoveryReport::Kind::kAttached;
  bool is_whole = is_attached || VerifyEvents(session);
  if (mapped != nullptr) {
    is_whole =
        Report(session, is_attached ? "files, and events by them" : "files",
               mapped->VerifyFiles(), "", {{"files", true}}) &&
        is_whole;
  }
  return is_whole ? kDone : kEnvironment;
}

}  // namespace

void AddVerify(Program& program) { program.Add(kVerify, Verify); }

}  // namespace examples::seatctl
