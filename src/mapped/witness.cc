// SPDX-License-Identifier: MIT

#include "mapped/witness.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace seatfield::mapped {
namespace {

constexpr std::uint64_t kFileBytes = 2 * kPageBytes;

struct Found {
  Witness newest;
  std::size_t slot = 0;
};

// None: the file is too short, or the slot is not valid.
absl::StatusOr<std::optional<Witness>> ReadSlot(const platform::File& file,
                                                std::uint64_t offset,
                                                const StoreId& id) {
  WitnessSlot slot;
  absl::Status status = file.Read(offset, slot);
  if (absl::IsOutOfRange(status)) return std::nullopt;
  if (!status.ok()) return status;
  return DecodeWitness(slot, id);
}

absl::StatusOr<Found> ReadSlots(const platform::File& file, const StoreId& id) {
  Found found;
  for (const std::size_t i : {0u, 1u}) {
    const auto slot = ReadSlot(file, kWitnessSlots[i], id);
    if (!slot.ok()) return slot.status();
    if (slot->has_value() && (*slot)->count > found.newest.count) {
      found = {.newest = **slot, .slot = i};
    }
  }
  return found;
}

absl::StatusOr<platform::File> MakeFile(platform::Directory& directory) {
  static constexpr std::array<std::byte, kFileBytes> kZeros{};
  auto file = directory.Open(kWitnessName, platform::OpenMode::kCreate);
  if (!file.ok()) return file;
  absl::Status status = file->Write(0, kZeros);
  if (status.ok()) status = file->Sync();
  if (status.ok()) status = directory.Sync();
  if (!status.ok()) return status;
  return file;
}

}  // namespace

absl::StatusOr<Witness> ReadWitness(const platform::Directory& directory,
                                    const StoreId& id) {
  const auto file = directory.Open(kWitnessName, platform::OpenMode::kRead);
  if (absl::IsNotFound(file.status())) return Witness{};
  if (!file.ok()) return file.status();
  const auto found = ReadSlots(*file, id);
  if (!found.ok()) return found.status();
  return found->newest;
}

absl::StatusOr<WitnessFile> WitnessFile::Open(platform::Directory& directory,
                                              const StoreId& id) {
  auto file = directory.Open(kWitnessName, platform::OpenMode::kReadWrite);
  if (absl::IsNotFound(file.status())) file = MakeFile(directory);
  if (!file.ok()) return file.status();
  const auto found = ReadSlots(*file, id);
  if (!found.ok()) return found.status();
  return WitnessFile(*std::move(file), id, found->newest.count,
                     1 - found->slot);
}

absl::Status WitnessFile::Write(std::uint64_t sequence) {
  const Witness witness{.count = ++count_, .sequence = sequence};
  return file_.Write(kWitnessSlots[slot_], EncodeWitness(witness, id_));
}

absl::Status WitnessFile::Sync() {
  absl::Status status = file_.SyncData();
  if (status.ok()) slot_ = 1 - slot_;
  return status;
}

}  // namespace seatfield::mapped
