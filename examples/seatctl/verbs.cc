// SPDX-License-Identifier: MIT

#include "seatctl/verbs.h"

namespace examples::seatctl {

void AddVerbs(Program& program) {
  AddReserve(program);
  AddBest(program);
  AddBookingSteps(program);
  AddExchange(program);
  AddBlocking(program);

  AddShow(program);
  AddStats(program);
  AddRow(program);
  AddBooking(program);
  AddHolds(program);
  AddEvents(program);
  AddLog(program);

  AddCreate(program);
  AddExport(program);
  AddImport(program);
  AddBytes(program);

  AddInfo(program);
  AddVerify(program);
  AddExpire(program);
  AddPausing(program);
  AddBackup(program);
  AddSalvage(program);
}

}  // namespace examples::seatctl
