// SPDX-License-Identifier: MIT
//
// The bytes of a journal, as journal_format.h specifies them: each field in its
// place, and whole journals that earlier versions wrote.

#include "mapped/journal_format.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "mapped/journal_rig.h"
#include "support/catch.h"
#include "support/simulated_system.h"

namespace seatfield::test {
namespace {

using mapped::kPageBytes;
using mapped::LoadLittle;
using mapped::StoreLittle;

// The sum of a header's first copy, set right after a change.
void SignHeader(std::byte* header) {
  StoreLittle(header + 96, internal::Hash64({header, 96}, 0));
}

mapped::SegmentHeader SampleHeader() {
  return {.read_only_flags = 2,
          .id = TestId(),
          .number = 3,
          .salt = 0x1122334455667788,
          .base_sequence = 1000,
          .previous_sum = 4,
          .previous_end = 5 * kPageBytes,
          .time = 6};
}

TEST_CASE("Segments are named by number", "[journal]") {
  CHECK(mapped::SegmentName(1) == "jrnl-0000000000000001");
  CHECK(mapped::SegmentName(0xfedcba9876543210) == "jrnl-fedcba9876543210");
  for (const std::uint64_t number : {std::uint64_t{1}, UINT64_MAX}) {
    CHECK(mapped::SegmentNumber(mapped::SegmentName(number)) == number);
  }
  for (const char* const name :
       {"", "jrnl-", "jrnl-1", "jrnl-0000000000000000", "jrnl-000000000000000G",
        "jrnl-000000000000000A", "jrnl-00000000000000011", "ctl",
        "JRNL-0000000000000001", "jrnl- 000000000000001"}) {
    CHECK_FALSE(mapped::SegmentNumber(name).has_value());
  }
}

TEST_CASE("A segment's header has its fields in their places", "[journal]") {
  const mapped::Page page = mapped::EncodeSegmentHeader(SampleHeader());
  for (const std::size_t copy : {0u, 2048u}) {
    const std::byte* const at = page.data() + copy;
    CHECK(std::memcmp(at, "SEATJRNL", 8) == 0);
    CHECK(LoadLittle<std::uint32_t>(at + 8) == 1);
    CHECK(LoadLittle<std::uint32_t>(at + 12) == 0x01020304);
    CHECK(LoadLittle<std::uint32_t>(at + 16) == 0);
    CHECK(LoadLittle<std::uint32_t>(at + 20) == 2);
    CHECK(LoadLittle<std::uint32_t>(at + 24) == 0);
    CHECK(LoadLittle<std::uint32_t>(at + 28) == 0);
    CHECK(std::memcmp(at + 32, TestId().bytes.data(), 16) == 0);
    CHECK(LoadLittle<std::uint64_t>(at + 48) == 3);
    CHECK(LoadLittle<std::uint64_t>(at + 56) == 0x1122334455667788);
    CHECK(LoadLittle<std::uint64_t>(at + 64) == 1000);
    CHECK(LoadLittle<std::uint64_t>(at + 72) == 4);
    CHECK(LoadLittle<std::uint64_t>(at + 80) == 5 * kPageBytes);
    CHECK(LoadLittle<std::int64_t>(at + 88) == 6);
    CHECK(LoadLittle<std::uint64_t>(at + 96) == internal::Hash64({at, 96}, 0));
  }
}

TEST_CASE("Either copy of a header will do", "[journal]") {
  for (const std::size_t broken : {0u, 2048u}) {
    mapped::Page page = mapped::EncodeSegmentHeader(SampleHeader());
    page[broken + 50] ^= std::byte{1};
    const auto header = mapped::DecodeSegmentHeader(page);
    REQUIRE(header.ok());
    CHECK(header->base_sequence == 1000);
    page[2048 - broken + 50] ^= std::byte{1};
    CHECK(absl::IsDataLoss(mapped::DecodeSegmentHeader(page).status()));
  }
}

TEST_CASE("A newer header is refused, and unknown small things are not",
          "[journal]") {
  mapped::Page page = mapped::EncodeSegmentHeader(SampleHeader());
  const auto decoded = [&] {
    SignHeader(page.data());
    return mapped::DecodeSegmentHeader(page).status();
  };
  SECTION("version") {
    page[8] = std::byte{2};
    CHECK(absl::IsFailedPrecondition(decoded()));
    CHECK(std::string(decoded().message()).find("newer") != std::string::npos);
  }
  SECTION("incompatible flags") {
    page[24] = std::byte{1};
    CHECK(absl::IsFailedPrecondition(decoded()));
  }
  SECTION("byte order") {
    StoreLittle(page.data() + 12, 0x04030201);
    CHECK(absl::IsFailedPrecondition(decoded()));
    CHECK(std::string(decoded().message()).find("byte order") !=
          std::string::npos);
  }
  SECTION("compatible flags") {
    page[16] = std::byte{255};
    CHECK(decoded().ok());
  }
}

TEST_CASE("A record takes a multiple of 8 bytes", "[journal]") {
  CHECK(mapped::RecordBytes(0) == 8);
  CHECK(mapped::RecordBytes(1) == 16);
  CHECK(mapped::RecordBytes(8) == 16);
  CHECK(mapped::RecordBytes(9) == 24);
  for (std::size_t size = 0; size < 40; ++size) {
    const Bytes says(size, std::byte{0xee});
    std::vector<std::byte> stored(mapped::RecordBytes(size), std::byte{0xff});
    const std::uint64_t seed = mapped::RecordSeed(TestId());
    mapped::StoreRecord(stored.data(), says, mapped::RecordSum(says, seed), 77);
    std::span<const std::byte> rest = stored;
    const auto record = mapped::TakeRecord(rest);
    REQUIRE(record.has_value());
    CHECK(rest.empty());
    CHECK(Bytes(record->says.begin(), record->says.end()) == says);
    CHECK(record->IsWhole(seed, 77));
    CHECK_FALSE(record->IsWhole(seed, 78));
    CHECK_FALSE(record->IsWhole(seed + 1, 77));
    for (std::size_t i = 8 + size; i < stored.size(); ++i) {
      CHECK(stored[i] == std::byte{0});
    }
    for (std::size_t cut = 0; cut < stored.size(); ++cut) {
      std::span<const std::byte> part = std::span(stored).first(cut);
      CHECK_FALSE(mapped::TakeRecord(part).has_value());
    }
  }
}

TEST_CASE("A witness is of one store", "[journal]") {
  const mapped::WitnessSlot slot =
      mapped::EncodeWitness({.count = 5, .sequence = 99}, TestId());
  const auto witness = mapped::DecodeWitness(slot, TestId());
  REQUIRE(witness.has_value());
  CHECK(witness->count == 5);
  CHECK(witness->sequence == 99);
  CHECK_FALSE(mapped::DecodeWitness(slot, {}).has_value());
  for (std::size_t bit = 0; bit < 8 * slot.size(); ++bit) {
    mapped::WitnessSlot flipped = slot;
    flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    CHECK_FALSE(mapped::DecodeWitness(flipped, TestId()).has_value());
  }
}

// --- Golden files -----------------------------------------------------------

const std::filesystem::path kGolden =
    std::filesystem::path(SEATFIELD_TEST_DATA) / "journal_v1";

// What the golden journal holds: two segments, of which the second has two
// frames.
std::vector<std::vector<Bytes>> GoldenBatches() {
  return {{BytesOf("a"), BytesOf(""), BytesOf("seats 1 to 5")},
          {Bytes(3000, std::byte{0x5a})},
          {BytesOf("the last"), BytesOf("of them")}};
}

std::vector<std::byte> ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::byte> bytes;
  for (std::istreambuf_iterator<char> at(file), end; at != end; ++at) {
    bytes.push_back(static_cast<std::byte>(*at));
  }
  return bytes;
}

TEST_CASE("A journal of format version 1 is read", "[journal]") {
  SimulatedSystem system;
  platform::Directory directory = OpenStore(system);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kGolden)) {
    const std::string name = entry.path().filename().string();
    std::string path = kStore;
    path += '/';
    path += name;
    system.disk().WriteAll(path, ReadFile(entry.path()));
    ++files;
  }
  CHECK(files == 3);
  const Found found = Scan(directory);
  REQUIRE(found.status.ok());
  std::vector<Bytes> records;
  for (const auto& batch : GoldenBatches()) {
    records.insert(records.end(), batch.begin(), batch.end());
  }
  CHECK(found.records == records);
  CHECK(found.result.witness == 6);
  CHECK(found.result.end.segment == 2);
}

// The same calls on the same machine write the same bytes. When the format
// changes, so does its version, and these files stay: write others with
// SEATFIELD_GOLDEN set to a directory.
TEST_CASE("A journal is written as in format version 1", "[journal]") {
  JournalFixture fixture(SmallOptions(), {.early_write = 0, .tick_micros = 0});
  const auto batches = GoldenBatches();
  fixture.Write(batches[0]);
  REQUIRE(fixture.journal->Seal().ok());
  fixture.Write(batches[1]);
  fixture.Write(batches[2]);
  REQUIRE(fixture.journal->Close().ok());
  const char* const to = std::getenv("SEATFIELD_GOLDEN");
  for (const std::string& name :
       {mapped::SegmentName(1), mapped::SegmentName(2), std::string("ctl")}) {
    const auto written = fixture.system.disk().ReadAll(fixture.PathOf(name));
    if (to != nullptr) {
      std::ofstream(std::filesystem::path(to) / name, std::ios::binary)
          .write(reinterpret_cast<const char*>(written.data()),
                 static_cast<std::streamsize>(written.size()));
    }
    CHECK(written == ReadFile(kGolden / name));
  }
}

}  // namespace
}  // namespace seatfield::test
