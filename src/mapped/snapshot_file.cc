// SPDX-License-Identifier: MIT

#include "mapped/snapshot_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mapped/bytes.h"
#include "mapped/journal_format.h"
#include "mapped/removal.h"
#include "platform/file.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/text.h"

namespace seatfield::mapped {
namespace {

constexpr std::string_view kSnapshotMagic = "SEATSNAP";
constexpr std::uint32_t kSnapshotVersion = 1;
constexpr std::size_t kHeaderBytes = 120;
constexpr std::size_t kSumAt = 112;
constexpr std::size_t kSumBytes = 8;
// Whole chunks with their sums, at most 1 MiB.
constexpr std::size_t kBufferBytes = 15 * (kChunkBytes + kSumBytes);

constexpr std::string_view kPrefix = "snap-";
constexpr std::string_view kUnfinishedSnapshot = "snap.new";

std::uint64_t SumOf(std::span<const std::byte> bytes, std::uint64_t seed) {
  return internal::Hash64(bytes, seed);
}

void EncodeHeader(const SnapshotHeader& header, std::byte* to) {
  ByteWriter out(to);
  out.PutBytes(kSnapshotMagic.data(), kSnapshotMagic.size());
  out.Put(kSnapshotVersion);
  out.Put(kByteOrder);
  for (int flags = 0; flags < 4; ++flags) out.Put(std::uint32_t{0});
  out.PutBytes(header.id.bytes.data(), header.id.bytes.size());
  out.Put(header.sequence);
  out.Put(header.frame_sum);
  out.Put(header.frame_time);
  out.Put(header.image_bytes);
  out.Put(header.salt);
  out.Put(header.digest.high);
  out.Put(header.digest.low);
  out.Put(header.seed);
  out.Put(SumOf({to, kSumAt}, 0));
}

absl::Status DecodeHeader(std::span<const std::byte> bytes,
                          std::string_view path, SnapshotHeader& header) {
  ByteReader from(bytes);
  const auto magic = from.GetBytes(kSnapshotMagic.size());
  if (std::memcmp(magic.data(), kSnapshotMagic.data(), kSnapshotMagic.size()) !=
      0) {
    return absl::FailedPreconditionError(
        internal::Cat(path, " is no snapshot of a seatfield store"));
  }
  const auto version = from.Get<std::uint32_t>();
  const auto order = from.Get<std::uint32_t>();
  from.GetBytes(4);
  header.read_only_flags = from.Get<std::uint32_t>();
  const auto incompatible = from.Get<std::uint32_t>();
  from.GetBytes(4);
  if (LoadLittle<std::uint64_t>(bytes.data() + kSumAt) !=
      SumOf(bytes.first(kSumAt), 0)) {
    return absl::DataLossError(
        internal::Cat(path, " is damaged at byte 0: the sum of its header"));
  }
  if (order != kByteOrder) {
    return absl::FailedPreconditionError(internal::Cat(
        path, " was written on a machine of the other byte order"));
  }
  if (version != kSnapshotVersion || incompatible != 0) {
    return absl::FailedPreconditionError(internal::Cat(
        path, " was written by a newer version of seatfield: ",
        "format version ", version, ", incompatible flags ", incompatible));
  }
  const auto id = from.GetBytes(header.id.bytes.size());
  std::memcpy(header.id.bytes.data(), id.data(), id.size());
  header.sequence = from.Get<std::uint64_t>();
  header.frame_sum = from.Get<std::uint64_t>();
  header.frame_time = from.Get<std::int64_t>();
  header.image_bytes = from.Get<std::uint64_t>();
  header.salt = from.Get<std::uint64_t>();
  header.digest.high = from.Get<std::uint64_t>();
  header.digest.low = from.Get<std::uint64_t>();
  header.seed = from.Get<std::uint64_t>();
  return absl::OkStatus();
}

}  // namespace

// --- Names ------------------------------------------------------------------

std::string SnapshotName(std::uint64_t sequence) {
  std::string name(kPrefix);
  for (int shift = 60; shift >= 0; shift -= 4) {
    name += "0123456789abcdef"[sequence >> shift & 15];
  }
  return name;
}

absl::StatusOr<std::vector<std::uint64_t>> ListSnapshots(
    const platform::Directory& directory) {
  const auto names = directory.List();
  if (!names.ok()) return names.status();
  std::vector<std::uint64_t> sequences;
  for (const std::string& name : *names) {
    if (!name.starts_with(kPrefix)) continue;
    const std::string_view digits =
        std::string_view(name).substr(kPrefix.size());
    std::uint64_t sequence = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), sequence, 16);
    if (SnapshotName(sequence) == name) sequences.push_back(sequence);
  }
  std::sort(sequences.begin(), sequences.end(), std::greater<>());
  return sequences;
}

absl::Status DropSnapshots(platform::Directory& directory, std::size_t kept) {
  const auto sequences = ListSnapshots(directory);
  if (!sequences.ok()) return sequences.status();
  absl::Status status = directory.Unlink(std::string(kUnfinishedSnapshot));
  if (!status.ok()) return status;
  std::vector<std::string> names;
  for (std::size_t i = kept; i < sequences->size(); ++i) {
    names.push_back(SnapshotName((*sequences)[i]));
  }
  return RemoveFiles(directory, names);
}

// --- Writing ----------------------------------------------------------------

