// SPDX-License-Identifier: MIT
//
// What the user sees while the sale runs: a line that redraws itself on a
// terminal, else a line with each tenth that is sold.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_PROGRESS_H_
#define SEATFIELD_EXAMPLES_ON_SALE_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "common/terminal.h"
#include "seatfield/time.h"

namespace examples::on_sale {

struct ProgressState {
  std::uint64_t seats = 0;
  std::uint64_t sold = 0;
  std::uint64_t held = 0;
  std::uint64_t operations = 0;
  std::uint64_t refused = 0;
  seatfield::Duration simulated{};
  double wall_seconds = 0;
  bool is_over = false;
};

class Progress {
 public:
  // On that terminal, or nowhere.
  explicit Progress(const Terminal* terminal) : terminal_(terminal) {}

  // Cheap. Whether enough time has gone by to show something new.
  bool IsDue();
  void Show(const ProgressState& state);

 private:
  void ShowBar(const ProgressState& state);
  void ShowLine(const ProgressState& state);

  const Terminal* terminal_;
  std::chrono::steady_clock::time_point next_{};
  std::uint64_t tenths_shown_ = 0;
};

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_PROGRESS_H_
