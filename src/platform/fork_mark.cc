// SPDX-License-Identifier: MIT

#include "platform/fork_mark.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace seatfield::platform {
namespace {

constexpr std::size_t kBytes = 1;  // the system makes it a page

}  // namespace

ForkMark::ForkMark() : process_(::getpid()) {
#ifdef MADV_WIPEONFORK
  void* const page = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return;
  if (::madvise(page, kBytes, MADV_WIPEONFORK) != 0) {
    ::munmap(page, kBytes);
    return;
  }
  page_ = static_cast<std::uint8_t*>(page);
  *page_ = 1;
#endif
}

ForkMark::~ForkMark() {
  if (page_ == nullptr) return;
  ::munmap(const_cast<std::uint8_t*>(page_), kBytes);
}

bool ForkMark::ProcessChanged() const { return ::getpid() != process_; }

}  // namespace seatfield::platform
