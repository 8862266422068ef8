// SPDX-License-Identifier: MIT

#include "mapped/segment.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mapped/removal.h"
#include "seatfield/internal/text.h"

namespace seatfield::mapped {
namespace {

using internal::Cat;

absl::Status Refusal(const Segment& segment, std::string_view why) {
  return absl::FailedPreconditionError(Cat(segment.file.path(), ": ", why));
}

// The last of `numbers`, up to `in_use`, that begins at `sequence` + 1 or
// before; 0: there is none.
absl::StatusOr<std::uint64_t> LastThatBeginsBy(
    const platform::Directory& directory, const StoreId& id,
    std::span<const std::uint64_t> numbers, std::uint64_t in_use,
    std::uint64_t sequence) {
  for (auto at = numbers.rbegin(); at != numbers.rend(); ++at) {
    const std::uint64_t number = *at;
    if (number > in_use) continue;
    const auto segment = OpenSegment(directory, number);
    if (!segment.ok()) return segment.status();
    const auto page = ReadHeaderPage(*segment, id);
    if (!page.ok()) return page.status();
    const auto& header = page->header;
    if (header.has_value() && header->base_sequence - 1 <= sequence) {
      return number;
    }
  }
  return 0;
}

}  // namespace

absl::StatusOr<std::vector<std::uint64_t>> ListSegments(
    const platform::Directory& directory) {
  const auto names = directory.List();
  if (!names.ok()) return names.status();
  std::vector<std::uint64_t> numbers;
  for (const std::string& name : *names) {
    if (const auto number = SegmentNumber(name)) numbers.push_back(*number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

absl::StatusOr<Segment> OpenSegment(const platform::Directory& directory,
                                    std::uint64_t number) {
  auto file = directory.Open(SegmentName(number), platform::OpenMode::kRead);
  if (!file.ok()) return file.status();
  return Segment{.file = *std::move(file), .number = number};
}

absl::StatusOr<HeaderPage> ReadHeaderPage(const Segment& segment,
                                          const StoreId& id) {
  const auto status = segment.file.Status();
  if (!status.ok()) return status.status();
  Page page{};
  const auto bytes = std::min<std::uint64_t>(status->size, page.size());
  absl::Status read = segment.file.Read(
      0, std::span(page).first(static_cast<std::size_t>(bytes)));
  if (!read.ok()) return read;
  if (page == Page{}) return HeaderPage{};
  const auto header = DecodeSegmentHeader(page);
  if (absl::IsDataLoss(header.status())) {
    return HeaderPage{.torn = Cat(segment.file.path(), ": ",
                                  std::string(header.status().message()))};
  }
  if (!header.ok()) {
    return Refusal(segment, std::string(header.status().message()));
  }
  if (header->id != id) return Refusal(segment, "it belongs to another store");
  if (header->number != segment.number || header->base_sequence == 0) {
    return Refusal(segment,
                   Cat("its header is that of segment ", header->number));
  }
  return HeaderPage{.header = *header};
}

absl::Status SyncSegment(const platform::Directory& directory,
                         std::uint64_t number) {
  if (number == 0) return absl::OkStatus();
  auto file =
      directory.Open(SegmentName(number), platform::OpenMode::kReadWrite);
  return file.ok() ? file->Sync() : file.status();
}

// A segment ends where the next one begins.
absl::Status DropSegments(platform::Directory& directory, const StoreId& id,
                          std::uint64_t in_use, std::uint64_t sequence) {
  const auto numbers = ListSegments(directory);
  if (!numbers.ok()) return numbers.status();
  const auto kept = LastThatBeginsBy(directory, id, *numbers, in_use, sequence);
  if (!kept.ok()) return kept.status();
  std::vector<std::string> names;
  for (const std::uint64_t number : *numbers) {
    if (number < *kept) names.push_back(SegmentName(number));
  }
  return RemoveFiles(directory, names);
}

}  // namespace seatfield::mapped