absl::StatusOr<SnapshotWriter> SnapshotWriter::Create(
    platform::Directory& directory, const SnapshotHeader& header,
    SnapshotPace pace) {
  absl::Status status = directory.Unlink(std::string(kUnfinishedSnapshot));
  if (!status.ok()) return status;
  auto file = directory.Open(std::string(kUnfinishedSnapshot),
                             platform::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  SnapshotWriter writer(directory, *std::move(file), header, pace);
  std::array<std::byte, 8> salt;
  const int error = directory.system().Random(salt);
  if (error < 0) return platform::SystemError(error, "draw a salt for", "");
  writer.header_.salt = LoadLittle<std::uint64_t>(salt.data());
  return writer;
}

SnapshotWriter::SnapshotWriter(platform::Directory& directory,
                               platform::File file,
                               const SnapshotHeader& header, SnapshotPace pace)
    : directory_(&directory),
      file_(std::move(file)),
      header_(header),
      pace_(pace) {
  header_.image_bytes = 0;
  buffer_.reserve(kBufferBytes);
}

void SnapshotWriter::Write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t room = kChunkBytes - (buffer_.size() - chunk_begin_);
    const auto part = bytes.first(std::min(room, bytes.size()));
    buffer_.insert(buffer_.end(), part.begin(), part.end());
    bytes = bytes.subspan(part.size());
    if (part.size() == room) EndChunk();
  }
}

void SnapshotWriter::EndChunk() {
  const auto chunk = std::span<const std::byte>(buffer_).subspan(chunk_begin_);
  if (chunk.empty()) return;
  hasher_.Update(chunk);
  header_.image_bytes += chunk.size();
  std::byte sum[kSumBytes];
  StoreLittle(sum, SumOf(chunk, header_.salt + chunk_number_));
  buffer_.insert(buffer_.end(), sum, sum + kSumBytes);
  ++chunk_number_;
  chunk_begin_ = buffer_.size();
  if (buffer_.size() >= kBufferBytes) Flush();
}

void SnapshotWriter::Flush() {
  if (status_.ok()) status_ = file_.Write(offset_, buffer_);
  if (status_.ok() && pace_ == SnapshotPace::kSteps) {
    status_ = file_.SyncData();
  }
  offset_ += buffer_.size();
  buffer_.clear();
  chunk_begin_ = 0;
}

absl::StatusOr<SnapshotHeader> SnapshotWriter::Finish() {
  EndChunk();
  Flush();
  header_.digest = hasher_.Digest();
  std::array<std::byte, kPageBytes> page{};
  EncodeHeader(header_, page.data());
  if (status_.ok()) status_ = file_.Write(0, page);
  if (status_.ok()) status_ = file_.Sync();
  file_.Close();
  const std::string unfinished(kUnfinishedSnapshot);
  if (status_.ok()) {
    status_ = directory_->Rename(unfinished, SnapshotName(header_.sequence));
  }
  if (status_.ok()) status_ = directory_->Sync();
  if (status_.ok()) return header_;
  directory_->Unlink(unfinished).IgnoreError();
  return status_;
}

// --- Reading ----------------------------------------------------------------

absl::StatusOr<SnapshotReader> SnapshotReader::Open(
    const platform::Directory& directory, std::uint64_t sequence) {
  auto file = directory.Open(SnapshotName(sequence), platform::OpenMode::kRead);
  if (!file.ok()) return file.status();
  const auto status = file->Status();
  if (!status.ok()) return status.status();
  SnapshotReader reader;
  reader.file_ = *std::move(file);
  const std::string& path = reader.file_.path();
  std::array<std::byte, kHeaderBytes> bytes;
  if (status->size < kPageBytes) {
    return absl::DataLossError(internal::Cat(
        path, " is damaged: it has ", status->size, " bytes, no header"));
  }
  absl::Status read = reader.file_.Read(0, bytes);
  if (!read.ok()) return read;
  read = DecodeHeader(bytes, path, reader.header_);
  if (!read.ok()) return read;
  if (reader.header_.image_bytes > status->size ||
      reader.header_.file_bytes() != status->size ||
      reader.header_.sequence != sequence) {
    return absl::DataLossError(
        internal::Cat(path, " is damaged: it has ", status->size,
                      " bytes, other than its header says"));
  }
  reader.unread_ = reader.header_.image_bytes;
  return reader;
}

absl::Status SnapshotReader::Damaged(std::string_view what) const {
  return absl::DataLossError(internal::Cat(file_.path(), " is damaged at byte ",
                                           offset_ - read_.size(), ": ", what));
}

bool SnapshotReader::ReadOn(std::byte* to, std::size_t size) {
  while (size > left_.size()) {
    std::copy(left_.begin(), left_.end(), to);
    to += left_.size();
    size -= left_.size();
    left_ = {};
    if (!NextChunk()) return false;
  }
  std::copy_n(left_.begin(), size, to);
  left_ = left_.subspan(size);
  return true;
}

bool SnapshotReader::NextChunk() {
  if (!status_.ok()) return false;
  if (unread_ == 0) {
    status_ = Damaged("the image ends too early");
    return false;
  }
  const auto chunk_bytes =
      static_cast<std::size_t>(std::min<std::uint64_t>(kChunkBytes, unread_));
  if (read_.empty()) {
    const std::uint64_t chunks = (unread_ + kChunkBytes - 1) / kChunkBytes;
    buffer_.resize(static_cast<std::size_t>(
        std::min<std::uint64_t>(kBufferBytes, unread_ + chunks * kSumBytes)));
    status_ = file_.Read(offset_, buffer_);
    if (!status_.ok()) return false;
    offset_ += buffer_.size();
    read_ = buffer_;
  }
  const auto chunk = read_.first(chunk_bytes);
  if (LoadLittle<std::uint64_t>(chunk.data() + chunk_bytes) !=
      SumOf(chunk, header_.salt + chunk_number_)) {
    status_ = Damaged("the sum of a chunk");
    return false;
  }
  left_ = chunk;
  read_ = read_.subspan(chunk_bytes + kSumBytes);
  unread_ -= chunk_bytes;
  ++chunk_number_;
  return true;
}

}  // namespace seatfield::mapped
