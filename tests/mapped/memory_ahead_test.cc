// SPDX-License-Identifier: MIT

#include "mapped/memory_ahead.h"

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "mapped/file_slabs.h"
#include "mapped/journal_format.h"
#include "platform/file.h"
#include "support/catch.h"
#include "support/eventually.h"
#include "support/simulated_system.h"

namespace seatfield::test {
namespace {

using mapped::FileSlabs;
using mapped::kPageBytes;
using mapped::MemoryAhead;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

struct Fixture {
  explicit Fixture(const SimulatedOptions& options = {}) : system(options) {
    directory = platform::Directory::OpenOrMake(system, "/store").value();
    slabs = FileSlabs::MakeUnnamed(directory).value();
    ahead = std::make_unique<MemoryAhead>(system, *slabs);
  }

  SimulatedSystem system;
  platform::Directory directory;
  std::unique_ptr<FileSlabs> slabs;
  std::unique_ptr<MemoryAhead> ahead;
};

}  // namespace

TEST_CASE("Memory is touched before its use, in the next slab too",
          "[mapped]") {
  Fixture f;
  for (std::uint64_t used = kPageBytes; used < 2 * kMiB; used += kMiB / 8) {
    f.slabs->Reached(used);
    CHECK(Eventually([&] {
      return f.system.bytes_touched() ==
             used - kPageBytes + MemoryAhead::kBytes;
    }));
  }
  // A megabyte, and two.
  CHECK(f.system.maps_open() == 2);
}

TEST_CASE("Nothing is touched before the first use, nor after the end",
          "[mapped]") {
  Fixture f;
  f.ahead.reset();
  f.slabs->Reached(kPageBytes);
  CHECK(f.system.bytes_touched() == 0);
  CHECK(f.system.maps_open() == 0);
}

TEST_CASE("A disk that is full ahead is full for who needs it", "[mapped]") {
  Fixture f({.disk_bytes = kMiB + kMiB / 2});
  REQUIRE(f.slabs->Take(0, kMiB) != nullptr);
  f.slabs->Reached(kPageBytes);
  CHECK(Eventually(
      [&] { return f.system.bytes_touched() == kMiB - kPageBytes; }));
  CHECK(f.slabs->Take(kMiB, 2 * kMiB) == nullptr);
  const absl::Status status =
      f.slabs->Explain(absl::ResourceExhaustedError("no memory"));
  CHECK(absl::IsResourceExhausted(status));
  CHECK(status.message() != "no memory");
}

}  // namespace seatfield::test
