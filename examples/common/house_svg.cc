// SPDX-License-Identifier: MIT
//
// Each section is a panel; each run of equal seats in a row is one dash-stroked
// line, a dash a seat, so that 65,000 seats stay a small file.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/format.h"
#include "common/picture.h"
#include "seatfield/seat_state.h"

namespace examples {
namespace {

constexpr std::size_t kSeat = 4;  // side of a seat, in pixels
constexpr std::size_t kGap = 16;  // between panels
constexpr std::size_t kLabel = 14;
constexpr std::size_t kHeader = 64;
constexpr Fill kFills[] = {Fill::kFree, Fill::kHeld, Fill::kSold,
                           Fill::kSoldNext, Fill::kBlocked};

std::string Number(std::size_t number) { return std::to_string(number); }

std::string Text(std::size_t x, std::size_t y, const char* style,
                 const std::string& text) {
  return "<text x=\"" + Number(x) + "\" y=\"" + Number(y) + "\" class=\"" +
         style + "\">" + text + "</text>\n";
}

// The lines of one fill in a panel whose corner is the origin, or nothing.
std::string LinesOf(Fill fill, const std::vector<Fill>& fills,
                    std::size_t seats_per_row) {
  std::string path;
  for (std::size_t at = 0; at < fills.size(); ++at) {
    if (fills[at] != fill) continue;
    const std::size_t row = at / seats_per_row;
    const std::size_t first = at;
    while (at + 1 < (row + 1) * seats_per_row && fills[at + 1] == fill) ++at;
    path += "M" + Number((first - row * seats_per_row) * kSeat) + " " +
            Number(row * kSeat + kSeat / 2) + "h" +
            Number((at - first + 1) * kSeat);
  }
  if (path.empty()) return path;
  return "<path stroke=\"" + std::string(HexColorOf(fill)) + "\" d=\"" + path +
         "\"/>\n";
}

class Page {
 public:
  explicit Page(std::span<const Panel> panels) : panels_(panels) {
    for (const Panel& panel : panels) {
      const auto& config = panel.config;
      panel_width_ =
          std::max<std::size_t>(panel_width_, config.seats_per_row * kSeat);
      panel_height_ =
          std::max<std::size_t>(panel_height_, config.rows * kSeat + kLabel);
      counts_ += panel.counts;
    }
    panel_width_ += kGap;
    panel_height_ += kGap;
    columns_ = ColumnCount();
  }

  std::string Write() const {
    const std::size_t lines = (panels_.size() + columns_ - 1) / columns_;
    const std::string width =
        Number(std::max<std::size_t>(columns_ * panel_width_ + kGap, 720));
    const std::string height = Number(kHeader + lines * panel_height_ + kGap);
    std::string out =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width +
        "\" height=\"" + height + "\" viewBox=\"0 0 " + width + " " + height +
        "\">\n<style>text{font-family:sans-serif;fill:#e8eaed}.t{font-size:"
        "20px}.s{font-size:11px}path{fill:none;stroke-width:3;"
        "stroke-dasharray:3 1}</style>\n<rect width=\"100%\" height=\"100%\" "
        "fill=\"#202428\"/>\n";
    out += Header();
    for (std::size_t i = 0; i < panels_.size(); ++i) out += Draw(i);
    return out + "</svg>\n";
  }

 private:
  // So many that the page is about as wide as high.
  std::size_t ColumnCount() const {
    const double ratio = static_cast<double>(panels_.size() * panel_height_) /
                         static_cast<double>(panel_width_);
    return std::clamp<std::size_t>(
        static_cast<std::size_t>(std::lround(std::sqrt(ratio * 1.4))), 1,
        panels_.size());
  }

  std::string Header() const {
    std::string out = Text(kGap, 28, "t",
                           Thousands(counts_.sold) + " of " +
                               Thousands(counts_.total()) + " seats sold");
    constexpr const char* kNames[] = {"available", "held", "sold",
                                      "sold, next booking", "blocked"};
    std::size_t x = kGap;
    for (std::size_t i = 0; i < std::size(kFills); ++i) {
      out += "<rect x=\"" + Number(x) +
             "\" y=\"40\" width=\"10\" height=\"10\" fill=\"" +
             std::string(HexColorOf(kFills[i])) + "\"/>\n";
      out += Text(x + 15, 49, "s", kNames[i]);
      x += 130;
    }
    return out;
  }

  std::string Draw(std::size_t at) const {
    const Panel& panel = panels_[at];
    const std::size_t x = kGap + at % columns_ * panel_width_;
    const std::size_t y = kHeader + at / columns_ * panel_height_;
    std::string out =
        "<g transform=\"translate(" + Number(x) + "," + Number(y) + ")\">\n" +
        Text(0, kLabel - 4, "s",
             panel.name.ToString() + ": " + Thousands(panel.counts.sold) +
                 " of " + Thousands(panel.counts.total())) +
        "<g transform=\"translate(0," + Number(kLabel) + ")\">\n";
    for (const Fill fill : kFills) {
      out += LinesOf(fill, panel.fills, panel.config.seats_per_row);
    }
    return out + "</g></g>\n";
  }

  std::span<const Panel> panels_;
  seatfield::SeatCounts counts_;
  std::size_t panel_width_ = 150;
  std::size_t panel_height_ = 0;
  std::size_t columns_ = 1;
};

}  // namespace

std::string HouseSvg(std::span<const Panel> panels) {
  return Page(panels).Write();
}

}  // namespace examples
