// SPDX-License-Identifier: MIT
//
// Files on a simulated machine, and what is found of them after power cuts.

#ifndef SEATFIELD_TESTS_PLATFORM_SIMULATED_RIG_H_
#define SEATFIELD_TESTS_PLATFORM_SIMULATED_RIG_H_

#include <cstddef>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "platform/file.h"
#include "platform/system.h"
#include "support/catch.h"
#include "support/cut_choices.h"
#include "support/seed.h"
#include "support/simulated_disk.h"
#include "support/simulated_file.h"
#include "support/simulated_system.h"

namespace seatfield::test {

inline constexpr char kStore[] = "/store";

inline std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

inline std::string Text(std::span<const std::byte> bytes) {
  std::string text(bytes.size(), '\0');
  if (!bytes.empty()) std::memcpy(text.data(), bytes.data(), bytes.size());
  return text;
}

// A sector full of one letter.
inline std::string Sector(char letter) {
  return std::string(kSectorBytes, letter);
}

inline platform::Directory OpenStore(SimulatedSystem& system) {
  absl::StatusOr<platform::Directory> directory =
      platform::Directory::OpenOrMake(system, kStore);
  INFO(directory.status().ToString());
  REQUIRE(directory.ok());
  return *std::move(directory);
}

inline platform::File Open(
    const platform::Directory& directory, const std::string& name,
    platform::OpenMode mode = platform::OpenMode::kReadWrite) {
  absl::StatusOr<platform::File> file = directory.Open(name, mode);
  INFO(file.status().ToString());
  REQUIRE(file.ok());
  return *std::move(file);
}

// A file with durable content and name.
inline platform::File MakeDurable(platform::Directory& directory,
                                  const std::string& name,
                                  std::string_view content) {
  platform::File file = Open(directory, name, platform::OpenMode::kCreate);
  REQUIRE(file.Write(0, Bytes(content)).ok());
  REQUIRE(file.Sync().ok());
  REQUIRE(directory.Sync().ok());
  return file;
}

inline std::string Content(SimulatedSystem& system, const std::string& name) {
  return Text(system.disk().ReadAll(std::string(kStore) + "/" + name));
}

using Names = std::vector<std::string>;
inline Names NamesIn(SimulatedSystem& system) {
  return system.disk().Names(kStore);
}

// What is found by `look` after each of many power cuts of the same machine,
// and how often.
template <typename Look>
auto FindAfterCuts(SimulatedSystem& system, const Look& look,
                   const CutOdds& odds = {}) {
  Rng rng;
  const SimulatedDisk before = system.Save();
  std::map<decltype(look()), int> found;
  for (int i = 0; i < 500; ++i) {
    system.Restore(before);
    system.PowerCut(rng.Next(), odds);
    ++found[look()];
  }
  return found;
}

// The same for all combinations.
template <typename Look>
auto FindAfterAllCuts(SimulatedSystem& system, const Look& look) {
  const SimulatedDisk before = system.Save();
  std::map<decltype(look()), int> found;
  AllCuts cuts;
  do {
    system.Restore(before);
    system.PowerCut(cuts);
    ++found[look()];
  } while (cuts.Next());
  return found;
}

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_PLATFORM_SIMULATED_RIG_H_
