// SPDX-License-Identifier: MIT
//
// create: the sections of an event, of a venue file.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/format.h"
#include "seatctl/input.h"
#include "seatctl/parameters.h"
#include "seatctl/verbs.h"
#include "seatfield/internal/text.h"
#include "seatfield/json.h"

namespace examples::seatctl {

using seatfield::internal::Cat;

namespace {

constexpr Verb kCreate = {
    "create", kMoving, "Makes the sections of an event from a venue file",
    "  seatctl create 1 --venue stadium.json\n"
    "  echo '{\"rows\":25,\"cols\":20,\"sections\":[{\"name\":\"A\","
    "\"price\":3000,\n"
    "    \"subsections\":10}]}' | seatctl create 1 --venue -\n\n"
    "Sections that are there just so are left as they are.",
    Access::kCreate};

struct CreateArguments {
  seatfield::EventId event{};
  std::string venue;
};

int Create(Session& session, const CreateArguments& arguments) {
  Input input(arguments.venue, session.in());
  if (!input.status().ok()) return session.Fail(kEnvironment, input.status());
  const auto venue = seatfield::ParseVenue(
      input.ReadAll(), session.inventory().storage().info().limits);
  if (!venue.ok()) {
    return session.Fail(kEnvironment,
                        Cat("venue ", arguments.venue, ": ",
                            std::string(venue.status().message())));
  }
  std::vector<seatfield::SectionSpec> specs;
  for (const seatfield::VenueSection& section : venue->sections) {
    specs.push_back({section.name, section.config});
  }
  const absl::Status status =
      session.inventory().CreateSections(arguments.event, specs);
  if (!status.ok()) return session.Fail(status);
  if (session.json()) {
    session.out() << "{\"event_id\":" << Value(arguments.event)
                  << ",\"sections\":" << specs.size()
                  << ",\"seats\":" << venue->seat_count << "}\n";
  } else {
    session.out() << "event " << Value(arguments.event) << ": "
                  << Counted(specs.size(), "section") << ", "
                  << Counted(venue->seat_count, "seat") << '\n';
  }
  return kDone;
}

}  // namespace

void AddCreate(Program& program) {
  const auto arguments = std::make_shared<CreateArguments>();
  Parameters parameters = program.Add(kCreate, [arguments](Session& session) {
    return Create(session, *arguments);
  });
  parameters.Event(arguments->event);
  parameters.File("--venue", arguments->venue,
                  "Sections, rows and prices as JSON; - is standard input",
                  Need::kRequired);
}

}  // namespace examples::seatctl
