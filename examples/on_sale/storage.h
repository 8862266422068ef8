// SPDX-License-Identifier: MIT

#ifndef SEATFIELD_EXAMPLES_ON_SALE_STORAGE_H_
#define SEATFIELD_EXAMPLES_ON_SALE_STORAGE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "seatfield/commit_options.h"
#include "seatfield/storage.h"

namespace examples::on_sale {

// A storage by its URI. Errors: InvalidArgument, listing what is known; then
// the storage's.
absl::StatusOr<std::unique_ptr<seatfield::Storage>> OpenStorage(
    const std::string& uri);

// none, interval or group; empty: the storage's own.
seatfield::CommitOptions OptionsOf(const std::string& level);

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_STORAGE_H_
