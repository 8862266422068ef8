// SPDX-License-Identifier: MIT
//
// Memory that ends, or begins, where a page begins that nobody may touch: a
// loop that reads or writes one byte too many does not survive it, however the
// program is compiled.
//
//   GuardedBytes bytes(125, Guard::kBehind);
//   std::memcpy(bytes.data(), source, 125);

#ifndef SEATFIELD_TESTS_SUPPORT_GUARDED_BYTES_H_
#define SEATFIELD_TESTS_SUPPORT_GUARDED_BYTES_H_

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

namespace seatfield::test {

enum class Guard : std::uint8_t { kBefore, kBehind };

class GuardedBytes {
 public:
  GuardedBytes(std::size_t size, Guard guard) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t inner = (size + page - 1) / page * page;
    mapped_size_ = inner + 2 * page;
    void* const mapped = mmap(nullptr, mapped_size_, PROT_NONE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) std::abort();
    mapped_ = static_cast<std::byte*>(mapped);
    if (inner != 0 &&
        mprotect(mapped_ + page, inner, PROT_READ | PROT_WRITE) != 0) {
      std::abort();
    }
    const std::size_t slack = guard == Guard::kBehind ? inner - size : 0;
    span_ = {mapped_ + page + slack, size};
  }
  ~GuardedBytes() { munmap(mapped_, mapped_size_); }

  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  std::byte* data() const { return span_.data(); }
  std::span<std::byte> span() const { return span_; }

 private:
  std::byte* mapped_ = nullptr;
  std::size_t mapped_size_ = 0;
  std::span<std::byte> span_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_GUARDED_BYTES_H_
