// SPDX-License-Identifier: MIT
//
// bytes: the SeatMap of a section.

#include <memory>

#include "seatctl/parameters.h"
#include "seatctl/raw.h"
#include "seatctl/verbs.h"
#include "seatfield/read_view.h"

namespace examples::seatctl {
namespace {

constexpr Verb kBytes = {
    "bytes", kMoving, "Writes the states of a section, two bits a seat",
    "  seatctl bytes 1 A-1 --hex\n"
    "  seatctl bytes 1 A-1 | redis-cli -x SET seats_bf:1:A-1",
    Access::kRead};

struct BytesArguments {
  seatfield::EventId event{};
  seatfield::SectionName section;
  bool hex = false;
};

int Bytes(Session& session, const BytesArguments& arguments) {
  const auto view =
      session.inventory().ReadSection(arguments.event, arguments.section);
  if (!view.ok()) return session.Fail(view.status());
  const std::string bytes = ToBytes(view->map);
  if (session.json()) {
    session.out() << "{\"seats\":" << view->map.size() << ",\"hex\":\""
                  << ToHex(bytes) << "\"}\n";
  } else if (arguments.hex) {
    session.out() << ToHex(bytes) << '\n';
  } else {
    session.out() << bytes;
  }
  return kDone;
}

}  // namespace

void AddBytes(Program& program) {
  const auto arguments = std::make_shared<BytesArguments>();
  Parameters parameters = program.Add(kBytes, [arguments](Session& session) {
    return Bytes(session, *arguments);
  });
  parameters.Event(arguments->event);
  parameters.Section(arguments->section);
  parameters.Flag("--hex", arguments->hex, "As hexadecimal text");
}

}  // namespace examples::seatctl
