// SPDX-License-Identifier: MIT
//
// What seatfield/internal/no_memory.h has, for the mapped storage.

#ifndef SEATFIELD_MAPPED_NO_MEMORY_H_
#define SEATFIELD_MAPPED_NO_MEMORY_H_

#include "seatfield/internal/no_memory.h"

namespace seatfield::mapped {

using internal::NoMemory;
using internal::OrNoMemory;
using internal::StatusOf;

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_NO_MEMORY_H_
