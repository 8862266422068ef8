// SPDX-License-Identifier: MIT
//
// One heap allocation after the other fails, once or from then on, inside every
// call of a storage: a status says so, nothing is half done, no lock stays
// held, and what was acknowledged is found.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "mapped/store_rig.h"
#include "platform/system.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/memory_storage.h"
#include "seatfield/read_view.h"
#include "support/catch.h"
#include "support/random_sales.h"
#include "support/seed.h"
#include "support/temporary_directory.h"
#include "support/volume.h"

namespace {

// Of this thread, while it is armed: the allocation that fails.
thread_local bool armed = false;
std::uint64_t allocations = 0;
std::uint64_t fails_at = 0;
bool fails_for_ever = false;

bool Fails() {
  if (!armed) return false;
  ++allocations;
  return fails_for_ever ? allocations >= fails_at : allocations == fails_at;
}

void* Allocate(std::size_t size, std::size_t alignment) {
  if (Fails()) return nullptr;
  return std::aligned_alloc(alignment,
                            (size + alignment - 1) / alignment * alignment);
}

void* AllocateOrThrow(std::size_t size, std::size_t alignment) {
  if (void* const memory = Allocate(size, alignment)) return memory;
  throw std::bad_alloc();
}

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  return AllocateOrThrow(size, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(std::size_t size,
                                     const std::nothrow_t&) noexcept {
  return Allocate(size, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(std::size_t size,
                                     std::align_val_t alignment) {
  return AllocateOrThrow(size, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void* operator new(std::size_t size,
                                     std::align_val_t alignment,
                                     const std::nothrow_t&) noexcept {
  return Allocate(size, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  operator delete(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  operator delete(memory);
}

namespace seatfield::test {
namespace {

// What one run has met.
struct Run {
  std::string wrong;  // the first thing that must not be
  std::map<std::uint64_t, std::string> states;  // by sequence
  std::uint64_t durable = 0;
  std::uint64_t failed = 0;

  void Wrong(const std::string& what) {
    if (wrong.empty()) wrong = what;
  }
};

// What `call` returns, in which allocations may fail.
template <typename Call>
auto Armed(Run& run, const Call& call) -> decltype(call()) {
  armed = true;
  try {
    auto result = call();
    armed = false;
    return result;
  } catch (...) {
    armed = false;
    run.Wrong("an exception came out of a call");
    return absl::InternalError("thrown");
  }
}

// All seats of all sections.
std::string StateOf(Storage& storage) {
  std::string text;
  SectionView view;
  for (const std::int64_t event : {0, 1}) {
    for (const SectionSpec& section : RandomSales::Sections()) {
      if (!storage
               .ReadSection(EventId{event}, section.name, {.details = true},
                            view)
               .ok()) {
        continue;
      }
      text += view.map.ToString();
      for (const SeatRecord& record : view.details) {
        if (!record.meta) continue;
        internal::Append(text, internal::Cat(" ", record.meta->booking.low()));
      }
    }
  }
  return text;
}

class Script {
 public:
  Script(Storage& storage, Run& run) : storage_(storage), run_(run) {}

  void Sell() {
    const std::vector<SectionSpec> sections = RandomSales::Sections();
    for (const std::int64_t event : {0, 1}) {
      Do([&] {
        return storage_.CreateSections(EventId{event}, sections, sales_.now());
      });
    }
    for (int i = 0; i < 24; ++i) {
      Commit(i);
      if (i == 9) Do([&] { return storage_.SetPaused({EventId{1}}, true); });
      if (i == 15) {
        Do([&] { return storage_.Reset({EventId{1}}, true, sales_.now()); });
      }
    }
    Read();
    Do([&] { return storage_.Drop({EventId{1}}, true, sales_.now()); });
  }

  // Changes nothing if it fails, but for Unknown.
  template <typename Call>
  bool Do(const Call& call) {
    const std::string before = StateOf(storage_);
    const absl::Status status = Armed(run_, call);
    if (status.ok()) return true;
    ++run_.failed;
    const bool fits = absl::IsResourceExhausted(status) ||
                      absl::IsUnknown(status) || absl::IsUnavailable(status) ||
                      absl::IsNotFound(status);
    if (!fits) run_.Wrong("another status: " + status.ToString());
    if (!absl::IsUnknown(status) && StateOf(storage_) != before) {
      run_.Wrong("half done: " + status.ToString());
    }
    return false;
  }

 private:
  void Commit(int i) {
    const Transaction transaction = sales_.MakeTransaction();
    CommitOptions options;
    options.durability = i % 2 == 0 ? Durability::kGroup : Durability::kNone;
    Outcome outcome;
    const bool done = Do([&] {
      return storage_.Commit(transaction, sales_.now(), options, outcome);
    });
    if (!done || !outcome.committed()) return;
    run_.states[outcome.sequence] = StateOf(storage_);
    if (outcome.durability == Durability::kGroup) {
      run_.durable = std::max(run_.durable, outcome.sequence);
    }
  }

  void Read() {
    SectionView view;
    std::vector<SectionStats> stats;
    Do([&] { return storage_.ReadSection(EventId{0}, "A", {}, view); });
    Do([&] { return storage_.ReadStats({EventId{0}}, stats); });
    Do([&] { return storage_.ListEvents().status(); });
    Do([&] { return storage_.ListBookings(EventId{0}, BuyerId{2}).status(); });
    Do([&] { return storage_.ListHolds(EventId{0}, Time(), 9).status(); });
    Do([&] { return storage_.ReadBooking(EventId{0}, {1, 1}).status(); });
    Do([&] { return storage_.Verify(EventId{0}); });
    Do([&] { return storage_.ExpireDue(sales_.now(), 9).status(); });
  }

  Storage& storage_;
  Run& run_;
  Rng rng_{17};
  RandomSales sales_{rng_};
};

// Runs until no allocation is left to fail. run(run) is one life.
template <typename Life>
void FailEach(const Life& life) {
  for (const bool for_ever : {false, true}) {
    fails_for_ever = for_ever;
    std::uint64_t step = Volume(20) == 20 ? 1 : 7;
    for (std::uint64_t n = 1;; n += step) {
      INFO("allocation " << n << (for_ever ? " and all after it" : ""));
      allocations = 0;
      fails_at = n;
      Run run;
      life(run);
      fails_at = UINT64_MAX;
      REQUIRE(run.wrong == "");
      if (allocations < n) break;
    }
  }
}

TEST_CASE("Any allocation of a memory storage may fail", "[mapped]") {
  FailEach([](Run& run) {
    MemoryStorage storage(MemoryOptions{.hash_seed = 1});
    Script(storage, run).Sell();
    fails_at = UINT64_MAX;
    for (const std::int64_t event : {0, 1}) {
      const absl::Status status = storage.Verify(EventId{event});
      if (!status.ok() && !absl::IsNotFound(status)) {
        run.Wrong(status.ToString());
      }
    }
  });
}

// A real file system, of memory if there is one: the simulated one allocates.
std::string FastDirectory() {
  struct stat status {};
  if (::stat("/dev/shm", &status) == 0) ::setenv("TMPDIR", "/dev/shm", 1);
  return {};
}

absl::StatusOr<std::unique_ptr<MappedStorage>> Open(const std::string& path,
                                                    bool background) {
  using Result = absl::StatusOr<std::unique_ptr<MappedStorage>>;
  return internal::OrNoMemory([&]() -> Result {
    auto store = MappedStorage::Store::OpenToWrite(platform::RealSystem(), path,
                                                   TinyOptions(), background);
    if (!store.ok()) return store.status();
    return std::make_unique<MappedStorage>(*std::move(store));
  });
}

void CheckLeft(const std::string& path, Run& run) {
  auto storage = Open(path, /*background=*/false);
  if (!storage.ok()) return run.Wrong(storage.status().ToString());
  const std::uint64_t found = (*storage)->sequence();
  if (found < run.durable) run.Wrong("something acknowledged is lost");
  const auto known = run.states.find(found);
  if (known != run.states.end() && known->second != StateOf(**storage)) {
    run.Wrong("another state");
  }
  for (const std::int64_t event : {0, 1}) {
    const absl::Status status = (*storage)->Verify(EventId{event});
    if (!status.ok() && !absl::IsNotFound(status)) {
      run.Wrong(status.ToString());
    }
  }
  const absl::Status files = (*storage)->VerifyFiles();
  if (!files.ok()) run.Wrong(files.ToString());
}

void LiveOnce(const std::string& path, Run& run) {
  auto storage = Armed(run, [&] { return Open(path, /*background=*/false); });
  if (!storage.ok()) {
    ++run.failed;
    if (!absl::IsResourceExhausted(storage.status())) {
      run.Wrong("open: " + storage.status().ToString());
    }
    return;
  }
  Script script(**storage, run);
  script.Sell();
  script.Do([&] { return (*storage)->Checkpoint(); });
  script.Do([&] { return (*storage)->VerifyFiles(); });
  script.Do([&] { return (*storage)->files().status(); });
  run.failed += Armed(run, [&] { return (*storage)->Close(); }).ok() ? 0 : 1;
}

TEST_CASE("Any allocation of a mapped storage may fail", "[mapped]") {
  FastDirectory();
  FailEach([](Run& run) {
    const TemporaryDirectory scratch;
    const std::string path = scratch.path() + "/store";
    LiveOnce(path, run);
    fails_at = UINT64_MAX;
    CheckLeft(path, run);
  });
}

TEST_CASE("Any allocation of an opening may fail", "[mapped]") {
  FastDirectory();
  for (const bool background : {false, true}) {
    const TemporaryDirectory scratch;
    const std::string path = scratch.path() + "/store";
    fails_at = UINT64_MAX;
    Run first;
    LiveOnce(path, first);
    REQUIRE(first.failed == 0);
    bool rebuilds = false;
    FailEach([&](Run& run) {
      // Now and then as after a crash.
      rebuilds = !rebuilds;
      if (rebuilds) ::unlink((path + "/live.map").c_str());
      const auto storage = Armed(run, [&] { return Open(path, background); });
      if (!storage.ok() && !absl::IsResourceExhausted(storage.status())) {
        run.Wrong("open: " + storage.status().ToString());
      }
    });
    CheckLeft(path, first);
    CHECK(first.wrong == "");
  }
}

}  // namespace
}  // namespace seatfield::test
