// SPDX-License-Identifier: MIT
//
// A thread that does the same thing over and over beside what is measured,
// until it is ended.
//
// Errors: End() throws what a step has thrown; that step was the last.

#ifndef SEATFIELD_BENCH_BESIDE_H_
#define SEATFIELD_BENCH_BESIDE_H_

#include <atomic>
#include <exception>
#include <functional>
#include <thread>
#include <utility>

namespace seatfield::bench {

class Beside {
 public:
  explicit Beside(std::function<void()> step)
      : step_(std::move(step)), thread_([this] { Run(); }) {}
  ~Beside() { Join(); }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;

  void End() {
    Join();
    if (error_ != nullptr) std::rethrow_exception(error_);
  }

 private:
  void Run() {
    try {
      while (!ended_) step_();
    } catch (...) {
      error_ = std::current_exception();
    }
  }
  void Join() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
  }

  std::function<void()> step_;
  std::atomic<bool> ended_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_BESIDE_H_
