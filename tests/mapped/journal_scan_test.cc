// SPDX-License-Identifier: MIT
//
// What is read back of a journal's files: all of it, or a refusal that names
// the place, or, of the last batch before its witness, the end.

#include "mapped/journal_scan.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "mapped/journal_format.h"
#include "mapped/journal_rig.h"
#include "support/catch.h"
#include "support/seed.h"
#include "support/volume.h"

namespace seatfield::test {
namespace {

using mapped::kPageBytes;
using mapped::ScanOptions;
using mapped::SegmentName;

// Three segments, in pages: a header and the batches given. The witness is of
// all of them.
struct SmallJournal : JournalFixture {
  SmallJournal() {
    Rng rng(7);
    for (int batch = 0; batch < 6; ++batch) {
      std::vector<Bytes> records;
      for (int i = 0; i < 3; ++i) {
        records.push_back(RandomBytes(rng, rng.Below(100)));
      }
      before_last = given.size();
      if (batch == 5) witness_before_last = Content("ctl");
      Write(records);
      if (batch == 1 || batch == 3) REQUIRE(journal->Seal().ok());
      if (batch == 4) REQUIRE(journal->Flush().ok());
    }
    REQUIRE(journal->Close().ok());
    journal.reset();
  }

  std::vector<std::byte> Content(const std::string& name) {
    return system.disk().ReadAll(PathOf(name));
  }
  void SetContent(const std::string& name, std::span<const std::byte> bytes) {
    system.disk().WriteAll(PathOf(name), bytes);
  }
  // As if the last batch had no witness.
  void ForgetLastWitness() { SetContent("ctl", witness_before_last); }

  std::vector<std::string> Files() const {
    return {SegmentName(1), SegmentName(2), SegmentName(3), "ctl"};
  }

