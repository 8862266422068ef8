// SPDX-License-Identifier: MIT

#include "mapped/removal.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "platform/file.h"
#include "platform/system.h"
#include "support/catch.h"
#include "support/simulated_system.h"
#include "support/temporary_directory.h"

namespace seatfield::test {
namespace {

using mapped::RemoveFiles;
using platform::Directory;
using platform::File;
using platform::OpenMode;

constexpr std::uint64_t kBytes = (std::uint64_t{5} << 20) / 2;

File MakeFile(Directory& directory, const std::string& name) {
  File file = directory.Open(name, OpenMode::kCreate).value();
  const std::vector<std::byte> bytes(kBytes, std::byte{7});
  REQUIRE(file.Write(0, bytes).ok());
  REQUIRE(file.Sync().ok());
  REQUIRE(directory.Sync().ok());
  return file;
}

bool IsWhole(const File& file) {
  std::vector<std::byte> bytes(kBytes);
  return file.Read(0, bytes).ok() &&
         bytes == std::vector<std::byte>(kBytes, std::byte{7});
}

void TestRemoval(platform::System& system, const std::string& path) {
  Directory directory = Directory::OpenOrMake(system, path).value();
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("f" + std::to_string(i));
  for (const std::string& name : names) MakeFile(directory, name);
  const File read = directory.Open(names[1], OpenMode::kRead).value();
  File mapped_file = directory.Open(names[2], OpenMode::kRead).value();
  const auto mapping = mapped_file.Map(0, kBytes, /*writable=*/false);
  mapped_file.Close();
  REQUIRE(mapping.ok());

  REQUIRE(RemoveFiles(directory, names).ok());
  CHECK(directory.List().value().empty());
  CHECK(IsWhole(read));
  CHECK(mapping->data()[kBytes - 1] == std::byte{7});
  CHECK(RemoveFiles(directory, names).ok());
}

}  // namespace

TEST_CASE("What is removed stays whole for those who have it", "[mapped]") {
  SimulatedSystem simulated;
  TestRemoval(simulated, "/store");
  const TemporaryDirectory scratch;
  TestRemoval(platform::RealSystem(), scratch.path() + "/store");
}

TEST_CASE("Whoever else has a file is known", "[mapped]") {
  SimulatedSystem simulated;
  const TemporaryDirectory scratch;
  const auto test = [](platform::System& system, const std::string& path) {
    Directory directory = Directory::OpenOrMake(system, path).value();
    const File file = MakeFile(directory, "f");
    CHECK_FALSE(file.IsOpenElsewhere().value());
    {
      const File other = directory.Open("f", OpenMode::kRead).value();
      CHECK(file.IsOpenElsewhere().value());
    }
    CHECK_FALSE(file.IsOpenElsewhere().value());
  };
  test(simulated, "/store");
  test(platform::RealSystem(), scratch.path() + "/store");
}

TEST_CASE("A name that a crash brings back stands for all it stood for",
          "[mapped]") {
  int back = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SimulatedSystem system({.seed = seed});
    {
      Directory directory = Directory::OpenOrMake(system, "/store").value();
      MakeFile(directory, "f");
      system.Inject({.kind = CallKind::kSync});  // of the directory
      CHECK_FALSE(RemoveFiles(directory, std::vector<std::string>{"f"}).ok());
    }
    system.PowerCut(seed);
    const Directory directory = Directory::Open(system, "/store").value();
    const auto file = directory.Open("f", OpenMode::kRead);
    if (!file.ok()) continue;
    CHECK(IsWhole(*file));
    ++back;
  }
  CHECK(back > 0);
}

}  // namespace seatfield::test
