// SPDX-License-Identifier: MIT

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/commit_options.h"
#include "seatfield/internal/text.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/storage.h"
#include "seatfield/storage_registry.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

namespace {

absl::Status ParseLevel(std::string_view text, Durability& level) {
  for (const Durability known :
       {Durability::kNone, Durability::kInterval, Durability::kGroup}) {
    if (text != DurabilityName(known)) continue;
    level = known;
    return absl::OkStatus();
  }
  return internal::InvalidArgument(
      "storage file: option durability must be none, interval or group; got ",
      internal::Quoted(text));
}

absl::Status ParseFlag(std::string_view name, std::uint32_t number,
                       bool& flag) {
  flag = number == 1;
  if (number <= 1) return absl::OkStatus();
  return internal::InvalidArgument("storage file: option ", name,
                                   " must be 0 or 1; got ", number);
}

absl::StatusOr<std::unique_ptr<Storage>> OpenFile(const StorageUri& uri) {
  if (uri.path.empty()) {
    return internal::InvalidArgument(
        "storage file: needs a directory, as in file:/var/lib/box-office");
  }
  MappedOptions mapped;
  std::string level(DurabilityName(mapped.durability));
  std::uint32_t create = mapped.create ? 1 : 0;
  std::uint32_t network = 0;
  std::uint32_t read_only = 0;
  StorageOptions options;
  options.Add("durability", level);
  options.Add("interval", mapped.interval);
  options.Add("segment_bytes", mapped.segment_bytes);
  options.Add("checkpoint_bytes", mapped.checkpoint_bytes);
  options.Add("buffer_bytes", mapped.buffer_bytes);
  options.Add("clock_skew_max", mapped.clock_skew_max);
  options.Add("create", create);
  options.Add("allow_network_file_system", network);
  options.Add("read_only", read_only);
  AddLimits(options, mapped.limits);
  bool reads = false;
  absl::Status status = options.Read(uri);
  if (status.ok()) status = ParseLevel(level, mapped.durability);
  if (status.ok()) status = ParseFlag("create", create, mapped.create);
  if (status.ok()) {
    status = ParseFlag("allow_network_file_system", network,
                       mapped.allow_network_file_system);
  }
  if (status.ok()) status = ParseFlag("read_only", read_only, reads);
  if (!status.ok()) return status;
  auto opened = reads ? MappedStorage::OpenReadOnly(uri.path, mapped)
                      : MappedStorage::Open(uri.path, mapped);
  if (!opened.ok()) return opened.status();
  return std::unique_ptr<Storage>(*std::move(opened));
}

}  // namespace

void AddMapped(StorageRegistry& registry) {
  registry.Add("file", OpenFile).IgnoreError();
}

SEATFIELD_ABI_END
}  // namespace seatfield
