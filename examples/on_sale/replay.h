// SPDX-License-Identifier: MIT
//
// A user's own requests against the venue, one JSON line each; see
// seatfield/json.h for their form. The sections are those of event 1. The clock
// stands at 2026-07-01T10:00:00Z and moves by lines {"wait_seconds":N} alone,
// so that the same file gives the same outcomes.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_REPLAY_H_
#define SEATFIELD_EXAMPLES_ON_SALE_REPLAY_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "house.h"

namespace examples::on_sale {

struct ReplayResult {
  std::uint64_t committed = 0;
  std::uint64_t replayed = 0;
  std::uint64_t refused = 0;
  absl::Status verify;
};

// Prints each outcome as a JSON line. Lines that are empty are passed over.
// Errors: the file's; a line's, after the outcomes of those before it.
absl::StatusOr<ReplayResult> ReplayRequests(House& house,
                                            const std::string& path);

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_REPLAY_H_
