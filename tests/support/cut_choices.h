// SPDX-License-Identifier: MIT
//
// What a power cut does to each thing that was not durable: at random from a
// seed, or each combination in turn.
//
//   AllCuts cuts;
//   do {
//     system.Restore(before);
//     system.PowerCut(cuts);
//     ...                      // recover and check
//   } while (cuts.Next());

#ifndef SEATFIELD_TESTS_SUPPORT_CUT_CHOICES_H_
#define SEATFIELD_TESTS_SUPPORT_CUT_CHOICES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/split_mix.h"

namespace seatfield::test {

enum class SectorFate : std::uint8_t {
  kOld,
  kNew,
  kTorn,     // of each 8 bytes, the old or the new
  kGarbage,  // neither
  kZero,
};

class CutChoices {
 public:
  virtual ~CutChoices() = default;

  virtual SectorFate Sector() = 0;
  // The size of a file that changed from `before` to `after`.
  virtual std::uint64_t Size(std::uint64_t before, std::uint64_t after) = 0;
  // Whether one change of a directory is kept.
  virtual bool Entry() = 0;
  // Whether the changes of a directory come in another order.
  virtual bool Reorder() = 0;
  // For all that has no name.
  virtual std::uint64_t Bits() = 0;
};

// Probabilities.
struct CutOdds {
  double sector_new = .45;  // what is left of 1 is old
  double sector_torn = .1;
  double sector_garbage = .01;
  double sector_zero = .01;
  double size_new = .45;  // what is left of 1 is old
  double size_between = .1;
  double entry_kept = .5;
  double reorder = .25;
};

class RandomCut final : public CutChoices {
 public:
  explicit RandomCut(std::uint64_t seed, const CutOdds& odds = {})
      : random_(seed), odds_(odds) {}

  SectorFate Sector() override {
    Draw draw = {random_.Unit()};
    if (draw.Is(odds_.sector_new)) return SectorFate::kNew;
    if (draw.Is(odds_.sector_torn)) return SectorFate::kTorn;
    if (draw.Is(odds_.sector_garbage)) return SectorFate::kGarbage;
    if (draw.Is(odds_.sector_zero)) return SectorFate::kZero;
    return SectorFate::kOld;
  }
  std::uint64_t Size(std::uint64_t before, std::uint64_t after) override {
    Draw draw = {random_.Unit()};
    if (draw.Is(odds_.size_new)) return after;
    if (!draw.Is(odds_.size_between)) return before;
    const auto [low, high] = std::minmax(before, after);
    return low + random_.Below(high - low + 1);
  }
  bool Entry() override { return random_.Chance(odds_.entry_kept); }
  bool Reorder() override { return random_.Chance(odds_.reorder); }
  std::uint64_t Bits() override { return random_.Next(); }

 private:
  // One number, asked for one probability after the other.
  struct Draw {
    bool Is(double probability) {
      at -= probability;
      return at < 0;
    }
    double at;
  };

  SplitMix random_;
  CutOdds odds_;
};

// Each combination of old and new once, in the order of the changes.
class AllCuts final : public CutChoices {
 public:
  SectorFate Sector() override {
    return Choose() ? SectorFate::kNew : SectorFate::kOld;
  }
  std::uint64_t Size(std::uint64_t before, std::uint64_t after) override {
    return Choose() ? after : before;
  }
  bool Entry() override { return Choose(); }
  bool Reorder() override { return false; }
  std::uint64_t Bits() override { return 0; }

  // Goes on to the next combination; false after the last.
  bool Next() {
    path_.resize(at_);
    at_ = 0;
    while (!path_.empty() && path_.back() == '1') path_.pop_back();
    if (path_.empty()) return false;
    path_.back() = '1';
    return true;
  }

  // The combination, a digit a choice.
  const std::string& path() const { return path_; }

 private:
  bool Choose() {
    if (at_ == path_.size()) path_ += '0';
    return path_[at_++] == '1';
  }

  std::string path_;
  std::size_t at_ = 0;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_CUT_CHOICES_H_
