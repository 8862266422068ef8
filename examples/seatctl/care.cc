// SPDX-License-Identifier: MIT
//
// pause, resume, expire.

#include <cstdint>
#include <memory>

#include "common/format.h"
#include "seatctl/parameters.h"
#include "seatctl/verbs.h"

namespace examples::seatctl {
namespace {

constexpr Verb kPause = {"pause", kCare,
                         "Refuses new reservations in an event or a section",
                         "  seatctl pause 1\n"
                         "  seatctl pause 1 A-1",
                         Access::kWrite};
constexpr Verb kResume = {"resume", kCare, "Ends a pause",
                          "  seatctl resume 1\n"
                          "  seatctl resume 1 A-1",
                          Access::kWrite};
constexpr Verb kExpire = {"expire", kCare,
                          "Gives back the seats of holds that have run out",
                          "  seatctl expire", Access::kWrite};

struct CareArguments {
  seatfield::EventId event{};
  seatfield::SectionName section;
};

int SetPaused(Session& session, const CareArguments& arguments, bool paused) {
  const absl::Status status = session.inventory().storage().SetPaused(
      {arguments.event, arguments.section.view()}, paused);
  if (!status.ok()) return session.Fail(status);
  if (session.json()) {
    session.out() << "{\"paused\":" << (paused ? "true" : "false") << "}\n";
  } else {
    session.out() << (paused ? "paused\n" : "resumed\n");
  }
  return kDone;
}

void AddPauseVerb(Program& program, const Verb& verb, bool paused) {
  const auto arguments = std::make_shared<CareArguments>();
  Parameters parameters =
      program.Add(verb, [arguments, paused](Session& session) {
        return SetPaused(session, *arguments, paused);
      });
  parameters.Event(arguments->event);
  parameters.Section(arguments->section, Need::kOptional);
}

int Expire(Session& session) {
  const auto expired = session.inventory().ExpireDue();
  if (!expired.ok()) return session.Fail(expired.status());
  if (session.json()) {
    session.out() << "{\"expired_holds\":" << *expired << "}\n";
  } else {
    session.out() << Counted(*expired, "hold") << " expired\n";
  }
  return kDone;
}

}  // namespace

void AddPausing(Program& program) {
  AddPauseVerb(program, kPause, true);
  AddPauseVerb(program, kResume, false);
}

void AddExpire(Program& program) { program.Add(kExpire, Expire); }

}  // namespace examples::seatctl
