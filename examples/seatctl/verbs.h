// SPDX-License-Identifier: MIT
//
// The verbs, one file each or a few that are alike.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_VERBS_H_
#define SEATFIELD_EXAMPLES_SEATCTL_VERBS_H_

#include "seatctl/program.h"

namespace examples::seatctl {

inline constexpr const char* kSelling = "Selling";
inline constexpr const char* kLooking = "Looking";
inline constexpr const char* kMoving = "Setting up and moving";
inline constexpr const char* kCare = "Care";

void AddReserve(Program& program);
void AddBest(Program& program);
void AddBookingSteps(Program& program);  // finalize, release, refund, extend
void AddExchange(Program& program);
void AddBlocking(Program& program);  // block, unblock

void AddEvents(Program& program);
void AddStats(Program& program);
void AddShow(Program& program);
void AddRow(Program& program);
void AddBooking(Program& program);
void AddHolds(Program& program);
void AddBytes(Program& program);
void AddLog(Program& program);

void AddCreate(Program& program);
void AddExport(Program& program);
void AddImport(Program& program);

void AddPausing(Program& program);  // pause, resume
void AddExpire(Program& program);
void AddVerify(Program& program);
void AddInfo(Program& program);
void AddBackup(Program& program);
void AddSalvage(Program& program);

// All of them, in the order in which the overview shows them.
void AddVerbs(Program& program);

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_VERBS_H_
