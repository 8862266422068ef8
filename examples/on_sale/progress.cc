// SPDX-License-Identifier: MIT

#include "progress.h"

#include <algorithm>
#include <cstddef>
#include <iostream>

#include "common/format.h"

namespace examples::on_sale {
namespace {

std::string RateOf(const ProgressState& state) {
  if (state.wall_seconds <= 0) return "-";
  return Rate(static_cast<double>(state.operations) / state.wall_seconds);
}

std::string Words(const ProgressState& state) {
  return PadLeft(Percent(state.sold, state.seats), 7) + "  " +
         PadLeft(Thousands(state.sold), 7) + " sold  " +
         PadLeft(ClockText(state.simulated), 5) + "  " +
         PadLeft(RateOf(state), 6) + " ops/s  " +
         PadLeft(Thousands(state.refused), 9) + " refused";
}

}  // namespace

bool Progress::IsDue() {
  constexpr auto kFrame = std::chrono::milliseconds(40);
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return false;
  next_ = now + kFrame;
  return true;
}

void Progress::Show(const ProgressState& state) {
  if (terminal_ == nullptr) return;
  terminal_->is_terminal() ? ShowBar(state) : ShowLine(state);
}

void Progress::ShowBar(const ProgressState& state) {
  const std::string words = Words(state);
  std::string line = "\r";
  if (words.size() + 12 < terminal_->width()) {
    const std::size_t width =
        std::min<std::size_t>(terminal_->width() - words.size() - 2, 60);
    const std::size_t sold = state.sold * width / state.seats;
    const std::size_t held =
        std::min(static_cast<std::size_t>(state.held * width / state.seats),
                 width - sold);
    line += terminal_->Cells(Fill::kSold, sold) +
            terminal_->Cells(Fill::kHeld, held) +
            terminal_->Cells(Fill::kFree, width - sold - held) + " ";
  }
  line += words.substr(0, terminal_->width() - 1);
  if (state.is_over) line += "\n";
  std::cout << line << std::flush;
}

void Progress::ShowLine(const ProgressState& state) {
  const std::uint64_t tenths = state.sold * 10 / state.seats;
  if (tenths <= tenths_shown_ && !state.is_over) return;
  tenths_shown_ = tenths;
  std::cout << Words(state) << std::endl;
}

}  // namespace examples::on_sale
