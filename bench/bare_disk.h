// SPDX-License-Identifier: MIT
//
// What a durable commit cannot undercut: a page written to a file that has been
// filled with zeros before, and fdatasync. Nothing of the file but the page
// changes, so that the system has nothing else to write.
//
// Errors: std::runtime_error.

#ifndef SEATFIELD_BENCH_BARE_DISK_H_
#define SEATFIELD_BENCH_BARE_DISK_H_

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace seatfield::bench {

class BareDisk {
 public:
  static constexpr std::size_t kPageBytes = 4096;

  BareDisk(const std::string& file, std::size_t pages)
      : file_(open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)),
        pages_(pages) {
    const std::array<char, kPageBytes> zeros{};
    for (std::size_t i = 0; i < pages; ++i) Write(i, zeros);
    if (fsync(file_) != 0) Fail();
  }
  ~BareDisk() { close(file_); }
  BareDisk(const BareDisk&) = delete;
  BareDisk& operator=(const BareDisk&) = delete;

  // The microseconds that each page took.
  std::vector<double> WriteAll() {
    using std::chrono::steady_clock;
    std::array<char, kPageBytes> page;
    page.fill('x');
    std::vector<double> times;
    for (std::size_t i = 0; i < pages_; ++i) {
      const steady_clock::time_point start = steady_clock::now();
      Write(i, page);
      if (fdatasync(file_) != 0) Fail();
      times.push_back(
          std::chrono::duration<double, std::micro>(steady_clock::now() - start)
              .count());
    }
    return times;
  }

 private:
  [[noreturn]] static void Fail() {
    throw std::runtime_error("the disk refuses a page");
  }
  void Write(std::size_t at, const std::array<char, kPageBytes>& page) {
    if (pwrite(file_, page.data(), page.size(),
               static_cast<off_t>(at * kPageBytes)) !=
        static_cast<ssize_t>(page.size())) {
      Fail();
    }
  }

  int file_;
  std::size_t pages_;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_BARE_DISK_H_
