// SPDX-License-Identifier: MIT

#include "mapped/file_slabs.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/no_memory.h"
#include "mapped/removal.h"
#include "platform/file.h"

namespace seatfield::mapped {
namespace {

constexpr char kUnnamed[] = "work.tmp";
// How often it is told how far its memory is used.
constexpr std::uint64_t kReachedStep = std::uint64_t{256} << 10;

}  // namespace

absl::StatusOr<std::unique_ptr<FileSlabs>> FileSlabs::MakeUnnamed(
    platform::Directory& directory) {
  absl::Status status = directory.Unlink(kUnnamed);
  if (!status.ok()) return status;
  auto file = directory.Open(kUnnamed, platform::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  status = directory.Unlink(kUnnamed);
  if (!status.ok()) return status;
  auto slabs = std::make_unique<FileSlabs>(*std::move(file), 0);
  slabs->gives_back_ = true;
  return slabs;
}

FileSlabs::~FileSlabs() {
  if (!gives_back_) return;
  slabs_.clear();
  OrNoMemory([&] {
    GiveBack(file_);
    return absl::OkStatus();
  }).IgnoreError();
}

std::byte* FileSlabs::Take(std::uint64_t offset, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto known = slabs_.find(offset);
  if (known != slabs_.end()) return known->second.data();
  failure_ = file_.Allocate(begin_ + offset + bytes);
  if (!failure_.ok()) return nullptr;
  auto mapping = file_.Map(begin_ + offset, bytes, /*writable=*/true);
  failure_ = mapping.status();
  if (!failure_.ok()) return nullptr;
  try {
    return slabs_.emplace(offset, *std::move(mapping)).first->second.data();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

std::uint64_t FileSlabs::Reached(std::uint64_t offset) {
  reached_.store(offset);
  grown_.Wake();
  return offset + kReachedStep;
}

absl::Status FileSlabs::Explain(const absl::Status& status) const {
  if (!absl::IsResourceExhausted(status)) return status;
  const std::lock_guard lock(mutex_);
  return failure_.ok() ? status : failure_;
}

}  // namespace seatfield::mapped
