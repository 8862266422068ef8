// SPDX-License-Identifier: MIT
//
// block, unblock: what is not for sale.

#include <cstdint>
#include <memory>
#include <vector>

#include "seatctl/parameters.h"
#include "seatctl/verbs.h"
#include "seatfield/transaction.h"

namespace examples::seatctl {
namespace {

constexpr Verb kBlock = {"block", kSelling, "Takes available seats off sale",
                         "  seatctl block 1 A-1 1-1..1-20 --reason 3",
                         Access::kWrite};
constexpr Verb kUnblock = {"unblock", kSelling, "Puts blocked seats on sale",
                           "  seatctl unblock 1 A-1 1-1..1-20", Access::kWrite};

struct BlockingArguments {
  seatfield::EventId event{};
  seatfield::SectionName section;
  std::vector<seatfield::Seat> seats;
  std::uint32_t reason = 0;
};

int Block(Session& session, const BlockingArguments& arguments) {
  seatfield::Transaction transaction(arguments.event);
  transaction.Block({.section = arguments.section,
                     .seats = arguments.seats,
                     .reason = arguments.reason});
  return session.Commit(transaction);
}

int Unblock(Session& session, const BlockingArguments& arguments) {
  seatfield::Transaction transaction(arguments.event);
  transaction.Unblock(arguments.section, arguments.seats);
  return session.Commit(transaction);
}

Parameters AddVerb(Program& program, const Verb& verb,
                   int (*run)(Session&, const BlockingArguments&),
                   const std::shared_ptr<BlockingArguments>& arguments) {
  Parameters parameters = program.Add(verb, [arguments, run](Session& session) {
    return run(session, *arguments);
  });
  parameters.Event(arguments->event);
  parameters.Section(arguments->section);
  parameters.Seats(arguments->seats);
  return parameters;
}

}  // namespace

void AddBlocking(Program& program) {
  const auto arguments = std::make_shared<BlockingArguments>();
  AddVerb(program, kBlock, Block, arguments).Reason(arguments->reason);
  AddVerb(program, kUnblock, Unblock, std::make_shared<BlockingArguments>());
}

}  // namespace examples::seatctl
