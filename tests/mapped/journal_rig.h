// SPDX-License-Identifier: MIT
//
// What tests of the journal share: opaque records, a process that uses a
// journal as a store does, and a ledger that knows what must be found.

#ifndef SEATFIELD_TESTS_MAPPED_JOURNAL_RIG_H_
#define SEATFIELD_TESTS_MAPPED_JOURNAL_RIG_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/call_queue.h"
#include "mapped/journal.h"
#include "mapped/journal_scan.h"
#include "platform/file.h"
#include "seatfield/internal/text.h"
#include "support/catch.h"
#include "support/seed.h"
#include "support/simulated_system.h"

namespace seatfield::test {

using Bytes = std::vector<std::byte>;

inline constexpr char kStore[] = "/store";
inline constexpr char kLive[] = "live.map";

inline mapped::StoreId TestId() {
  mapped::StoreId id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    id.bytes[i] = static_cast<std::byte>(16 * i + 1);
  }
  return id;
}

inline Bytes BytesOf(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

inline Bytes RandomBytes(Rng& rng, std::size_t size) {
  Bytes bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(rng.Next());
  return bytes;
}

// The smallest that there may be, without a thread of its own.
inline mapped::JournalOptions SmallOptions() {
  return {.segment_bytes = mapped::kSegmentBytesMin,
          .buffer_bytes = std::uint64_t{64} << 10,
          .background = false};
}

// A call of a function.
class FunctionCall : public mapped::DurableCall {
 public:
  using Function = std::function<void(const absl::Status&)>;

  explicit FunctionCall(Function function) : function_(std::move(function)) {}
  virtual ~FunctionCall() = default;
  void Done(const absl::Status& status) override { function_(status); }

 private:
  Function function_;
};

// Calls `function` when the journal says so.
inline void CallWhen(mapped::Journal& journal, std::uint64_t sequence,
                     Durability level, FunctionCall::Function function) {
  class OwnCall final : public FunctionCall {
   public:
    using FunctionCall::FunctionCall;
    void Done(const absl::Status& status) override {
      const std::unique_ptr<OwnCall> end(this);
      FunctionCall::Done(status);
    }
  };
  journal.CallWhen(sequence, level,
                   *std::make_unique<OwnCall>(std::move(function)).release());
}

// Memory for a journal's buffers.
class BufferMemory {
 public:
  explicit BufferMemory(const mapped::JournalOptions& options)
      : blocks_(mapped::JournalBufferBytes(options.buffer_bytes) /
                sizeof(Block)) {}

  std::span<std::byte> bytes() {
    return std::as_writable_bytes(std::span(blocks_));
  }

 private:
  struct alignas(64) Block {
    std::byte bytes[64];
  };
  std::vector<Block> blocks_;
};

// What a scan finds.
struct Found {
  absl::Status status;
  mapped::ScanResult result;
  std::uint64_t first = 0;  // sequence of the first record
  std::vector<Bytes> records;
};

inline Found Scan(const platform::Directory& directory,
                  const mapped::ScanOptions& options = {}) {
  Found found;
  auto result = mapped::ScanJournal(
      directory, TestId(), options,
      [&](std::uint64_t sequence, std::span<const std::byte> record) {
        if (found.records.empty()) found.first = sequence;
        if (sequence != found.first + found.records.size()) {
          return absl::InternalError("records out of order");
        }
        found.records.emplace_back(record.begin(), record.end());
        return absl::OkStatus();
      });
  found.status = result.status();
  if (result.ok()) found.result = *std::move(result);
  return found;
}

inline platform::Directory OpenStore(platform::System& system,
                                     const std::string& path = kStore) {
  auto directory = platform::Directory::OpenOrMake(system, path);
  INFO(directory.status().ToString());
  REQUIRE(directory.ok());
  return *std::move(directory);
}

inline std::unique_ptr<mapped::Journal> StartJournal(
    platform::Directory& directory, BufferMemory& memory,
    const mapped::JournalOptions& options, const mapped::JournalEnd& end = {}) {
  auto journal =
      mapped::Journal::Start(directory, TestId(), end, memory.bytes(), options);
  INFO(journal.status().ToString());
  REQUIRE(journal.ok());
  return *std::move(journal);
}

// A journal on a simulated machine, by a process without a thread of its own.
struct JournalFixture {
  explicit JournalFixture(const mapped::JournalOptions& with = SmallOptions(),
                          const SimulatedOptions& machine = {})
      : system(machine),
        options(with),
        memory(with),
        directory(OpenStore(system)) {
    Start();
  }

  void Start(const mapped::JournalEnd& end = {}) {
    journal = StartJournal(directory, memory, options, end);
  }
  // Starts another one behind what a scan finds.
  Found Restart() {
    journal.reset();
    Found found = Scan(directory);
    INFO(found.status.ToString());
    REQUIRE(found.status.ok());
    Start(found.result.end);
    return found;
  }

  // Appends and makes durable, as one batch.
  void Write(std::span<const Bytes> batch) {
    for (const Bytes& record : batch) {
      journal->Append(record);
      given.push_back(record);
    }
    REQUIRE(journal->Wait(journal->sequence(), Durability::kGroup).ok());
  }
  void Write(std::string_view text) {
    Write(std::vector<Bytes>{BytesOf(text)});
  }

  std::string PathOf(std::string_view name) const {
    return internal::Cat(kStore, "/", name);
  }

  SimulatedSystem system;
  mapped::JournalOptions options;
  BufferMemory memory;
  platform::Directory directory;
  std::unique_ptr<mapped::Journal> journal;
  std::vector<Bytes> given;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_MAPPED_JOURNAL_RIG_H_
