// SPDX-License-Identifier: MIT

#ifndef SEATFIELD_EXAMPLES_SEATCTL_ADVICE_H_
#define SEATFIELD_EXAMPLES_SEATCTL_ADVICE_H_

#include <string_view>

#include "seatfield/refusal.h"

namespace examples::seatctl {

// What to do about a refusal, for people.
std::string_view AdviceFor(seatfield::Refusal refusal);

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_ADVICE_H_
