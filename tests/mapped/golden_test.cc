// SPDX-License-Identifier: MIT
//
// Stores that earlier versions wrote, byte for byte: they open, with the same
// content; and those that a newer one would write open read-only or not at all,
// as their flags say. A new directory for each format version:
//
//   build/dev/tests/write_golden tests/data/mapped_v<n>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "mapped/golden_store.h"
#include "mapped/little_endian.h"
#include "seatfield/internal/hash.h"
#include "support/catch.h"

namespace seatfield::test {
namespace {

constexpr char kDirectory[] = SEATFIELD_TEST_DATA "/mapped_v1";

std::vector<std::byte> ReadReal(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// The golden files on a simulated disk.
void Load(SimulatedSystem& system) {
  system.disk().Plant(kStorePath, SimulatedNode::Kind::kDirectory)->owner =
      system.options().user;
  for (const auto& entry : std::filesystem::directory_iterator(kDirectory)) {
    const std::string name = entry.path().filename().string();
    if (name == "expected.txt") continue;
    system.disk().WriteAll(std::string(kStorePath) + "/" + name,
                           ReadReal(entry.path()));
  }
}

Golden Expected() {
  Golden golden;
  std::ifstream file(std::string(kDirectory) + "/expected.txt");
  file >> golden.sequence >> golden.digest.high >> golden.digest.low;
  REQUIRE(golden.sequence > 0);
  return golden;
}

void CheckIsGolden(MappedStorage::Store& store) {
  const Golden expected = Expected();
  CHECK(store.report().sequence == expected.sequence);
  CHECK(*DigestOf(store) == expected.digest);
}

enum class File : std::uint8_t { kSnapshots, kSegments };

// Changes a number in the header of each such file, and makes its sum right.
void Patch(SimulatedDisk& disk, File which, std::size_t at,
           std::uint32_t value) {
  const std::string prefix = which == File::kSnapshots ? "snap-" : "jrnl-";
  const std::size_t sum_at = which == File::kSnapshots ? 112 : 96;
  for (const std::string& name : GoldenFiles(disk)) {
    if (!name.starts_with(prefix)) continue;
    const std::string path = std::string(kStorePath) + "/" + name;
    std::vector<std::byte> bytes = disk.ReadAll(path);
    const auto copies = which == File::kSnapshots
                            ? std::vector<std::size_t>{0}
                            : std::vector<std::size_t>{0, 2048};
    for (const std::size_t copy : copies) {
      const std::span header = std::span(bytes).subspan(copy, sum_at + 8);
      const bool is_spare =
          std::all_of(header.begin(), header.end(),
                      [](std::byte byte) { return byte == std::byte{0}; });
      if (is_spare) continue;
      mapped::StoreLittle(header.data() + at, value);
      mapped::StoreLittle(header.data() + sum_at,
                          internal::Hash64(header.first(sum_at), 0));
    }
    disk.WriteAll(path, bytes);
  }
}

absl::Status OpenToWrite(SimulatedSystem& system) {
  return OpenStore(system, TinyOptions()).status();
}
absl::Status OpenToRead(SimulatedSystem& system) {
  return MappedStorage::Store::OpenToRead(system, kStorePath, TinyOptions())
      .status();
}

TEST_CASE("A golden store opens as it was", "[mapped]") {
  SimulatedSystem system;
  Load(system);
  {
    const auto reader =
        MappedStorage::Store::OpenToRead(system, kStorePath, TinyOptions());
    REQUIRE(reader.ok());
    CheckIsGolden(**reader);
  }
  for (int i = 0; i < 2; ++i) {
    const auto store = OpenStore(system, TinyOptions());
    REQUIRE(store.ok());
    CheckIsGolden(**store);
    CHECK((*store)->VerifyFiles().ok());
  }
}

TEST_CASE("The golden store is what this version writes", "[mapped]") {
  SimulatedSystem system(kGoldenMachine);
  REQUIRE(MakeGolden(system).ok());
  for (const std::string& name : GoldenFiles(system.disk())) {
    INFO(name);
    const bool same =
        system.disk().ReadAll(std::string(kStorePath) + "/" + name) ==
        ReadReal(std::string(kDirectory) + "/" + name);
    CHECK(same);
  }
}

TEST_CASE("A store of a newer version, or of another machine, is refused",
          "[mapped]") {
  constexpr std::size_t kMagic = 0, kVersion = 8, kByteOrder = 12,
                        kIncompatible = 24;
  for (const File file : {File::kSnapshots, File::kSegments}) {
    for (const std::size_t at : {kMagic, kVersion, kByteOrder, kIncompatible}) {
      // A file of another magic is not taken for a segment: it is missed.
      const bool missed = file == File::kSegments && at == kMagic;
      INFO((file == File::kSnapshots ? "snapshots" : "segments")
           << " at byte " << at);
      SimulatedSystem system;
      Load(system);
      Patch(system.disk(), file, at, at == kByteOrder ? 0x04030201 : 1u << 30);
      const SimulatedDisk before = system.Save();
      const absl::Status write = OpenToWrite(system);
      INFO(write.ToString());
      const auto code = missed ? absl::StatusCode::kDataLoss
                               : absl::StatusCode::kFailedPrecondition;
      CHECK(write.code() == code);
      CHECK(OpenToRead(system).code() == code);
      for (const std::string& name : GoldenFiles(before)) {
        const std::string path = std::string(kStorePath) + "/" + name;
        CHECK(before.ReadAll(path) == system.disk().ReadAll(path));
      }
    }
  }
}

TEST_CASE("A store with a flag that forbids writing opens to be read",
          "[mapped]") {
  constexpr std::size_t kReadOnlyFlags = 20;
  for (const File file : {File::kSnapshots, File::kSegments}) {
    INFO((file == File::kSnapshots ? "snapshots" : "segments"));
    SimulatedSystem system;
    Load(system);
    Patch(system.disk(), file, kReadOnlyFlags, 8);
    CHECK(absl::IsFailedPrecondition(OpenToWrite(system)));
    CHECK(OpenToRead(system).ok());
  }
}

TEST_CASE("A store with a flag that forbids nothing opens", "[mapped]") {
  constexpr std::size_t kCompatibleFlags = 16;
  for (const File file : {File::kSnapshots, File::kSegments}) {
    SimulatedSystem system;
    Load(system);
    Patch(system.disk(), file, kCompatibleFlags, 8);
    CHECK(OpenToRead(system).ok());
    CHECK(OpenToWrite(system).ok());
  }
}

}  // namespace
}  // namespace seatfield::test
