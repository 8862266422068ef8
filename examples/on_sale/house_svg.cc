// SPDX-License-Identifier: MIT
//
// Each section is a panel; each run of equal seats in a row is one dash-stroked
// line, a dash a seat, so that 65,000 seats stay a small file.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "format.h"
#include "picture.h"
#include "seatfield/seat_state.h"
#include "seating.h"

namespace on_sale {
namespace {

using seatfield::SectionView;

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
  Page(const House& house, std::span<const SectionView> views)
      : house_(house), views_(views) {
    for (const SectionView& view : views) {
      const auto& config = view.stats.config;
      panel_width_ =
          std::max<std::size_t>(panel_width_, config.seats_per_row * kSeat);
      panel_height_ =
          std::max<std::size_t>(panel_height_, config.rows * kSeat + kLabel);
      counts_ += view.stats.counts;
    }
    panel_width_ += kGap;
    panel_height_ += kGap;
    columns_ = ColumnCount();
  }

  std::string Write() const {
    const std::size_t lines = (views_.size() + columns_ - 1) / columns_;
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
    for (std::size_t i = 0; i < views_.size(); ++i) out += Panel(i);
    return out + "</svg>\n";
  }

 private:
  // So many that the page is about as wide as high.
  std::size_t ColumnCount() const {
    const double ratio = static_cast<double>(views_.size() * panel_height_) /
                         static_cast<double>(panel_width_);
    return std::clamp<std::size_t>(
        static_cast<std::size_t>(std::lround(std::sqrt(ratio * 1.4))), 1,
        views_.size());
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

  std::string Panel(std::size_t at) const {
    const SectionView& view = views_[at];
    const std::size_t x = kGap + at % columns_ * panel_width_;
    const std::size_t y = kHeader + at / columns_ * panel_height_;
    std::string out = "<g transform=\"translate(" + Number(x) + "," +
                      Number(y) + ")\">\n" +
                      Text(0, kLabel - 4, "s",
                           house_.section(at).name + ": " +
                               Thousands(view.stats.counts.sold) + " of " +
                               Thousands(view.stats.counts.total())) +
                      "<g transform=\"translate(0," + Number(kLabel) + ")\">\n";
    const std::vector<Fill> fills = FillsOf(view);
    for (const Fill fill : kFills) {
      out += LinesOf(fill, fills, view.stats.config.seats_per_row);
    }
    return out + "</g></g>\n";
  }

  const House& house_;
  std::span<const SectionView> views_;
  seatfield::SeatCounts counts_;
  std::size_t panel_width_ = 150;
  std::size_t panel_height_ = 0;
  std::size_t columns_ = 1;
};

}  // namespace

std::string HouseSvg(const House& house, std::span<const SectionView> views) {
  return Page(house, views).Write();
}

}  // namespace on_sale
