// SPDX-License-Identifier: MIT
//
// Mapped stores on a simulated machine, for tests.

#ifndef SEATFIELD_TESTS_SUPPORT_MAPPED_STORE_H_
#define SEATFIELD_TESTS_SUPPORT_MAPPED_STORE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/image.h"
#include "mapped/store.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/ledger.h"
#include "seatfield/limits.h"
#include "seatfield/mapped_storage.h"
#include "support/forwarding_storage.h"
#include "support/simulated_system.h"

namespace seatfield::test {

inline constexpr char kStorePath[] = "/store";

// Small files, so that little work crosses all borders.
inline MappedOptions SmallOptions(const Limits& limits = {}) {
  MappedOptions options;
  options.limits = limits;
  options.durability = Durability::kNone;
  options.segment_bytes = std::uint64_t{64} << 10;
  options.checkpoint_bytes = std::uint64_t{64} << 10;
  options.buffer_bytes = std::uint64_t{64} << 10;
  options.clock_skew_max = kForever;
  return options;
}

// A store without threads of its own.
inline absl::StatusOr<std::unique_ptr<MappedStorage::Store>> OpenStore(
    platform::System& system, const MappedOptions& options = SmallOptions()) {
  return MappedStorage::Store::OpenToWrite(system, kStorePath, options,
                                           /*background=*/false);
}

inline absl::StatusOr<Digest128> DigestOf(MappedStorage::Store& store) {
  return store.Read([](internal::Ledger& ledger) {
    return mapped::DigestImage(ledger.state());
  });
}

// A mapped storage with a machine of its own.
class SimulatedStorage : public ForwardingStorage {
 public:
  explicit SimulatedStorage(const MappedOptions& options)
      : SimulatedStorage(options, std::make_unique<SimulatedSystem>()) {}

  ~SimulatedStorage() override { Replace(nullptr); }

  MappedStorage::Store& store() { return *store_; }
  SimulatedSystem& system() { return *system_; }

  // Closes it properly and opens it again.
  absl::Status Reopen() {
    absl::Status closed = inner().Close();
    if (!closed.ok()) return closed;
    Replace(nullptr);
    return Open();
  }

 private:
  SimulatedStorage(const MappedOptions& options,
                   std::unique_ptr<SimulatedSystem> system)
      : ForwardingStorage(nullptr),
        options_(options),
        system_(std::move(system)) {
    Open().IgnoreError();
  }

  absl::Status Open() {
    auto store = OpenStore(*system_, options_);
    if (!store.ok()) return store.status();
    store_ = store->get();
    Replace(std::make_unique<MappedStorage>(*std::move(store)));
    return absl::OkStatus();
  }

  const MappedOptions options_;
  std::unique_ptr<SimulatedSystem> system_;
  MappedStorage::Store* store_ = nullptr;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_MAPPED_STORE_H_
