// SPDX-License-Identifier: MIT

#include "mapped/removal.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "platform/file.h"

namespace seatfield::mapped {
namespace {

constexpr std::uint64_t kGivenBackAtOnce = std::uint64_t{1} << 20;
// At a time, for descriptors may be few. What is more goes at once.
constexpr std::size_t kOpenMax = 16;

}  // namespace

void GiveBack(platform::File& file) {
  const auto elsewhere = file.IsOpenElsewhere();
  const auto status = file.Status();
  if (!elsewhere.ok() || *elsewhere || !status.ok()) return;
  std::uint64_t size = status->size;
  while (size > kGivenBackAtOnce && file.Truncate(size - kGivenBackAtOnce).ok())
    size -= kGivenBackAtOnce;
}

// A name may come back until the directory is durable, and must then stand for
// all that it stood for.
absl::Status RemoveFiles(platform::Directory& directory,
                         std::span<const std::string> names) {
  if (names.empty()) return absl::OkStatus();
  std::vector<platform::File> files;
  for (const std::string& name : names) {
    if (files.size() < kOpenMax) {
      auto file = directory.Open(name, platform::OpenMode::kReadWrite);
      if (file.ok()) files.push_back(*std::move(file));
    }
    absl::Status status = directory.Unlink(name);
    if (!status.ok()) return status;
  }
  absl::Status status = directory.Sync();
  if (!status.ok()) return status;
  for (platform::File& file : files) GiveBack(file);
  return absl::OkStatus();
}

}  // namespace seatfield::mapped
