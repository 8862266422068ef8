// SPDX-License-Identifier: MIT
//
// A ledger as a row of bytes: everything that a transaction, a retry or a read
// may depend on, and nothing of where it lies in memory. Two ledgers of
// one seed that answer alike have the same image.
//
//   store     4 section numbers given, 4 event count
//   event     by id: 8 id, 4 paused, 4 section count
//   section     by name: 4 number, 4 rows, 4 seats per row, 4 paused, 8
//               version, 8 time, 4 length of the name, 4 count of reasons, the
//               name; the seats as in SeatMap, two bits each; each of both with
//               zeros to a multiple of four
//   reason      4 seat, 4 reason: of the seats that are blocked with one
//   bookings    4 count; by the first of their seats: 16 id, 8 buyer, 8 hold
//               until, 8 first reserved at, 4 run count
//   run           in the order in which the seats were taken: 4 section (its
//                 place above), 4 first seat, 4 seat count, 8 price, 8 reserved
//                 at
//   closed      4 count; as the tables remember them, oldest first: 16 id, 8
//               buyer, 8 closed at, 8 first reserved at, 4 how
//   ids         4 count; likewise: 16 id, 16 digest of the request, 8 time, 4
//               section count, 4 step count, 4 seat count
//   section       4 length of the name, the name and zeros as above, 8 version
//   step          4 first seat, 4 seat count, 8 hold until, 4 tier and 256 for
//                 an orphan
//   seat          4 section, 4 row, 4 number, 4 from and 16 times to, 8 price
//
// An image is untrusted input: everything is checked against the limits and the
// section's shape, and in the end the whole against itself.
// Complexity: linear.

#ifndef SEATFIELD_MAPPED_IMAGE_H_
#define SEATFIELD_MAPPED_IMAGE_H_

#include <cstddef>
#include <functional>
#include <span>

#include "absl/status/status.h"
#include "mapped/snapshot_file.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/ledger_state.h"

namespace seatfield::mapped {

using ImageSink = std::function<void(std::span<const std::byte>)>;

// Nobody else may use the ledger meanwhile.
// Errors: ResourceExhausted (memory).
absl::Status WriteImage(internal::LedgerState& state, const ImageSink& sink);

// Fills a ledger that is empty, has no recorder, and was made with the seed of
// the snapshot. Errors: DataLoss, ResourceExhausted (a limit, memory); then the
// ledger is good for nothing.
absl::Status LoadImage(SnapshotReader& image, internal::LedgerState& state);

// XXH3-128 of the image.
absl::StatusOr<Digest128> DigestImage(internal::LedgerState& state);

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_IMAGE_H_
