// SPDX-License-Identifier: MIT
//
// Waiting for what happens elsewhere, in a server or another thread.

#ifndef SEATFIELD_TESTS_SUPPORT_EVENTUALLY_H_
#define SEATFIELD_TESTS_SUPPORT_EVENTUALLY_H_

#include <chrono>
#include <functional>
#include <thread>

namespace seatfield::test {

// Until `holds`, for at most ten seconds.
inline bool Eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 1000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return holds();
}

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_EVENTUALLY_H_
