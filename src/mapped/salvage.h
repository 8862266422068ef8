// SPDX-License-Identifier: MIT
//
// Saves what is whole of a store that is damaged.

#ifndef SEATFIELD_MAPPED_SALVAGE_H_
#define SEATFIELD_MAPPED_SALVAGE_H_

#include <string>

#include "absl/status/statusor.h"
#include "platform/system.h"
#include "seatfield/mapped_storage.h"

namespace seatfield::mapped {

// As MappedStorage::Salvage().
absl::StatusOr<SalvageReport> Salvage(platform::System& system,
                                      const std::string& from,
                                      const std::string& to,
                                      const MappedOptions& options);

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_SALVAGE_H_
