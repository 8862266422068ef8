// SPDX-License-Identifier: MIT
//
// Whatever stands in a journal's files and buffers, a scan gives records in
// order or refuses. The input changes a small journal that is whole, and may
// set the sums right again, so that what lies behind them is reached.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "fuzz/input.h"
#include "mapped/journal.h"
#include "mapped/journal_format.h"
#include "mapped/journal_scan.h"
#include "platform/file.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/text.h"
#include "support/simulated_system.h"

namespace seatfield::test {
namespace {

using mapped::kFrameHeaderBytes;
using mapped::kPageBytes;
using mapped::LoadLittle;
using mapped::StoreLittle;
using Bytes = std::vector<std::byte>;

constexpr char kStore[] = "/store";
constexpr std::uint64_t kRecords = 12;
constexpr mapped::StoreId kId{.bytes = {std::byte{1}, std::byte{2}}};

struct File {
  std::string path;
  Bytes content;
};

// A journal of three segments, and its buffers.
class Base {
 public:
  Base() {
    auto directory = platform::Directory::OpenOrMake(system_, kStore);
    Expect(directory.ok());
    directory_ = *std::move(directory);
    auto journal =
        mapped::Journal::Start(directory_, kId, {}, buffers_.bytes, kOptions);
    Expect(journal.ok());
    for (std::uint64_t i = 1; i <= kRecords; ++i) {
      (*journal)->Append(Bytes(7 * i, static_cast<std::byte>(i)));
      if (i % 2 == 0) Expect((*journal)->Flush().ok());
      if (i % 4 == 0) Expect((*journal)->Seal().ok());
    }
    buffers_at_end_.assign(buffers_.bytes.begin(), buffers_.bytes.end());
    Expect((*journal)->Close().ok());
    for (const char* const name :
         {"jrnl-0000000000000001", "jrnl-0000000000000002",
          "jrnl-0000000000000003", "ctl"}) {
      const std::string path = internal::Cat(kStore, "/", name);
      files_.push_back({path, system_.disk().ReadAll(path)});
    }
  }

  SimulatedSystem& system() { return system_; }
  const platform::Directory& directory() const { return directory_; }
  const std::vector<File>& files() const { return files_; }
  const Bytes& buffers() const { return buffers_at_end_; }

 private:
  static constexpr mapped::JournalOptions kOptions = {
      .segment_bytes = mapped::kSegmentBytesMin,
      .buffer_bytes = std::uint64_t{64} << 10,
      .background = false};
  struct alignas(64) Buffers {
    std::array<std::byte, mapped::JournalBufferBytes(kOptions.buffer_bytes)>
        bytes;
  };

  SimulatedSystem system_;
  platform::Directory directory_;
  Buffers buffers_{};
  Bytes buffers_at_end_;
  std::vector<File> files_;
};

// --- Sums set right ----------------------------------------------------------

void SignHeader(Bytes& segment) {
  if (segment.size() < kPageBytes) return;
  StoreLittle(segment.data() + 96, internal::Hash64({segment.data(), 96}, 0));
}

void SignFrame(Bytes& segment, std::size_t page) {
  const std::size_t at = page * kPageBytes;
  if (segment.size() < at + kFrameHeaderBytes) return;
  std::byte* const frame = segment.data() + at;
  const auto header = mapped::DecodeFrameHeader(frame);
  if (!header.has_value() ||
      header->length > segment.size() - at - kFrameHeaderBytes) {
    return;
  }
  const auto salt = LoadLittle<std::uint64_t>(segment.data() + 56);
  StoreLittle(frame + 56, mapped::FrameSum(frame, header->length, salt));
}

void SignWitness(Bytes& witness) {
  for (const std::size_t slot : {std::size_t{0}, kPageBytes}) {
    if (witness.size() < slot + mapped::kWitnessBytes) return;
    StoreLittle(witness.data() + slot + 40,
                internal::Hash64({witness.data() + slot, 40}, 0));
  }
}

// --- Checks ------------------------------------------------------------------

void Change(Input& input, Bytes& bytes) {
  if (input.Below(16) == 0) bytes.resize(input.Below(20'000));
  if (bytes.empty()) return;
  const std::size_t at = input.Below(bytes.size());
  const auto with =
      input.Take(std::min(1 + input.Below(16), bytes.size() - at));
  std::ranges::copy(with, bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

bool IsRefusal(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsFailedPrecondition(status) ||
         absl::IsOutOfRange(status);
}

void CheckScan(Base& base, const mapped::ScanOptions& options) {
  std::uint64_t next = options.after + 1;
  const auto result = mapped::ScanJournal(
      base.directory(), kId, options,
      [&](std::uint64_t sequence, std::span<const std::byte> record) {
        Expect(sequence == next++ && sequence <= options.until);
        std::byte all{0};
        for (const std::byte byte : record) all |= byte;
        return std::to_integer<int>(all) == 256 ? absl::InternalError("")
                                                : absl::OkStatus();
      });
  if (!result.ok()) return Expect(IsRefusal(result.status()));
  Expect(result->records == next - 1 - options.after);
  Expect(result->end.sequence >= next - 1);
}

void CheckFiles(Base& base, Input& input) {
  std::vector<File> files = base.files();
  const mapped::ScanOptions options{.after = input.Below(kRecords + 2),
                                    .until = 1 + input.Below(2 * kRecords),
                                    .salvage = input.Below(2) == 1};
  for (std::size_t changes = input.Below(8); changes > 0; --changes) {
    Bytes& content = files[input.Below(files.size())].content;
    Change(input, content);
    switch (input.Below(4)) {
      case 0:
        SignHeader(content);
        break;
      case 1:
        SignFrame(content, 1 + input.Below(3));
        break;
      case 2:
        SignWitness(content);
        break;
      default:
        break;
    }
  }
  for (const File& file : files) {
    base.system().disk().WriteAll(file.path, file.content);
  }
  CheckScan(base, options);
}

void CheckBuffers(Base& base, Input& input) {
  Bytes buffers = base.buffers();
  const std::uint64_t after = input.Below(kRecords + 2);
  for (std::size_t changes = input.Below(8); changes > 0; --changes) {
    Change(input, buffers);
  }
  std::uint64_t next = after + 1;
  const auto rescued = mapped::RescueRecords(
      buffers, kId, after,
      [&](std::uint64_t sequence, std::span<const std::byte>) {
        Expect(sequence == next++);
        return absl::OkStatus();
      });
  Expect(rescued.ok() ? *rescued == next - 1 - after
                      : absl::IsDataLoss(rescued.status()));
}

}  // namespace
}  // namespace seatfield::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  static seatfield::test::Base base;
  seatfield::test::Input input(std::as_bytes(std::span(data, size)));
  if (input.Below(4) == 0) {
    seatfield::test::CheckBuffers(base, input);
  } else {
    seatfield::test::CheckFiles(base, input);
  }
  return 0;
}
