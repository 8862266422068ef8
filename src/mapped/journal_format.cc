// SPDX-License-Identifier: MIT

#include "mapped/journal_format.h"

#include <charconv>
#include <cstring>
#include <system_error>

#include "absl/status/status.h"
#include "seatfield/internal/text.h"

namespace seatfield::mapped {
namespace {

constexpr char kNamePrefix[] = "jrnl-";
constexpr std::size_t kNameDigits = 16;
constexpr char kHeaderMagic[] = "SEATJRNL";
constexpr char kWitnessMagic[] = "SEATWTNS";
constexpr std::uint32_t kFormatVersion = 1;
constexpr std::uint32_t kByteOrderTurned = 0x04030201;
constexpr std::size_t kHeaderSumAt = 96;
constexpr std::size_t kHeaderCopyAt = 2048;
constexpr std::uint32_t kFrameMagic = 0x4d52'4653;
constexpr std::uint16_t kFrameType = 1;
constexpr std::size_t kFrameSumAt = 56;
constexpr std::size_t kWitnessSumAt = 40;

std::uint64_t SumOf(const std::byte* bytes, std::size_t size) {
  return internal::Hash64({bytes, size}, 0);
}

bool HasMagic(const std::byte* at, const char* magic) {
  return std::memcmp(at, magic, 8) == 0;
}

void EncodeHeaderCopy(const SegmentHeader& header, std::byte* to) {
  std::memcpy(to, kHeaderMagic, 8);
  StoreLittle(to + 8, kFormatVersion);
  StoreLittle(to + 12, kByteOrder);
  StoreLittle(to + 20, header.read_only_flags);
  std::memcpy(to + 32, header.id.bytes.data(), header.id.bytes.size());
  StoreLittle(to + 48, header.number);
  StoreLittle(to + 56, header.salt);
  StoreLittle(to + 64, header.base_sequence);
  StoreLittle(to + 72, header.previous_sum);
  StoreLittle(to + 80, header.previous_end);
  StoreLittle(to + 88, header.time);
  StoreLittle(to + kHeaderSumAt, SumOf(to, kHeaderSumAt));
}

bool CopyIsWhole(const std::byte* from) {
  return HasMagic(from, kHeaderMagic) &&
         LoadLittle<std::uint64_t>(from + kHeaderSumAt) ==
             SumOf(from, kHeaderSumAt);
}

absl::Status CheckVersion(const std::byte* from) {
  const auto order = LoadLittle<std::uint32_t>(from + 12);
  if (order == kByteOrderTurned) {
    return absl::FailedPreconditionError(
        "it was written on a machine of the other byte order");
  }
  const auto version = LoadLittle<std::uint32_t>(from + 8);
  const auto flags = LoadLittle<std::uint32_t>(from + 24);
  if (version == kFormatVersion && order == kByteOrder && flags == 0) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(internal::Cat(
      "it was written by a newer version of seatfield: format version ",
      version, ", incompatible flags ", flags));
}

SegmentHeader DecodeHeaderCopy(const std::byte* from) {
  SegmentHeader header;
  header.read_only_flags = LoadLittle<std::uint32_t>(from + 20);
  std::memcpy(header.id.bytes.data(), from + 32, header.id.bytes.size());
  header.number = LoadLittle<std::uint64_t>(from + 48);
  header.salt = LoadLittle<std::uint64_t>(from + 56);
  header.base_sequence = LoadLittle<std::uint64_t>(from + 64);
  header.previous_sum = LoadLittle<std::uint64_t>(from + 72);
  header.previous_end = LoadLittle<std::uint64_t>(from + 80);
  header.time = LoadLittle<std::int64_t>(from + 88);
  return header;
}

}  // namespace

// --- Segments ---------------------------------------------------------------

std::string SegmentName(std::uint64_t number) {
  std::string name = kNamePrefix;
  for (std::size_t i = kNameDigits; i-- > 0;) {
    name += "0123456789abcdef"[number >> 4 * i & 15];
  }
  return name;
}

std::optional<std::uint64_t> SegmentNumber(std::string_view name) {
  const std::string_view prefix = kNamePrefix;
  if (!name.starts_with(prefix) || name.size() != prefix.size() + kNameDigits) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  std::from_chars(name.data() + prefix.size(), name.data() + name.size(),
                  number, 16);
  if (number == 0 || SegmentName(number) != name) return std::nullopt;
  return number;
}

Page EncodeSegmentHeader(const SegmentHeader& header) {
  Page page{};
  EncodeHeaderCopy(header, page.data());
  EncodeHeaderCopy(header, page.data() + kHeaderCopyAt);
  return page;
}

absl::StatusOr<SegmentHeader> DecodeSegmentHeader(const Page& page) {
  for (const std::size_t at : {std::size_t{0}, kHeaderCopyAt}) {
    const std::byte* const copy = page.data() + at;
    if (!CopyIsWhole(copy)) continue;
    absl::Status checked = CheckVersion(copy);
    if (!checked.ok()) return checked;
    return DecodeHeaderCopy(copy);
  }
  return absl::DataLossError("neither copy of its header is whole");
}

// --- Frames -----------------------------------------------------------------

std::uint64_t EncodeFrameHeader(const FrameHeader& header, std::uint64_t salt,
                                std::byte* frame) {
  StoreLittle(frame, kFrameMagic);
  StoreLittle(frame + 4, kFrameType);
  StoreLittle(frame + 6, std::uint16_t{0});
  StoreLittle(frame + 8, header.length);
  StoreLittle(frame + 12, header.record_count);
  StoreLittle(frame + 16, header.sequence);
  StoreLittle(frame + 24, header.durable_sequence);
  StoreLittle(frame + 32, header.previous_sum);
  StoreLittle(frame + 40, header.time);
  StoreLittle(frame + 48, std::uint64_t{0});
  const std::uint64_t sum = FrameSum(frame, header.length, salt);
  StoreLittle(frame + kFrameSumAt, sum);
  return sum;
}

std::optional<FrameHeader> DecodeFrameHeader(const std::byte* frame) {
  const FrameHeader header{
      .length = LoadLittle<std::uint32_t>(frame + 8),
      .record_count = LoadLittle<std::uint32_t>(frame + 12),
      .sequence = LoadLittle<std::uint64_t>(frame + 16),
      .durable_sequence = LoadLittle<std::uint64_t>(frame + 24),
      .previous_sum = LoadLittle<std::uint64_t>(frame + 32),
      .time = LoadLittle<std::int64_t>(frame + 40),
      .sum = LoadLittle<std::uint64_t>(frame + kFrameSumAt)};
  const bool is_frame = LoadLittle<std::uint32_t>(frame) == kFrameMagic &&
                        LoadLittle<std::uint16_t>(frame + 4) == kFrameType &&
                        LoadLittle<std::uint16_t>(frame + 6) == 0 &&
                        LoadLittle<std::uint64_t>(frame + 48) == 0;
  if (!is_frame || header.length % 8 != 0 || header.record_count == 0 ||
      header.record_count > header.length / kRecordHeaderBytes) {
    return std::nullopt;
  }
  return header;
}

std::uint64_t FrameSum(const std::byte* frame, std::uint64_t length,
                       std::uint64_t salt) {
  return internal::Hash64({frame + kFrameHeaderBytes, length},
                          internal::Hash64({frame, kFrameSumAt}, salt));
}

// --- Witness ----------------------------------------------------------------

WitnessSlot EncodeWitness(const Witness& witness, const StoreId& id) {
  WitnessSlot slot{};
  std::memcpy(slot.data(), kWitnessMagic, 8);
  std::memcpy(slot.data() + 8, id.bytes.data(), id.bytes.size());
  StoreLittle(slot.data() + 24, witness.count);
  StoreLittle(slot.data() + 32, witness.sequence);
  StoreLittle(slot.data() + kWitnessSumAt, SumOf(slot.data(), kWitnessSumAt));
  return slot;
}

std::optional<Witness> DecodeWitness(const WitnessSlot& slot,
                                     const StoreId& id) {
  const std::byte* const at = slot.data();
  if (!HasMagic(at, kWitnessMagic) ||
      std::memcmp(at + 8, id.bytes.data(), id.bytes.size()) != 0 ||
      LoadLittle<std::uint64_t>(at + kWitnessSumAt) !=
          SumOf(at, kWitnessSumAt)) {
    return std::nullopt;
  }
  return Witness{.count = LoadLittle<std::uint64_t>(at + 24),
                 .sequence = LoadLittle<std::uint64_t>(at + 32)};
}

}  // namespace seatfield::mapped
