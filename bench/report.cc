// SPDX-License-Identifier: MIT

#include "report.h"

#include <boost/json.hpp>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace seatfield::bench {
namespace {

// With as many places as tell something.
std::string Figure(double value) {
  const double size = std::abs(value);
  const int places = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3;
  char text[32];
  std::snprintf(text, sizeof(text), "%.*f", places, value);
  return text;
}

std::string RatioText(const Row& row) {
  if (row.peer.empty()) return {};
  char text[64];
  std::snprintf(text, sizeof(text), "%9s (%s to %s)",
                (Figure(row.ratio.median) + "x").c_str(),
                Figure(row.ratio.low).c_str(), Figure(row.ratio.high).c_str());
  return text;
}

std::string TargetText(const Row& row) {
  if (!row.target) return row.note;
  std::string text = row.target->bound == Bound::kAtLeast ? ">= " : "<= ";
  text += Figure(row.target->value);
  if (const auto met = row.met()) text += *met ? "  met" : "  MISSED";
  if (!row.note.empty()) text += "  " + row.note;
  return text;
}

void PrintGroup(const std::string& group) {
  std::printf("\n%-50s %-6s %10s %10s  %-27s %9s %-19s %s\n", group.c_str(), "",
              "ours", "peer", "", "ratio", "(min to max)", "to reach");
}

void PrintRow(const Row& row) {
  std::printf("  %-48s %-6s %10s %10s  %-27s %-29s %s\n", row.name.c_str(),
              row.unit.c_str(), row.ours ? Figure(*row.ours).c_str() : "-",
              row.peer.empty() ? "" : Figure(row.peer_figure).c_str(),
              row.peer.c_str(), RatioText(row).c_str(),
              TargetText(row).c_str());
  std::fflush(stdout);
}

boost::json::object ToJson(const Row& row) {
  boost::json::object object{
      {"group", row.group},
      {"name", row.name},
      {"unit", row.unit},
      {"better", row.lower_is_better ? "lower" : "higher"}};
  if (row.ours) object["ours"] = *row.ours;
  if (!row.peer.empty()) {
    object["peer"] = row.peer;
    object["peer_figure"] = row.peer_figure;
    object["ratio"] = {
        {"of", row.ratio_kind == RatioKind::kTimesFaster ? "peer to ours"
                                                         : "ours to peer"},
        {"median", row.ratio.median},
        {"min", row.ratio.low},
        {"max", row.ratio.high}};
  }
  if (row.target) {
    object["target"] = {
        {row.target->bound == Bound::kAtLeast ? "at_least" : "at_most",
         row.target->value}};
    if (const auto met = row.met()) object["met"] = *met;
  }
  if (!row.note.empty()) object["note"] = row.note;
  return object;
}

// The value of the first line of /proc/cpuinfo with this name.
std::string ProcessorField(std::string_view name) {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with(name) && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return {};
}

std::string InstructionSets() {
  const std::string flags = " " + ProcessorField("flags") + " ";
  std::string found;
  for (const char* const set : {"popcnt", "bmi2", "avx2", "avx512bw",
                                "avx512_vpopcntdq", "avx512vbmi"}) {
    if (flags.find(" " + std::string(set) + " ") == std::string::npos) continue;
    found += (found.empty() ? "" : " ") + std::string(set);
  }
  return found.empty() ? "unknown" : found;
}

std::string Compiler() {
#if defined(__clang__)
  return "Clang " __clang_version__;
#elif defined(__GNUC__)
  return "GCC " __VERSION__;
#else
  return "unknown";
#endif
}

Row Compared(std::string group, std::string name, std::string unit,
             const Measured& measured, std::size_t ours, std::size_t peer,
             std::string peer_name, std::optional<Target> target) {
  return {.group = std::move(group),
          .name = std::move(name),
          .unit = std::move(unit),
          .ours = measured.figure(ours).median,
          .peer = std::move(peer_name),
          .peer_figure = measured.figure(peer).median,
          .target = target};
}

}  // namespace

std::optional<bool> Row::met() const {
  if (!target || !ours) return std::nullopt;
  return target->IsMetBy(peer.empty() ? *ours : ratio.median);
}

Row TimesFaster(std::string group, std::string name, std::string unit,
                const Measured& measured, std::size_t ours, std::size_t peer,
                std::string peer_name, std::optional<Target> target) {
  Row row = Compared(std::move(group), std::move(name), std::move(unit),
                     measured, ours, peer, std::move(peer_name), target);
  row.ratio = measured.ratio(peer, ours);
  row.ratio_kind = RatioKind::kTimesFaster;
  return row;
}

Row TimesAsLarge(std::string group, std::string name, std::string unit,
                 const Measured& measured, std::size_t ours, std::size_t peer,
                 std::string peer_name, std::optional<Target> target) {
  Row row = Compared(std::move(group), std::move(name), std::move(unit),
                     measured, ours, peer, std::move(peer_name), target);
  row.ratio = measured.ratio(ours, peer);
  return row;
}

void Report::Add(Row row) {
  if (rows_.empty() || rows_.back().group != row.group) PrintGroup(row.group);
  PrintRow(row);
  rows_.push_back(std::move(row));
}

std::size_t Report::missed_count() const {
  std::size_t count = 0;
  for (const Row& row : rows_) {
    if (row.met() == false) ++count;
  }
  return count;
}

bool Report::WriteJson(const std::string& file, int rounds) const {
  boost::json::object object;
  for (const auto& [name, value] : Circumstances()) object[name] = value;
  object["rounds"] = rounds;
  boost::json::array rows;
  for (const Row& row : rows_) rows.push_back(ToJson(row));
  object["rows"] = std::move(rows);
  std::ofstream out(file);
  out << boost::json::serialize(object) << '\n';
  out.close();
  return out.good();
}

std::vector<std::pair<std::string, std::string>> Circumstances() {
  return {{"processor", ProcessorField("model name")},
          {"processors", std::to_string(std::thread::hardware_concurrency())},
          {"instruction_sets", InstructionSets()},
          {"compiler", Compiler()},
          {"flags", SEATFIELD_BENCH_FLAGS}};
}

}  // namespace seatfield::bench
