// SPDX-License-Identifier: MIT
//
// What the program is given by the system, or by a test.

#ifndef SEATFIELD_EXAMPLES_SEATCTL_ENVIRONMENT_H_
#define SEATFIELD_EXAMPLES_SEATCTL_ENVIRONMENT_H_

#include <istream>
#include <memory>
#include <ostream>
#include <string>

#include "common/terminal.h"
#include "seatfield/clock.h"
#include "seatfield/storage_registry.h"

namespace examples::seatctl {

struct Environment {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  Terminal terminal;  // that `out` is
  std::string store;  // where --store is not given; may be empty
  seatfield::StorageRegistry storages;
  std::shared_ptr<const seatfield::Clock> clock;
};

}  // namespace examples::seatctl

#endif  // SEATFIELD_EXAMPLES_SEATCTL_ENVIRONMENT_H_
