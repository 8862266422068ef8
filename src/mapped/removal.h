// SPDX-License-Identifier: MIT
//
// The removal of files that are needed no more.
//
// Errors: those of the directory, with the file; what was removed before stays
//   removed. What cannot be given back in steps goes at once.
// Thread safety: as platform::Directory.
// Cost: one sync of the directory, and a system call a megabyte.

#ifndef SEATFIELD_MAPPED_REMOVAL_H_
#define SEATFIELD_MAPPED_REMOVAL_H_

#include <span>
#include <string>

#include "absl/status/status.h"
#include "platform/file.h"

namespace seatfield::mapped {

// Gives back the blocks of a file without a name, a megabyte at a time, unless
// somebody else still has it: a disk that is told of many at once, as by a
// mount with `discard`, lets the journal wait meanwhile.
void GiveBack(platform::File& file);

// Removes files for good: when this returns, no name comes back with a crash.
// Their blocks are given back as GiveBack() does.
absl::Status RemoveFiles(platform::Directory& directory,
                         std::span<const std::string> names);

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_REMOVAL_H_
