// SPDX-License-Identifier: MIT

#include "seatctl/advice.h"

namespace examples::seatctl {

using seatfield::Refusal;

std::string_view AdviceFor(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone:
      return "";
    case Refusal::kInvalidArgument:
      return "the request makes no sense to this store";
    case Refusal::kIdReused:
      return "this --txn stands for another request: take a fresh one";
    case Refusal::kUnsupported:
      return "this storage cannot do it in one transaction";
    case Refusal::kNotFound:
      return "there is no such event, section or booking";
    case Refusal::kPaused:
      return "sales are paused";
    case Refusal::kHoldExpired:
      return "the hold has run out: start over with a new booking";
    case Refusal::kAlreadySold:
      return "the booking owns the seats already";
    case Refusal::kAlreadyReleased:
      return "the booking gave its seats back: start over with a new one";
    case Refusal::kNotOwner:
      return "the seats are another booking's";
    case Refusal::kNotHeld:
      return "the booking does not hold the seats: reserve first";
    case Refusal::kNotSold:
      return "the seats are held, not sold: release instead";
    case Refusal::kSeatBlocked:
      return "the seats are not for sale";
    case Refusal::kSeatSold:
      return "the seats are sold";
    case Refusal::kSeatReserved:
      return "the seats are held by another booking";
    case Refusal::kLimitExceeded:
      return "a limit of the store is reached";
    case Refusal::kNoBestAvailable:
      return "no seats fit: ask for fewer, or in other sections";
    case Refusal::kVersionMismatch:
      return "the section has changed since it was read";
  }
  return "";
}

}  // namespace examples::seatctl
