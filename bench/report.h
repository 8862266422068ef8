// SPDX-License-Identifier: MIT
//
// The report of a run: rows in groups, each with our figure, a peer's of the
// same rounds and what is to be reached. Printed as a table for people, written
// as JSON for machines; neither holds a date.
//
//   Report report;
//   report.Add({.group = "Reads", .name = "counters of 100 sections",
//               .unit = "ns", .ours = m.figure(0).median, .peer = "memcpy",
//               .peer_figure = m.figure(1).median, .ratio = m.ratio(0, 1),
//               .target = AtMost(10)});
//   report.Add(TimesFaster("Jobs", "one thread", "ns/op", m, 0, 1, "hash map",
//                          AtLeast(1.25)));
//
// A target is one of the ratio where there is a peer, and else of our figure.

#ifndef SEATFIELD_BENCH_REPORT_H_
#define SEATFIELD_BENCH_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rounds.h"

namespace seatfield::bench {

enum class Bound : std::uint8_t { kAtLeast, kAtMost };

struct Target {
  Bound bound;
  double value;

  bool IsMetBy(double figure) const {
    return bound == Bound::kAtLeast ? figure >= value : figure <= value;
  }
};
constexpr Target AtLeast(double value) { return {Bound::kAtLeast, value}; }
constexpr Target AtMost(double value) { return {Bound::kAtMost, value}; }

// What the ratio of a row says.
enum class RatioKind : std::uint8_t {
  kTimesFaster,   // the peer's time to ours
  kTimesAsLarge,  // our figure to the peer's: time, bytes, operations a second
};

struct Row {
  std::string group;
  std::string name;
  std::string unit;
  std::optional<double> ours{};  // a median; none: see `note`
  std::string peer{};            // its name; empty: there is none
  double peer_figure = 0;
  Spread ratio{};
  RatioKind ratio_kind = RatioKind::kTimesAsLarge;
  std::optional<Target> target{};
  bool lower_is_better = true;
  std::string note{};

  // Nothing where there is no target or no figure.
  std::optional<bool> met() const;
};

// Rows of two sides that ran in the same rounds.
Row TimesFaster(std::string group, std::string name, std::string unit,
                const Measured& measured, std::size_t ours, std::size_t peer,
                std::string peer_name, std::optional<Target> target = {});
Row TimesAsLarge(std::string group, std::string name, std::string unit,
                 const Measured& measured, std::size_t ours, std::size_t peer,
                 std::string peer_name, std::optional<Target> target = {});

class Report {
 public:
  // Prints the row at once, and the group before its first row.
  void Add(Row row);

  std::size_t missed_count() const;
  const std::vector<Row>& rows() const { return rows_; }

  // Errors: false when the file cannot be written.
  bool WriteJson(const std::string& file, int rounds) const;

 private:
  std::vector<Row> rows_;
};

// The machine, the compiler and its flags, a line each.
std::vector<std::pair<std::string, std::string>> Circumstances();

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_REPORT_H_
