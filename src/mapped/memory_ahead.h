// SPDX-License-Identifier: MIT
//
// A thread that takes and touches the memory of a space shortly before it is
// used: whoever commits holds locks, and would else wait for the file to grow
// and for each page of it.
//
// Errors: none. What it cannot have, it leaves to those who need it.
// Cost: memory of at most a megabyte more than is used, and the slab that it
//   lies in.

#ifndef SEATFIELD_MAPPED_MEMORY_AHEAD_H_
#define SEATFIELD_MAPPED_MEMORY_AHEAD_H_

#include <atomic>
#include <cstdint>
#include <thread>

#include "mapped/file_slabs.h"
#include "platform/system.h"

namespace seatfield::mapped {

class MemoryAhead {
 public:
  static constexpr std::uint64_t kBytes = std::uint64_t{1} << 20;

  // Both must outlive it. Errors: std::system_error.
  MemoryAhead(platform::System& system, FileSlabs& slabs)
      : system_(system), slabs_(slabs), thread_([this] { Run(); }) {}
  ~MemoryAhead();
  MemoryAhead(const MemoryAhead&) = delete;
  MemoryAhead& operator=(const MemoryAhead&) = delete;

 private:
  void Run();
  std::uint64_t TouchSome(std::uint64_t from, std::uint64_t until);

  platform::System& system_;
  FileSlabs& slabs_;
  std::atomic<bool> stops_ = false;
  std::thread thread_;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_MEMORY_AHEAD_H_