  std::size_t before_last = 0;
  std::vector<std::byte> witness_before_last;
};

bool IsRefusal(const Found& found) {
  return absl::IsDataLoss(found.status) ||
         absl::IsFailedPrecondition(found.status);
}

// Whether it is all that was given, or refused, or, if the last batch has no
// witness, all but that.
bool IsRight(const Found& found, const SmallJournal& journal,
             bool is_witnessed) {
  if (!found.status.ok()) return IsRefusal(found);
  if (found.records == journal.given) return true;
  return !is_witnessed &&
         found.records ==
             std::vector(journal.given.begin(),
                         journal.given.begin() +
                             static_cast<std::ptrdiff_t>(journal.before_last));
}

TEST_CASE("A journal is read back as it was written", "[journal]") {
  SmallJournal journal;
  const Found found = Scan(journal.directory);
  REQUIRE(found.status.ok());
  CHECK(found.records == journal.given);
  CHECK(found.first == 1);
  CHECK(found.result.end.sequence == 18);
  CHECK(found.result.end.segment == 3);
  CHECK(found.result.end.segment_end == 3 * kPageBytes);
  CHECK(found.result.oldest_sequence == 1);
  CHECK(found.result.witness == 18);
  CHECK(found.result.records == 18);
  CHECK(found.result.bytes_discarded == 0);
  CHECK(found.result.discarded_at.empty());
  CHECK(found.result.read_only.empty());
}

TEST_CASE("A scan gives what lies between two sequences", "[journal]") {
  SmallJournal journal;
  for (std::uint64_t after = 0; after <= 18; ++after) {
    for (std::uint64_t until = 0; until <= 19; ++until) {
      INFO(after << " to " << until);
      const Found found =
          Scan(journal.directory, {.after = after, .until = until});
      REQUIRE(found.status.ok());
      const std::uint64_t last = std::min<std::uint64_t>(until, 18);
      const std::uint64_t count = last > after ? last - after : 0;
      REQUIRE(found.records.size() == count);
      CHECK((count == 0 || found.first == after + 1));
      for (std::size_t i = 0; i < count; ++i) {
        CHECK(found.records[i] == journal.given[after + i]);
      }
    }
  }
}

TEST_CASE("A scan does not look behind what it is asked for", "[journal]") {
  SmallJournal journal;
  journal.system.disk().FlipBit(journal.PathOf(SegmentName(3)),
                                8 * (kPageBytes + 70));
  const auto needed = mapped::OpenSegment(journal.directory, 3);
  REQUIRE(needed.ok());
  CHECK(Scan(journal.directory, {.until = 12}).status.ok());
  CHECK(absl::IsDataLoss(Scan(journal.directory, {.until = 13}).status));
}

TEST_CASE("What a snapshot has is not missed", "[journal]") {
  SmallJournal journal;
  journal.system.disk().Remove(journal.PathOf(SegmentName(1)));
  CHECK(absl::IsOutOfRange(Scan(journal.directory).status));
  CHECK(absl::IsOutOfRange(Scan(journal.directory, {.after = 5}).status));
  const Found found = Scan(journal.directory, {.after = 6});
  REQUIRE(found.status.ok());
  CHECK(found.records.size() == 12);
  CHECK(found.result.oldest_sequence == 7);

  // A gap before it does not matter either.
  SmallJournal other;
  other.system.disk().Remove(other.PathOf(SegmentName(2)));
  const Found after = Scan(other.directory, {.after = 12});
  REQUIRE(after.status.ok());
  CHECK(after.records.size() == 6);
  CHECK(after.result.oldest_sequence == 13);
  const Found missing = Scan(other.directory, {.after = 11});
  CHECK(absl::IsDataLoss(missing.status));
  CHECK(std::string(missing.status.message()).find(SegmentName(2)) !=
        std::string::npos);
}

TEST_CASE("No journal is a journal without records", "[journal]") {
  SimulatedSystem system;
  platform::Directory directory = OpenStore(system);
  const Found found = Scan(directory, {.after = 5});
  REQUIRE(found.status.ok());
  CHECK(found.result.end.sequence == 5);
  CHECK(found.result.end.segment == 0);
  CHECK(found.result.oldest_sequence == 0);
}

TEST_CASE("A lost journal is told by its witness", "[journal]") {
  SmallJournal journal;
  for (const std::uint64_t number : {3u, 2u, 1u}) {
    journal.system.disk().Remove(journal.PathOf(SegmentName(number)));
    CHECK(absl::IsDataLoss(Scan(journal.directory).status));
  }
  CHECK(absl::IsDataLoss(Scan(journal.directory, {.after = 17}).status));
  CHECK(Scan(journal.directory, {.after = 18}).status.ok());
}

TEST_CASE("Files that are no segments do not matter", "[journal]") {
  SmallJournal journal;
  for (const char* const name :
       {"jrnl-", "jrnl-1", "jrnl-000000000000000A", "jrnl-0000000000000000",
        "jrnl-00000000000000010", "snap-0000000000000001", "LOCK"}) {
    journal.SetContent(name, BytesOf("nothing to see here"));
  }
  // Spares: empty, short, and whole.
  journal.SetContent(SegmentName(4), {});
  journal.SetContent(SegmentName(5), std::vector<std::byte>(100));
  journal.SetContent(SegmentName(6), std::vector<std::byte>(16'384));
  const Found found = Scan(journal.directory);
  REQUIRE(found.status.ok());
  CHECK(found.records == journal.given);
  CHECK(found.result.end.segment == 3);
  CHECK(found.result.bytes_discarded == 0);
}

TEST_CASE("Every flipped bit is found, or is of the last batch", "[journal]") {
  const bool is_witnessed = GENERATE(true, false);
  CAPTURE(is_witnessed);
  SmallJournal journal;
  if (!is_witnessed) journal.ForgetLastWitness();
  const std::size_t step = 1000 / Volume(1000);
  std::size_t silent = 0;
  for (const std::string& name : journal.Files()) {
    const std::uint64_t bits = 8 * journal.Content(name).size();
    for (std::uint64_t bit = 0; bit < bits; bit += step) {
      journal.system.disk().FlipBit(journal.PathOf(name), bit);
      const Found found = Scan(journal.directory);
      if (!IsRight(found, journal, is_witnessed)) {
        ++silent;
        UNSCOPED_INFO(name << ": bit " << bit << ": " << found.status);
      }
      journal.system.disk().FlipBit(journal.PathOf(name), bit);
    }
  }
  CHECK(silent == 0);
}

TEST_CASE("Every lost tail is found, or is of the last batch", "[journal]") {
  const bool is_witnessed = GENERATE(true, false);
  CAPTURE(is_witnessed);
  SmallJournal journal;
  if (!is_witnessed) journal.ForgetLastWitness();
  const std::size_t step = 1000 / Volume(1000);
  std::size_t silent = 0;
  for (const std::string& name : journal.Files()) {
    const std::vector<std::byte> content = journal.Content(name);
    for (std::size_t size = 0; size < content.size(); size += step) {
      journal.SetContent(name, std::span(content).first(size));
      const Found found = Scan(journal.directory);
      // Without its witness the last batch is like one that was never written.
      const bool may_end = !is_witnessed || name == "ctl";
      if (!IsRight(found, journal, !may_end)) {
        ++silent;
        UNSCOPED_INFO(name << ": " << size << " bytes: " << found.status);
      }
    }
    journal.SetContent(name, content);
  }
  CHECK(silent == 0);
}

TEST_CASE("Damage names its file and place", "[journal]") {
  SmallJournal journal;
  journal.system.disk().FlipBit(journal.PathOf(SegmentName(2)),
                                8 * (2 * kPageBytes + 65));
  const Found found = Scan(journal.directory);
  CHECK(absl::IsDataLoss(found.status));
  CHECK(std::string(found.status.message()) ==
        journal.PathOf(SegmentName(2)) +
            ": at byte 8192: no valid frame of sequence 10, but the segment "
            "goes on to 12288");
}

TEST_CASE("Salvage ends at the first bad place and says where", "[journal]") {
  SmallJournal journal;
  const std::string second = journal.PathOf(SegmentName(2));
  SECTION("a frame") {
    journal.system.disk().FlipBit(second, 8 * (2 * kPageBytes + 65));
    const Found found = Scan(journal.directory, {.salvage = true});
    REQUIRE(found.status.ok());
    CHECK(found.records.size() == 9);
    CHECK(found.result.end.sequence == 9);
    CHECK(found.result.discarded_at.starts_with(second));
    CHECK(found.result.bytes_discarded == 2 * kPageBytes + 16'384);
  }
  SECTION("a segment") {
    journal.system.disk().Remove(second);
    const Found found = Scan(journal.directory, {.salvage = true});
    REQUIRE(found.status.ok());
    CHECK(found.records.size() == 6);
    CHECK(found.result.discarded_at == second + " is missing");
  }
  SECTION("a header") {
    journal.SetContent(SegmentName(2), std::vector<std::byte>(16'384));
    const Found found = Scan(journal.directory, {.salvage = true});
    REQUIRE(found.status.ok());
    CHECK(found.records.size() == 6);
    CHECK(found.result.discarded_at == second + " has lost its header");
  }
  SECTION("a sector that cannot be read") {
    journal.system.Inject({.at = 1,
                           .for_ever = true,
                           .kind = CallKind::kRead,
                           .name = SegmentName(2)});
    CHECK(absl::IsDataLoss(Scan(journal.directory).status));
    const Found found = Scan(journal.directory, {.salvage = true});
    REQUIRE(found.status.ok());
    CHECK(found.records.size() == 6);
  }
  SECTION("the end") {
    journal.system.disk().Remove(journal.PathOf(SegmentName(3)));
    const Found found = Scan(journal.directory, {.salvage = true});
    REQUIRE(found.status.ok());
    CHECK(found.records.size() == 12);
    CHECK_FALSE(found.result.discarded_at.empty());
  }
}

TEST_CASE("An error of the reader ends the scan", "[journal]") {
  SmallJournal journal;
  std::uint64_t calls = 0;
  const auto result = mapped::ScanJournal(
      journal.directory, TestId(), {.salvage = true},
      [&](std::uint64_t sequence, std::span<const std::byte>) -> absl::Status {
        ++calls;
        if (sequence == 4) return absl::DataLossError("mine");
        return absl::OkStatus();
      });
  CHECK(calls == 4);
  CHECK(result.status() == absl::DataLossError("mine"));
}

TEST_CASE("A foreign, misplaced or too large segment is refused", "[journal]") {
  SmallJournal journal;
  SECTION("another store") {
    mapped::StoreId other = TestId();
    other.bytes[3] = std::byte{0};
    const auto result =
        mapped::ScanJournal(journal.directory, other, {},
                            [](std::uint64_t, std::span<const std::byte>) {
                              return absl::OkStatus();
                            });
    CHECK(absl::IsFailedPrecondition(result.status()));
  }
  SECTION("another name") {
    journal.SetContent(SegmentName(9), journal.Content(SegmentName(3)));
    CHECK(absl::IsFailedPrecondition(Scan(journal.directory).status));
  }
  SECTION("too large") {
    const Found found = Scan(journal.directory, {.segment_bytes_max = 16'383});
    CHECK(absl::IsFailedPrecondition(found.status));
  }
}

// Frames as an attacker might write them: their sums are right.
class Forger {
 public:
  explicit Forger(SmallJournal& journal) : journal_(journal) {
    bytes_ = journal.Content(SegmentName(3));
    mapped::Page page;
    std::ranges::copy(std::span(bytes_).first(kPageBytes), page.begin());
    header_ = *mapped::DecodeSegmentHeader(page);
  }

  const mapped::SegmentHeader& header() const { return header_; }
  std::byte* page(std::size_t number) {
    return bytes_.data() + number * kPageBytes;
  }
  mapped::FrameHeader FrameAt(std::size_t page_number) {
    return *mapped::DecodeFrameHeader(page(page_number));
  }
  void Sign(std::size_t page_number, const mapped::FrameHeader& frame) {
    mapped::EncodeFrameHeader(frame, header_.salt, page(page_number));
  }
  void SignHeader() {
    const mapped::Page page = mapped::EncodeSegmentHeader(header_);
    std::ranges::copy(page, bytes_.begin());
  }
  mapped::SegmentHeader& header() { return header_; }
  Found Scan() {
    journal_.SetContent(SegmentName(3), bytes_);
    return test::Scan(journal_.directory);
  }

 private:
  SmallJournal& journal_;
  std::vector<std::byte> bytes_;
  mapped::SegmentHeader header_;
};

TEST_CASE("A frame is valid only in its place", "[journal]") {
  SmallJournal journal;
  Forger forger(journal);
  mapped::FrameHeader frame = forger.FrameAt(1);
  SECTION("signed again, it is") {
    forger.Sign(1, frame);
    CHECK(forger.Scan().status.ok());
    return;
  }
  SECTION("the sequence") { ++frame.sequence; }
  SECTION("the previous sum") { ++frame.previous_sum; }
  SECTION("the time falls") {
    frame.time = std::numeric_limits<std::int64_t>::min();
  }
  SECTION("no records") { frame.record_count = 0; }
  SECTION("more records than bytes") { frame.record_count = 1000; }
  SECTION("fewer records than there are bytes for") { --frame.record_count; }
  SECTION("one record more than there are") { ++frame.record_count; }
  SECTION("an odd length") { frame.length -= 4; }
  forger.Sign(1, frame);
  CHECK(absl::IsDataLoss(forger.Scan().status));
}

TEST_CASE("What a header says of the segment before it is checked",
          "[journal]") {
  SmallJournal journal;
  Forger forger(journal);
  SECTION("signed again, it is valid") {
    forger.SignHeader();
    CHECK(forger.Scan().status.ok());
    return;
  }
  SECTION("the base") { ++forger.header().base_sequence; }
  SECTION("the previous sum") { ++forger.header().previous_sum; }
  SECTION("the previous end") { forger.header().previous_end += kPageBytes; }
  SECTION("the previous end, no page") { ++forger.header().previous_end; }
  SECTION("the previous end, far off") {
    forger.header().previous_end = UINT64_MAX;
  }
  forger.SignHeader();
  CHECK(absl::IsDataLoss(forger.Scan().status));
}

TEST_CASE("Nonsense in a header is refused", "[journal]") {
  SmallJournal journal;
  Forger forger(journal);
  SECTION("sequence 0") { forger.header().base_sequence = 0; }
  SECTION("the last sequence there is") {
    forger.header().base_sequence = UINT64_MAX;
  }
  SECTION("another segment's number") { forger.header().number = 2; }
  forger.SignHeader();
  CHECK(IsRefusal(forger.Scan()));
}

TEST_CASE("A newer writer may forbid writing", "[journal]") {
  SmallJournal journal;
  Forger forger(journal);
  forger.header().read_only_flags = 4;
  forger.SignHeader();
  const Found found = forger.Scan();
  REQUIRE(found.status.ok());
  CHECK(found.records == journal.given);
  CHECK(found.result.read_only.starts_with(journal.PathOf(SegmentName(3))));
}

TEST_CASE("A torn last batch is discarded and told", "[journal]") {
  SmallJournal journal;
  journal.ForgetLastWitness();
  Forger forger(journal);
  forger.page(2)[70] ^= std::byte{1};
  const Found found = forger.Scan();
  REQUIRE(found.status.ok());
  CHECK(found.records.size() == journal.before_last);
  CHECK(found.result.bytes_discarded == kPageBytes);
  CHECK(found.result.discarded_at ==
        journal.PathOf(SegmentName(3)) + ": at byte 8192: a torn write");
}

TEST_CASE("A later frame that knew the bad one durable makes it damage",
          "[journal]") {
  SmallJournal journal;
  journal.ForgetLastWitness();
  journal.SetContent("ctl", {});
  Forger forger(journal);
  forger.page(1)[70] ^= std::byte{1};
  const Found found = forger.Scan();
  CHECK(absl::IsDataLoss(found.status));
  CHECK(std::string(found.status.message()).find("at byte 8192") !=
        std::string::npos);

  // One that did not know makes a torn batch of two frames.
  mapped::FrameHeader frame = forger.FrameAt(2);
  frame.durable_sequence = frame.sequence - 4;
  forger.Sign(2, frame);
  const Found torn = forger.Scan();
  REQUIRE(torn.status.ok());
  CHECK(torn.records.size() == 12);
  CHECK(torn.result.bytes_discarded == 2 * kPageBytes);
}

TEST_CASE("Frames within frames are refused in time", "[journal]") {
  SmallJournal journal;
  journal.SetContent("ctl", {});
  // Each page claims the rest of a segment of 4 MiB.
  constexpr std::size_t kPages = 1024;
  Forger forger(journal);
  std::vector<std::byte> bytes = journal.Content(SegmentName(3));
  bytes.resize(kPages * kPageBytes);
  for (std::size_t page = kPages - 1; page > 0; --page) {
    std::byte* const frame = bytes.data() + page * kPageBytes;
    mapped::EncodeFrameHeader(
        {.length = static_cast<std::uint32_t>((kPages - page) * kPageBytes -
                                              mapped::kFrameHeaderBytes),
         .record_count = 1},
        forger.header().salt, frame);
  }
  journal.SetContent(SegmentName(3), bytes);
  CHECK(absl::IsDataLoss(Scan(journal.directory).status));
}

}  // namespace
}  // namespace seatfield::test
