// SPDX-License-Identifier: MIT
//
// Tells a process that it is the child of a fork, and has no business with what
// its parent has open.
//
// Thread safety: forked() from any thread. Cost: one load.
// Source: madvise(2), MADV_WIPEONFORK; elsewhere the process id is compared.

#ifndef SEATFIELD_PLATFORM_FORK_MARK_H_
#define SEATFIELD_PLATFORM_FORK_MARK_H_

#include <cstdint>

namespace seatfield::platform {

class ForkMark {
 public:
  ForkMark();
  ~ForkMark();
  ForkMark(const ForkMark&) = delete;
  ForkMark& operator=(const ForkMark&) = delete;

  // Whether this process was forked after the mark was made.
  bool forked() const {
    return page_ != nullptr ? *page_ == 0 : ProcessChanged();
  }

 private:
  bool ProcessChanged() const;

  // Zero in a child; null where the system cannot do that.
  volatile std::uint8_t* page_ = nullptr;
  std::int64_t process_ = 0;
};

}  // namespace seatfield::platform

#endif  // SEATFIELD_PLATFORM_FORK_MARK_H_
